public import Casebook

/// What is wrong with the query of a custom finding.
public struct QueryFault: Hashable, Sendable {
    public var fault: String
    public var suggestion: String?

    public init(_ fault: String, _ suggestion: String? = nil) {
        self.fault = fault
        self.suggestion = suggestion
    }
}

/// Looks at a query without running it. SQL is beyond this module, so whoever can ask lends it.
public typealias QueryCheck = @Sendable (CustomFinding) -> QueryFault?

extension CaseReader {
    mutating func readCustomFindings(_ fields: inout Fields) {
        for tree in fields.list("custom-findings") {
            guard var entry = Fields(tree, owner: "a custom finding", log: log) else { continue }
            let name = entry.text("name", required: true)
            let definition = entry.text("definition", required: true)
            let source = entry.word("source", as: CustomFinding.Source.self)
            let query = entry.text("query", required: true)
            entry.finish()
            guard let name, let definition, let source, let query else { continue }
            guard isKebabCase(name.value) else {
                log.error(name.place, "name \(quoted(name.value)) is not kebab-case", kebabAdvice)
                continue
            }
            check(definition)
            let finding = CustomFinding(
                name: name.value, definition: definition.value, source: source, query: query.value)
            draft.value.customFindings.append(finding)
            draft.customFindings.append(Located(value: finding, place: query.place))
        }
        if draft.customFindings.count > CustomFinding.limit {
            log.error(
                fields.place(of: "custom-findings"),
                "the case defines \(draft.customFindings.count) findings of its own",
                "at most \(CustomFinding.limit); one query can ask for several things")
        }
    }

    /// A person must understand the verdict without reading SQL.
    private func check(_ definition: Located<String>) {
        let words = definition.value.split(whereSeparator: \.isWhitespace)
        if words.count < 4 || words.first?.uppercased() == "SELECT" {
            log.error(
                definition.place, "the definition \(quoted(definition.value)) is no sentence",
                "say what is there when the query has rows, with its threshold")
        } else if definition.value.unicodeScalars.count > 500 {
            log.error(
                definition.place, "the definition has more than 500 characters",
                "say it in one or two sentences", isHarmless: true)
        }
    }
}

extension CaseLint {
    /// Whether the case defines this finding itself.
    func definesItself(_ id: FactID) -> Bool {
        draft.customFindings.contains { $0.value.id(in: draft.value.id) == id }
    }

    func checkCustomFindings() {
        let mentioned = Set(draft.mentions.map(\.fact.value))
        var seen: Set<String> = []
        for finding in draft.customFindings {
            let id = finding.value.id(in: draft.value.id)
            if !seen.insert(finding.value.name).inserted {
                log.error(finding.place, "\(quoted(finding.value.name)) is defined twice")
            } else if !mentioned.contains(id) {
                log.warning(
                    finding.place, "nothing in the case uses \(quoted(id))",
                    "list it under “findings”")
            }
            if let fault = checkQuery?(finding.value) {
                log.error(
                    finding.place, "in the query: \(printable(fault.fault, limit: 300))",
                    fault.suggestion.map { printable($0, limit: 300) })
            }
        }
    }
}
