/// A finding that a case defines itself, by a question in SQL over the observation tables.
///
/// Its id is `custom.<case-id>.<name>`: words of `findings.yaml` cannot begin like that, so that
/// no case can take over a finding of another one or of the vocabulary.
public struct CustomFinding: Hashable, Sendable, Codable {
    /// What the tables of the query are filled from.
    public enum Source: String, CaseIterable, Sendable, Codable {
        case capture, host

        /// The command that establishes a finding of this source.
        public var command: String {
            switch self {
            case .capture: "inquest diagnose --capture {capture}"
            case .host: "inquest diagnose --host"
            }
        }
    }

    /// The first part of every id.
    public static let namespace = "custom"
    /// Of one case; their queries run one after the other in every diagnosis.
    public static let limit = 20

    /// `kebab-case`, once in a case.
    public var name: String
    /// What is there when the query has rows.
    public var definition: String
    public var source: Source
    /// One `SELECT`: rows are evidence, none says that the finding is absent.
    public var query: String

    public init(name: String, definition: String, source: Source, query: String) {
        self.name = name
        self.definition = definition
        self.source = source
        self.query = query
    }

    public func id(in entry: CaseID) -> FactID { "\(Self.namespace).\(entry).\(name)" }

    /// The kinds that `cases` add to the vocabulary.
    static func kinds(_ cases: [Case], vocabulary: [FindingKind]) -> [FindingKind] {
        let known = Set(vocabulary.map(\.id))
        return cases.flatMap { entry in
            entry.customFindings.compactMap { finding in
                known.contains(finding.id(in: entry.id)) ? nil : finding.kind(in: entry.id)
            }
        }
    }

    private func kind(in entry: CaseID) -> FindingKind {
        FindingKind(
            id: id(in: entry), definition: definition, effect: .local,
            establishedBy: source.command, byHand: byHand, tier: 2)
    }

    /// The same question, asked by a person; in one line, as a shell takes it.
    private var byHand: String {
        let words = query.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let quoted = words.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: #"'\''"#)
        let observed = source == .capture ? "--capture FILE" : "--host"
        return "inquest sql \(observed) '\(quoted)'"
    }
}

extension Casebook {
    /// Every finding of a case's own that is told from `source`, with its id.
    public func customFindings(
        of source: CustomFinding.Source
    ) -> [(id: FactID, finding: CustomFinding)] {
        cases.flatMap { entry in
            entry.customFindings.filter { $0.source == source }.map { ($0.id(in: entry.id), $0) }
        }
    }
}
