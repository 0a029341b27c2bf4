public import Casebook

/// Writes a case as `case.md`: front matter in the order of the format's description, then the
/// body. Reading it gives the same case, if texts have no white space at their ends.
public func writeCase(_ given: Case) -> String { writeCase(given, notes: CaseNotes()) }

/// As above.
///
/// - Parameter notes: remarks for people, which reading passes over.
public func writeCase(_ given: Case, notes: CaseNotes) -> String {
    let value = given.namingTheGeneralSignature()
    var front = YAMLWriter()
    front.text("format", CaseReader.format)
    front.text("id", value.id)
    front.text("title", value.title)
    front.text("family", value.family)
    front.text("status", value.status.rawValue)
    front.text("base-rate", value.baseRate.rawValue)
    front.list("sources", value.sources) { source, item in
        item.text("title", source.title)
        item.text("publisher", source.publisher)
        item.text("url", source.url)
        item.text("kind", source.kind.rawValue)
    }
    front.pairs(
        "symptoms", value.symptoms.map { ($0.fact, $0.frequency.rawValue) },
        remarks: notes.reasons)
    front.pairs(
        "findings", value.findings.map { ($0.fact, $0.frequency.rawValue) },
        remarks: notes.reasons)
    for remark in notes.remarks { front.remark(remark) }
    if !value.requires.isEmpty { front.words("requires", value.requires) }
    if !value.signatures.isEmpty {
        front.list("signatures", value.signatures) { signature, item in
            item.text(signature.form.rawValue, signature.text)
            item.text("printed-by", signature.printedBy)
        }
    }
    if !value.customFindings.isEmpty {
        front.list("custom-findings", value.customFindings) { finding, item in
            item.text("name", finding.name)
            item.text("definition", finding.definition)
            item.text("source", finding.source.rawValue)
            item.text("query", finding.query)
        }
    }
    write(value.decision, to: &front)
    if value.falseLeads.isEmpty {
        front.text("false-leads", "none known")
    } else {
        front.list("false-leads", value.falseLeads) { lead, item in
            item.text("lead", lead.lead)
            item.text("why", lead.why)
            if let finding = lead.closedBy { item.text("closed-by", finding) }
        }
    }
    front.nested("fixes") { fixes in
        fixes.text("mitigation", value.fixes.mitigation)
        fixes.text("root", value.fixes.root)
        if let prevention = value.fixes.prevention { fixes.text("prevention", prevention) }
    }
    front.nested("verify") { verify in
        verify.words("present", value.verification.present)
        verify.words("absent", value.verification.absent)
        verify.text("window", value.verification.window)
        verify.text("command", value.verification.command)
    }
    if !value.replays.isEmpty {
        front.list("replays", value.replays) { replay, item in
            item.text("file", replay.file)
            item.text("expect", replay.expect.rawValue)
            if !replay.cites.isEmpty { item.words("cites", replay.cites) }
        }
    }
    let body = value.sections.map { "## \($0.heading)\n\n\($0.text)\n" }
        .joined(separator: "\n")
    return "---\n\(front.output)---\n\(body)"
}

private func write(_ decision: Case.Decision, to front: inout YAMLWriter) {
    if let reason = decision.undecidable {
        front.text("undecidable", reason)
        return
    }
    front.nested("decided-by") { test in
        test.text("test", decision.test)
        test.text("command", decision.command)
        test.text("effect", decision.effect.rawValue)
        test.alternatives("confirms", decision.confirms)
        if !decision.sufficient.isEmpty { test.alternatives("sufficient", decision.sufficient) }
        if !decision.rivals.isEmpty {
            test.pairs("rivals", decision.rivals.map { ($0.id, $0.shows) })
        }
    }
}
