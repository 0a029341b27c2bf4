import Casebook

extension CaseReader {
    mutating func readDecision(_ fields: inout Fields) {
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
        if !test.has("rivals") || test.isEmpty("rivals") {
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
        if required, fields.isEmpty(key) {
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

    mutating func readFalseLeads(_ fields: inout Fields) {
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

    mutating func readFixes(_ fields: inout Fields) {
        guard let tree = fields.value("fixes", required: true),
            var fixes = Fields(tree, owner: "“fixes”", log: log)
        else { return }
        draft.value.fixes = Case.Fixes(
            mitigation: fixes.text("mitigation", required: true)?.value ?? "",
            root: fixes.text("root", required: true)?.value ?? "",
            prevention: fixes.text("prevention")?.value)
        fixes.finish()
    }

    mutating func readVerification(_ fields: inout Fields) {
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

    mutating func readReplays(_ fields: inout Fields) {
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
        draft.hasReplays = fields.has("replays") && !fields.isEmpty("replays")
        draft.replaysPlace = fields.place(of: "replays")
    }
}
