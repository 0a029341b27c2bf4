import ObservationTables

/// The result of a query as RFC 4180 has it: a header line, CRLF, quotes where they are needed.
///
/// NULL is an empty field, an empty text is `""`. Nothing else is changed, except that what a
/// terminal would obey is made harmless when one is watching.
enum SQLCSV {
    static func table(_ result: ObservationDatabase.Result, forTerminal: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        append(result.columns.map(SQLValue.text), forTerminal, to: &bytes)
        for row in result.rows { append(row, forTerminal, to: &bytes) }
        return bytes
    }

    private static func append(
        _ row: [SQLValue], _ forTerminal: Bool, to bytes: inout [UInt8]
    ) {
        for (index, value) in row.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            switch value {
            case .null: break
            case .integer(let number): bytes += Array("\(number)".utf8)
            case .real(let number): bytes += Array("\(number)".utf8)
            case .text(let text): append(forTerminal ? SafeText.line(text) : text, to: &bytes)
            }
        }
        bytes += [0x0D, 0x0A]
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let special: Set = [quote, UInt8(ascii: ","), 0x0D, 0x0A]
        guard text.isEmpty || text.utf8.contains(where: special.contains) else {
            bytes += text.utf8
            return
        }
        bytes.append(quote)
        for byte in text.utf8 {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }
}
