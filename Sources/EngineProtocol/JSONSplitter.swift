import Triage

/// Finds the parts of a large JSON document by its brackets, so that they can be parsed one after
/// another: a casebook of 100,000 cases would be millions of nodes at once.
///
/// It only cuts; that each part is one JSON value is for `JSONReader` to see, in `parse`.
struct JSONSplitter {
    let bytes: [UInt8]

    /// The members of the document's one object.
    func members() throws(ProtocolFault) -> [(key: String, value: Range<Int>)] {
        let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var members: [(key: String, value: Range<Int>)] = []
        let end = try parts(from: start, open: "{", close: "}") { part throws(ProtocolFault) in
            let keyEnd = try valueEnd(at: part.lowerBound, until: ":")
            guard keyEnd < part.upperBound, bytes[keyEnd] == UInt8(ascii: ":") else {
                throw fault("a ':' is expected after the key", keyEnd)
            }
            guard let key = try parse(part.lowerBound..<keyEnd).string else {
                throw fault("a key in quotes is expected", part.lowerBound)
            }
            members.append((key, keyEnd + 1..<part.upperBound))
        }
        if let rest = bytes[end...].firstIndex(where: { !Self.isSpace($0) }) {
            throw fault("something follows the end of the document", rest)
        }
        return members
    }

    /// Calls `body` with each element of the list that `range` holds.
    func forEachElement(
        of range: Range<Int>, _ body: (Int, JSONNode) throws(ProtocolFault) -> Void
    ) throws(ProtocolFault) {
        var count = 0
        let end = try parts(from: range.lowerBound, open: "[", close: "]") {
            part throws(ProtocolFault) in
            try body(count, try parse(part))
            count += 1
        }
        if let rest = bytes[end..<range.upperBound].firstIndex(where: { !Self.isSpace($0) }) {
            throw fault("something follows the end of the list", rest)
        }
    }

    /// The one value that `range` holds.
    func parse(_ range: Range<Int>) throws(ProtocolFault) -> JSONNode {
        let part = Array(bytes[range])
        var reader = JSONReader(part)
        let (node, next): (JSONNode?, JSONNode?)
        do throws(JSONFault) {
            (node, next) = (try reader.next(), try reader.next())
        } catch {
            throw ProtocolFault(error, in: part, base: range.lowerBound)
        }
        guard let node else { throw fault("a value is expected", range.lowerBound) }
        if let next { throw fault("a ',' is expected", range.lowerBound + next.offset) }
        return node
    }

    /// - Returns: the offset after the closing bracket.
    private func parts(
        from start: Int, open: Unicode.Scalar, close: Unicode.Scalar,
        _ body: (Range<Int>) throws(ProtocolFault) -> Void
    ) throws(ProtocolFault) -> Int {
        var position = skipSpace(start)
        guard position < bytes.count, bytes[position] == UInt8(ascii: open) else {
            throw fault("a '\(open)' is expected", position)
        }
        position = skipSpace(position + 1)
        if position < bytes.count, bytes[position] == UInt8(ascii: close) { return position + 1 }
        while true {
            let end = try valueEnd(at: position, until: ",")
            guard end < bytes.count else { throw fault("the file ends too early", end) }
            try body(position..<end)
            if bytes[end] == UInt8(ascii: close) { return end + 1 }
            guard bytes[end] == UInt8(ascii: ",") else {
                throw fault("a ',' or '\(close)' is expected", end)
            }
            position = end + 1
        }
    }

    /// The first `stop` or unmatched closing bracket outside quotes, or the end of the file.
    private func valueEnd(
        at start: Int, until stop: Unicode.Scalar
    ) throws(ProtocolFault) -> Int {
        let (span, stop) = (bytes.span, UInt8(ascii: stop))
        var (position, depth) = (start, 0)
        while position < span.count {
            let byte = span[position]
            if depth == 0, byte == stop { return position }
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                while position < span.count, span[position] != UInt8(ascii: "\"") {
                    position += span[position] == UInt8(ascii: "\\") ? 2 : 1
                }
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if depth == 0 { return position }
                depth -= 1
            default: break
            }
            position += 1
        }
        throw fault("the file ends in the middle of a value", start)
    }

    private func skipSpace(_ start: Int) -> Int {
        bytes[min(start, bytes.count)...].firstIndex { !Self.isSpace($0) } ?? bytes.count
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private func fault(_ text: String, _ offset: Int) -> ProtocolFault {
        ProtocolFault("\(text), at byte \(offset)")
    }
}
