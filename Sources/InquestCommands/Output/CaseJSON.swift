import Casebook
import Triage

/// `inquest.case-show/1`: a case with its body.
enum CaseJSON {
    static func document(_ entry: Case, _ casebook: Casebook) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.case-show/1")
            writer.member("id", entry.id)
            writer.member("title", entry.title)
            writer.member("family", entry.family)
            writer.member("status", entry.status.rawValue)
            writer.member("base_rate", entry.baseRate.rawValue)
            writer.member("sources", array: entry.sources) { $0.source($1) }
            writer.member("symptoms", array: entry.symptoms) { $0.listing($1) }
            writer.member("findings", array: entry.findings) { $0.listing($1) }
            writer.member("requires", strings: entry.requires)
            writer.member("signatures", array: entry.signatures) { writer, signature in
                writer.object { writer in
                    writer.member("form", signature.form.rawValue)
                    writer.member("text", signature.text)
                    writer.member("printed_by", signature.printedBy)
                }
            }
            writer.member("custom_findings", array: entry.customFindings) { writer, finding in
                writer.object { writer in
                    writer.member("id", finding.id(in: entry.id))
                    writer.member("definition", finding.definition)
                    writer.member("source", finding.source.rawValue)
                    writer.member("query", finding.query)
                }
            }
            writer.member("decided_by") { $0.decision(entry.decision) }
            writer.member("false_leads", array: entry.falseLeads) { $0.lead($1) }
            writer.member("fixes") { $0.fixes(entry.fixes) }
            writer.member("verify") { $0.verification(entry.verification) }
            writer.provenance(Provenance(entry, casebook))
            writer.member("replays", array: entry.replays) { $0.replay($1) }
            writer.member("sections", array: entry.sections) { writer, section in
                writer.object { writer in
                    writer.member("heading", section.heading)
                    writer.member("text", section.text)
                }
            }
        }
        writer.endLine()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func source(_ source: Case.Source) {
        object { writer in
            writer.member("title", source.title)
            writer.member("publisher", source.publisher)
            writer.member("url", source.url)
            writer.member("kind", source.kind.rawValue)
        }
    }

    fileprivate mutating func listing(_ listing: Case.Listing) {
        object { writer in
            writer.member("id", listing.fact)
            writer.member("frequency", listing.frequency.rawValue)
        }
    }

    fileprivate mutating func decision(_ decision: Case.Decision) {
        if let undecidable = decision.undecidable { return member("undecidable", undecidable) }
        member("test", decision.test)
        member("command", decision.command)
        member("effect", decision.effect.rawValue)
        member("confirms", array: decision.confirms) { $0.array($1) { $0.string($1) } }
        member("sufficient", array: decision.sufficient) { $0.array($1) { $0.string($1) } }
        member("rivals", array: decision.rivals) { writer, rival in
            writer.object { writer in
                writer.member("id", rival.id)
                writer.member("shows", rival.shows)
            }
        }
    }

    fileprivate mutating func lead(_ lead: Case.FalseLead) {
        object { writer in
            writer.member("lead", lead.lead)
            writer.member("why", lead.why)
            writer.member("closed_by", ifPresent: lead.closedBy)
        }
    }

    fileprivate mutating func verification(_ verification: Case.Verification) {
        member("present", strings: verification.present)
        member("absent", strings: verification.absent)
        member("window", verification.window)
        member("command", verification.command)
    }

    fileprivate mutating func replay(_ replay: Case.Replay) {
        object { writer in
            writer.member("file", replay.file)
            writer.member("expect", replay.expect.rawValue)
            writer.member("cites", strings: replay.cites)
        }
    }
}
