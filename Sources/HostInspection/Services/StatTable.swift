/// The table of `show stat`: CSV whose first line names the columns (management.txt 9.1).
struct StatTable {
    private let columns: [String: Int]
    private let lines: [ArraySlice<UInt8>]

    init(_ bytes: [UInt8]) {
        var lines = bytes.split(separator: UInt8(ascii: "\n")).map { $0[...] }
        guard let head = lines.first, head.starts(with: "# ".utf8) else {
            columns = [:]
            self.lines = []
            return
        }
        lines.removeFirst()
        let names = Self.fields(head.dropFirst(2))
        columns = Dictionary(
            names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        self.lines = lines
    }

    /// Type 2 is a server; 0 and 1 are frontends and backends as a whole.
    func servers() -> [HAProxyStatus.Server] {
        lines.lazy.map(Self.fields).filter { self.text("type", $0) == "2" }
            .prefix(HAProxyStatus.maximumServers).map(server)
    }

    private func server(_ row: [String]) -> HAProxyStatus.Server {
        HAProxyStatus.Server(
            backend: text("pxname", row), name: text("svname", row), status: text("status", row),
            sessions: number("scur", row) ?? 0, queue: number("qcur", row) ?? 0,
            downs: number("chkdown", row) ?? 0, sinceChange: number("lastchg", row),
            check: text("check_status", row), checkCode: number("check_code", row),
            lastCheck: text("last_chk", row))
    }

    private func text(_ column: String, _ row: [String]) -> String {
        guard let place = columns[column], place < row.count else { return "" }
        return row[place]
    }

    private func number(_ column: String, _ row: [String]) -> Int? { Int(text(column, row)) }

    /// RFC 4180: fields may stand in quotes, which are doubled inside.
    private static func fields(_ line: ArraySlice<UInt8>) -> [String] {
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        for byte in line {
            switch byte {
            case UInt8(ascii: "\""):
                isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted:
                fields.append(HAProxyStatus.text(field))
                field.removeAll(keepingCapacity: true)
            default: field.append(byte)
            }
        }
        if !field.isEmpty { fields.append(HAProxyStatus.text(field)) }
        return fields
    }
}
