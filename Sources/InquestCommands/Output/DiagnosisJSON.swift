import Casebook
import CasebookStore
import Diagnosis
import Triage

/// `inquest.diagnosis/1`, keys in the order of the contract.
enum DiagnosisJSON {
    static let schema = "inquest.diagnosis/1"
    /// Cases that are merely possible and below this are left out.
    private static let leastProbability = 0.001

    /// - Parameter seenBefore: the resolved incident with evidence most like this, if any.
    static func document(
        _ result: TriageResult, seenBefore: SimilarIncident? = nil
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", schema)
            writer.member("inquest", Inquest.version)
            writer.member("casebook") { writer in
                writer.member("cases", result.casebook.cases.count)
                writer.member("hash", result.casebook.hash)
            }
            writer.member("verdict", result.diagnosis.verdict.rawValue)
            writer.member("cases", array: listed(result.diagnosis)) {
                $0.rankedCase($1, result)
            }
            writer.member("unlisted") { writer in
                writer.member("probability", number: rounded(result.diagnosis.unlisted, 6))
            }
            writer.member("evidence", array: result.evidence) { $0.evidence($1) }
            writer.member("next", array: result.next) { $0.nextStep($1) }
            writer.stop(result.stop)
            writer.secondThoughts(result.secondThoughts())
            if let seenBefore {
                writer.member("seen_before", array: [seenBefore]) { $0.similar($1) }
            }
            writer.member("warnings", array: result.warnings) { $0.warning($1) }
            writer.member("truncated", result.truncated || Interrupt.requested)
        }
        writer.endLine()
        return writer.bytes
    }

    private static func listed(_ diagnosis: Diagnosis) -> [RankedCase] {
        diagnosis.cases.filter { $0.probability >= leastProbability || $0.verdict != .possible }
    }

    /// To `places` decimals: the last bits of a logarithm are nobody's business.
    static func rounded(_ number: Double, _ places: Int) -> Double {
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        return (number * scale).rounded() / scale
    }
}

extension JSONWriter {
    fileprivate mutating func rankedCase(_ ranked: RankedCase, _ result: TriageResult) {
        guard let entry = result.casebook[case: ranked.id] else { return }
        object { writer in
            writer.member("id", ranked.id)
            writer.member("title", entry.title)
            writer.member("probability", number: DiagnosisJSON.rounded(ranked.probability, 6))
            writer.member("verdict", ranked.verdict.rawValue)
            writer.member("for", array: ranked.supports) { $0.contribution($1) }
            writer.member("against", array: ranked.against) { $0.contribution($1) }
            writer.member("missing", array: ranked.missing) { writer, fact in
                writer.object { $0.member("id", fact) }
            }
            writer.member("unexplained", array: ranked.unexplained) { writer, fact in
                writer.object { $0.member("id", fact) }
            }
            writer.member("false_leads", array: ranked.falseLeads) { $0.falseLead($1) }
            writer.decision(entry.decision, done: ranked.decided, result.commands)
            writer.member("fixes") { $0.fixes(entry.fixes) }
            writer.member("verify") { writer in
                writer.member("command", result.commands.fill(entry.verification.command))
            }
            writer.provenance(Provenance(entry, result.casebook))
        }
    }

    private mutating func contribution(_ contribution: Contribution) {
        object { writer in
            writer.member("id", contribution.fact)
            writer.member("state", contribution.state.rawValue)
            writer.member("decibans", number: DiagnosisJSON.rounded(contribution.decibans, 2))
        }
    }

    private mutating func falseLead(_ state: LeadState) {
        object { writer in
            writer.member("lead", state.lead.lead)
            writer.member("closed_by", ifPresent: state.lead.closedBy)
            writer.member("closed", state.closed)
        }
    }

    private mutating func decision(
        _ decision: Case.Decision, done: Bool, _ commands: CommandFilling
    ) {
        member("decided_by") { writer in
            if let undecidable = decision.undecidable {
                writer.member("undecidable", undecidable)
            } else {
                writer.member("command", commands.fill(decision.command))
                writer.member("effect", decision.effect.rawValue)
            }
            writer.member("done", done)
        }
    }

    mutating func fixes(_ fixes: Case.Fixes) {
        member("mitigation", fixes.mitigation)
        member("root", fixes.root)
        member("prevention", ifPresent: fixes.prevention)
    }
}
