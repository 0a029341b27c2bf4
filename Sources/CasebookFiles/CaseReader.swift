import Casebook

/// Reads the front matter of a case; what is wrong with its form goes to the log.
///
/// Whether ids exist is the business of `CaseLint`.
struct CaseReader {
    static let format = "inquest.case/1"

    private var draft = CaseDraft()
    private let log: FaultLog

    /// - Returns: `nil` when there is no front matter to speak of.
    static func read(_ source: SourceText, log: FaultLog) -> CaseDraft? {
        guard let text = CaseText(source, log: log) else { return nil }
        let body = CaseBody(text.body, firstLine: text.bodyLine, log: log)
        guard let tree = YAMLTree.read(text.frontMatter, firstLine: 2, log: log),
            let fields = Fields(tree, owner: "the front matter", log: log)
        else { return nil }
        var reader = CaseReader(log: log)
        reader.read(fields)
        reader.draft.value.sections = body.sections.map(\.value)
        return reader.draft
    }

    private init(log: FaultLog) { self.log = log }

    private mutating func read(_ given: Fields) {
        var fields = given
        checkFormat(&fields, Self.format, log)
        readName(&fields)
        readSources(&fields)
        draft.value.symptoms = readListings("symptoms", as: .symptom, &fields)
        draft.value.findings = readListings("findings", as: .finding, &fields)
        let requires = fields.texts("requires")
        draft.mention(requires, as: .requires)
        draft.value.requires = requires.map(\.value)
        readDecision(&fields)
        readFalseLeads(&fields)
        readFixes(&fields)
        readVerification(&fields)
        readReplays(&fields)
        fields.finish()
    }

    private mutating func readName(_ fields: inout Fields) {
        if let id = fields.text("id", required: true) {
            draft.value.id = id.value
            draft.idPlace = id.place
            if !isKebabCase(id.value) {
                log.error(id.place, "id \(quoted(id.value)) is not kebab-case", kebabAdvice)
            }
        }
        if let title = fields.text("title", required: true) {
            draft.value.title = title.value
            checkTitle(title)
        }
        if let family = fields.text("family", required: true) {
            draft.value.family = family.value
            draft.familyPlace = family.place
            if !Case.families.contains(family.value) {
                log.error(
                    family.place, "unknown family \(quoted(family.value))",
                    didYouMean(family.value, in: Case.families, otherwise: oneOf(Case.families)))
            }
        }
        draft.value.status = fields.word("status", as: Case.Status.self) ?? .draft
        draft.value.baseRate = fields.word("base-rate", as: Case.BaseRate.self) ?? .uncommon
    }

    private func checkTitle(_ title: Located<String>) {
        let length = title.value.unicodeScalars.count
        if length > 100 {
            log.error(
                title.place, "the title has \(length) characters", "use at most 100",
                isHarmless: true)
        }
        if title.value.hasSuffix(".") {
            log.warning(title.place, "the title ends with a full stop", "remove it")
        }
        if title.value.contains("\n") {
            log.error(title.place, "the title has more than one line", isHarmless: true)
        }
    }

    private mutating func readSources(_ fields: inout Fields) {
        let list = fields.list("sources", required: true)
        if list.isEmpty, fields.has("sources") {
            log.error(fields.place(of: "sources"), "the case names no source", "add at least one")
        }
        for tree in list {
            guard var source = Fields(tree, owner: "a source", log: log) else { continue }
            let title = source.text("title", required: true)?.value
            let publisher = source.text("publisher", required: true)?.value
            let url = source.text("url", required: true)
            let kind = source.word("kind", as: Case.Source.Kind.self)
            source.finish()
            if let url, !isWebAddress(url.value) {
                log.error(
                    url.place, "\(quoted(url.value)) is not an http or https address",
                    "write it in full: https://…")
            }
            guard let title, let publisher, let url, let kind else { continue }
            draft.value.sources.append(
                Case.Source(title: title, publisher: publisher, url: url.value, kind: kind))
        }
    }

    private mutating func readListings(
        _ key: String, as role: CaseDraft.Role, _ fields: inout Fields
    ) -> [Case.Listing] {
        let pairs = fields.mapping(key, required: true)
        if pairs.isEmpty, fields.has(key) {
            log.warning(fields.place(of: key), "the case lists no \(key)")
        }
        draft.mention(pairs.map(\.key), as: role)
        return pairs.compactMap { fact, word in
            Fields.word(word, as: Frequency.self, owner: "for \(quoted(fact.value))", log: log)
                .map { Case.Listing(fact: fact.value, frequency: $0) }
        }
    }
}

/// `http://host…` or `https://host…`, printable ASCII without spaces.
func isWebAddress(_ text: String) -> Bool {
    guard let scheme = ["https://", "http://"].first(where: { text.hasPrefix($0) }) else {
        return false
    }
    let host = text.utf8.dropFirst(scheme.utf8.count).prefix { $0 != UInt8(ascii: "/") }
    return !host.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
}

