import Casebook
import ObservationTables
import TrafficAnalysis

/// What the rows of a case's own question say: where it can be seen, and the first row in words.
struct CustomAnswer {
    private let finding: CustomFinding
    private let result: ObservationDatabase.Result
    private let sources: ObservationSources

    /// Places that evidence keeps; as many as an analyzer gives.
    private static let longestList = 20
    private static let longestSummary = 300
    private static let longestValue = 60

    init(
        _ finding: CustomFinding, _ result: ObservationDatabase.Result,
        _ sources: ObservationSources
    ) {
        self.finding = finding
        self.result = result
        self.sources = sources
    }

    func evidence(_ id: FactID, as source: String) -> Evidence {
        if result.rows.isEmpty, let reason = blindness {
            return Evidence(
                id: id, kind: .finding, state: .unknown, source: source, summary: reason)
        }
        return Evidence(
            id: id, kind: .finding, state: result.rows.isEmpty ? .absent : .present,
            source: source, count: result.rows.count,
            summary: result.rows.isEmpty ? "" : summary, locations: locations)
    }

    /// Why no row does not mean that it is not there: a capture without a connection or question
    /// that the tables list could not have shown anything, and rows beyond the limit were left out.
    private var blindness: String? {
        guard finding.source == .capture else { return nil }
        let isEmpty = ObservationTableList.all.allSatisfy {
            $0.origin != .capture || $0.rows(sources).count == 0
        }
        let left = sources.captures.reduce(0) { $0 + ($1.rows?.left ?? 0) }
        if left > 0 { return "\(left) rows of the capture had no room in the tables" }
        return isEmpty ? "the capture holds nothing that the tables list" : nil
    }

    private var summary: String {
        let first = zip(result.columns, result.rows[0]).map { name, value in
            "\(name) \(Self.words(value))"
        }.joined(separator: ", ")
        let count =
            "\(result.isTruncated ? "at least " : "")"
            + Figures.plural(result.rows.count, "row")
        return String(
            "\(finding.definition) \(count), the first: \(first)"
                .prefix(Self.longestSummary))
    }

    private static func words(_ value: SQLValue) -> String {
        switch value {
        case .null: "NULL"
        case .integer(let number): "\(number)"
        case .real(let number): Figures.number(number)
        case .text(let text): String(text.prefix(longestValue))
        }
    }

    /// Of rows with a column `flow` or `packet`; a column `file` counts where it names a capture.
    private var locations: [Evidence.Location] {
        let columns = Dictionary(
            result.columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let files = sources.captures.map(\.file)
        guard let only = files.first else { return [] }
        let places = result.rows.lazy.compactMap { row -> Evidence.Location? in
            func number(_ column: String, least: Int64) -> Int? {
                guard let index = columns[column], case .integer(let number) = row[index],
                    number >= least, number <= Int64(UInt32.max)
                else { return nil }
                return Int(number)
            }
            var file = only
            if let index = columns["file"], case .text(let name) = row[index], files.contains(name)
            {
                file = name
            }
            let place = Evidence.Location(
                file: file, flow: number("flow", least: 0), packet: number("packet", least: 1))
            return place.flow == nil && place.packet == nil ? nil : place
        }
        return Array(places.prefix(Self.longestList))
    }
}
