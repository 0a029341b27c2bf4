public import Casebook
public import CasebookFiles
import ObservationTables

extension CustomQuestions {
    private static let longestQuery = 4_000

    /// Looks at the query of a case's own finding without running it.
    ///
    /// - Returns: `nil` when it is one SELECT over the tables of its source.
    public static func check(_ finding: CustomFinding) -> QueryFault? {
        let query = finding.query
        if query.utf8.count > longestQuery {
            return QueryFault(
                "it has \(query.utf8.count) bytes", "at most \(longestQuery); ask for less")
        }
        let word = query.prefix { $0.isLetter }.uppercased()
        if word != "SELECT", word != "WITH" {
            return QueryFault("it does not begin with SELECT", "one SELECT, or WITH … SELECT")
        }
        if query.lowercased().contains("'now'") {
            return QueryFault(
                "it asks for the time of day", "the same observations must give the same answer")
        }
        do throws(SQLFault) {
            let tables = try ObservationTableList.database(ObservationSources())
                .check(query).tables
            return fault(tables, of: finding.source)
        } catch {
            return fault(error)
        }
    }

    private static func fault(
        _ read: Set<String>, of source: CustomFinding.Source
    ) -> QueryFault? {
        let known = names(of: source)
        if let other = read.subtracting(known).sorted().first {
            return QueryFault(
                "the table “\(other)” is not of “source: \(source.rawValue)”",
                "tables of it: \(known.joined(separator: ", "))")
        }
        guard read.isEmpty else { return nil }
        return QueryFault(
            "it reads no table", "tables: \(known.joined(separator: ", "))")
    }

    private static func names(of source: CustomFinding.Source) -> [String] {
        ObservationTableList.all.filter { $0.origin == source.origin }.map(\.definition.name)
    }

    private static func fault(_ fault: SQLFault) -> QueryFault {
        switch fault {
        case .wrong(let message, _): QueryFault(message, suggestion(message))
        case .notAllowed(let message):
            QueryFault(message, "a query can read the tables and compute, nothing else")
        case .severalStatements: QueryFault("it is more than one SELECT", "ask one at a time")
        case .empty: QueryFault("it is empty")
        default: QueryFault(fault.words)
        }
    }

    /// SQLite ends "no such table: flow" and "no such column: f.cliant" with the wrong name.
    private static func suggestion(_ message: String) -> String {
        let general = "'inquest sql --schema' shows tables and columns"
        let parts = message.split(separator: ": ", maxSplits: 1)
        guard parts.count == 2, let name = parts[1].split(separator: ".").last.map(String.init)
        else { return general }
        let tables = ObservationTableList.all.map(\.definition)
        let candidates =
            switch parts[0] {
            case "no such table": tables.map(\.name)
            case "no such column": tables.flatMap { $0.columns.map(\.name) }
            default: [String]()
            }
        return Nearest.match(name, in: candidates).map { "did you mean “\($0)”?" } ?? general
    }
}