extension CaseReader {
    private mutating func readDecision(_ fields: inout Fields) {
        let undecidable = fields.text("undecidable")
        let tree = fields.value("decided-by")
        switch (tree, undecidable) {
        case (nil, nil):
            if !fields.has("decided-by"), !fields.has("undecidable") {
                log.error(
                    fields.place, "the case says neither “decided-by” nor “undecidable”",
                    "add the test that decides, or “undecidable: why”")
            } else {
                let key = fields.has("decided-by") ? "decided-by" : "undecidable"
                log.error(fields.place(of: key), "key “\(key)” has no value")
            }
        case (_?, let reason?):
            log.error(
                reason.place, "the case says both “decided-by” and “undecidable”", "remove one")
        case (nil, let reason?):
            draft.value.decision = Case.Decision(undecidable: reason.value)
        case (let tree?, nil):
            guard let test = Fields(tree, owner: "“decided-by”", log: log) else { return }
            readTest(test)
        }
    }

    private mutating func readTest(_ given: Fields) {
        var test = given
        var decision = Case.Decision()
        decision.test = test.text("test", required: true)?.value ?? ""
        decision.command = test.text("command", required: true)?.value ?? ""
        decision.effect = test.word("effect", as: EffectClass.self) ?? .local
        decision.confirms = readAlternatives("confirms", as: .confirms, required: true, &test)
        decision.sufficient = readAlternatives("sufficient", as: .sufficient, &test)
        for (rival, shows) in test.mapping("rivals") {
            draft.rivals.append(rival)
            decision.rivals.append(Case.Rival(id: rival.value, shows: shows.value))
        }
        if decision.rivals.isEmpty {
            log.warning(test.place, "the case names no rival", "which case looks most like it?")
        }
        test.finish()
        draft.value.decision = decision
    }

    /// A list of lists of findings.
    private mutating func readAlternatives(
        _ key: String, as role: CaseDraft.Role, required: Bool = false, _ fields: inout Fields
    ) -> [[FactID]] {
        let list = fields.list(key, required: required)
        if list.isEmpty, required, fields.has(key) {
            log.error(
                fields.place(of: key), "nothing confirms the case", "name at least one finding")
        }
        return list.compactMap { tree in
            guard case .sequence(let entries) = tree.content else {
                let word =
                    if case .scalar(let text, _) = tree.content { text } else { "finding-id" }
                log.error(
                    tree.place, "an alternative of \(quoted(key)) must be a list, not \(tree.kind)",
                    "write “- [\(printable(word, limit: 60))]”")
                return nil
            }
            if entries.isEmpty {
                log.error(tree.place, "an alternative of \(quoted(key)) is empty")
                return nil
            }
            let facts = entries.compactMap { Fields.text($0, owner: "a finding", log: log) }
            draft.mention(facts, as: role)
            return facts.map(\.value)
        }
    }

    private mutating func readFalseLeads(_ fields: inout Fields) {
        guard let tree = fields.value("false-leads", required: true) else { return }
        if case .scalar(let text, _) = tree.content {
            if trim(text) != "none known" {
                log.error(
                    tree.place, "“false-leads” must be a list or the words “none known”",
                    didYouMean(text, in: ["none known"]))
            }
            return
        }
        let list = Fields.list(tree, owner: "“false-leads”", log: log)
        if list.isEmpty, case .sequence = tree.content {
            log.error(tree.place, "no false lead is named", "name one, or write “none known”")
        }
        for tree in list {
            guard var lead = Fields(tree, owner: "a false lead", log: log) else { continue }
            let text = lead.text("lead", required: true)?.value
            let why = lead.text("why", required: true)?.value
            let closedBy = lead.text("closed-by")
            lead.finish()
            if let closedBy { draft.mention([closedBy], as: .closedBy) }
            guard let text, let why else { continue }
            draft.value.falseLeads.append(
                Case.FalseLead(lead: text, why: why, closedBy: closedBy?.value))
        }
    }

    private mutating func readFixes(_ fields: inout Fields) {
        guard let tree = fields.value("fixes", required: true),
            var fixes = Fields(tree, owner: "“fixes”", log: log)
        else { return }
        draft.value.fixes = Case.Fixes(
            mitigation: fixes.text("mitigation", required: true)?.value ?? "",
            root: fixes.text("root", required: true)?.value ?? "",
            prevention: fixes.text("prevention")?.value)
        fixes.finish()
    }

    private mutating func readVerification(_ fields: inout Fields) {
        guard let tree = fields.value("verify", required: true),
            var verify = Fields(tree, owner: "“verify”", log: log)
        else { return }
        let present = verify.texts("present")
        let absent = verify.texts("absent")
        draft.mention(present, as: .present)
        draft.mention(absent, as: .absent)
        draft.value.verification = Case.Verification(
            present: present.map(\.value), absent: absent.map(\.value),
            window: verify.text("window", required: true)?.value ?? "",
            command: verify.text("command", required: true)?.value ?? "")
        if present.isEmpty, absent.isEmpty {
            log.warning(
                verify.place, "“verify” names no finding", "name one that must be gone afterwards")
        }
        verify.finish()
    }

    private mutating func readReplays(_ fields: inout Fields) {
        for tree in fields.list("replays") {
            guard var replay = Fields(tree, owner: "a replay", log: log) else { continue }
            let file = replay.text("file", required: true)
            let expect = replay.word("expect", as: Case.Replay.Expectation.self)
            let cites = replay.texts("cites")
            replay.finish()
            draft.mention(cites, as: .cites)
            guard let file, let expect else { continue }
            let value = Case.Replay(file: file.value, expect: expect, cites: cites.map(\.value))
            draft.value.replays.append(value)
            draft.replays.append(Located(value: value, place: file.place))
        }
        draft.replaysPlace = fields.place(of: "replays")
    }
}
