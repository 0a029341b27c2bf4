import Casebook

extension CaseReader {
    mutating func readSignatures(_ fields: inout Fields) {
        draft.hasSignatures = fields.has("signatures") && !fields.isEmpty("signatures")
        for tree in fields.list("signatures") {
            guard var entry = Fields(tree, owner: "a signature", log: log) else { continue }
            let literal = entry.text("literal")
            // Asked for as a tree: the place of a fault hangs on the quotes around it.
            let pattern = entry.value("pattern")
            let printedBy = entry.text("printed-by", required: true)?.value
            entry.finish()
            guard let signature = read(literal, pattern, in: entry), let printedBy else { continue }
            let value = LogSignature(
                form: signature.form, text: signature.text.value, printedBy: printedBy)
            draft.value.signatures.append(value)
            draft.signatures.append(Located(value: value, place: signature.text.place))
        }
    }

    private func read(
        _ literal: Located<String>?, _ pattern: YAMLTree?, in entry: Fields
    ) -> (form: LogSignature.Form, text: Located<String>)? {
        switch (literal, pattern) {
        case (let literal?, nil): return (.literal, literal)
        case (nil, let tree?):
            guard let text = Fields.text(tree, owner: "“pattern”", log: log) else { return nil }
            check(text, tree)
            return (.pattern, text)
        case (nil, nil):
            if !entry.has("literal"), !entry.has("pattern") {
                log.error(
                    entry.place, "a signature has neither “literal” nor “pattern”",
                    "add “literal: words of the line”")
            }
        case (_?, _?):
            log.error(entry.place, "a signature has both “literal” and “pattern”", "make it two")
        }
        return nil
    }

    /// A fault is reported where it stands, as far as the pattern stands in one line of the file.
    private func check(_ text: Located<String>, _ tree: YAMLTree) {
        do {
            _ = try LogPattern(text.value)
        } catch {
            let isPlain = if case .scalar(_, let isPlain) = tree.content { isPlain } else { true }
            let place = Place(
                line: text.place.line,
                column: text.place.column + error.offset + (isPlain ? 0 : 1))
            log.error(place, "in the pattern: \(error.fault)", error.suggestion)
        }
    }
}

extension CaseLint {
    /// Lines with less in them are written by anybody.
    private static let leastLength = 10

    func checkSignatures() {
        let general = SignatureFinding.general
        let mention = draft.mentions.first {
            $0.fact.value == general && ($0.role == .finding || $0.role == .confirms)
        }
        if let first = draft.signatures.first, mention == nil {
            log.warning(
                first.place, "the case has signatures and does not list \(quoted(general))",
                "list it under “findings”")
        }
        if let mention, !draft.hasSignatures {
            log.warning(
                mention.fact.place, "nothing can establish \(quoted(general)) for this case",
                "add “signatures”, the texts that its programs write")
        }
        var seen: Set<String> = []
        for signature in draft.signatures {
            if !seen.insert(signature.value.text).inserted {
                log.error(signature.place, "this signature is listed twice", isHarmless: true)
            }
            // A faulty pattern was reported when it was read.
            guard let pattern = try? signature.value.compiled() else { continue }
            if pattern.minimumLength == 0 {
                log.error(signature.place, "this pattern matches every line")
            } else if pattern.minimumLength < Self.leastLength {
                log.warning(
                    signature.place,
                    "a signature of \(pattern.minimumLength) bytes will be found anywhere",
                    "say more of the line")
            }
        }
    }
}
