import ObservationTables
import Triage

/// `inquest.sql/1`, the result of a query, and `inquest.sql-tables/1`, what can be asked.
enum SQLJSON {
    static func document(_ result: ObservationDatabase.Result) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.sql/1")
            writer.member("columns", strings: result.columns)
            writer.member("rows", array: result.rows) { writer, row in
                writer.array(row) { $0.value($1) }
            }
            writer.member("truncated", result.isTruncated)
        }
        writer.endLine()
        return writer.bytes
    }

    static func tables() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.sql-tables/1")
            writer.member("tables", array: ObservationTableList.all) { writer, entry in
                let table = entry.definition
                writer.object { writer in
                    writer.member("name", table.name)
                    writer.member("summary", table.summary)
                    writer.member("origin", entry.origin.rawValue)
                    writer.member("columns", array: table.columns) { writer, column in
                        writer.object { writer in
                            writer.member("name", column.name)
                            writer.member("type", column.kind.rawValue.lowercased())
                            writer.member("meaning", column.meaning)
                        }
                    }
                }
            }
        }
        writer.endLine()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func value(_ value: SQLValue) {
        switch value {
        case .null: null()
        case .integer(let value): integer(Int(value))
        case .real(let value): number(value)
        case .text(let text): string(text)
        }
    }
}
