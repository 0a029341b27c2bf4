/// Reads JSON values one after another from a byte buffer, so that `cat a.json b.json`, NDJSON
/// and a single document are all the same to it.
///
/// Bounded: at most 64 levels deep and `maximumNodes` values in all.
public struct JSONReader {
    public static let maximumDepth = 64
    /// About 200 MB of nodes at worst; evidence of a large incident has some thousands.
    public static let maximumNodes = 2_000_000

    private let bytes: [UInt8]
    private var position = 0
    private var nodes = 0

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        // A byte order mark is no part of the document (RFC 8259 §8.1).
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// The next top-level value, or `nil` at the end.
    public mutating func next() throws(JSONFault) -> JSONNode? {
        skipSpace()
        return position < bytes.count ? try value(depth: 0) : nil
    }

    private mutating func value(depth: Int) throws(JSONFault) -> JSONNode {
        skipSpace()
        let start = position
        guard depth <= Self.maximumDepth else { throw fault("more than 64 levels deep") }
        nodes += 1
        guard nodes <= Self.maximumNodes else { throw fault("more than 2 million values") }
        guard let byte = peek else { throw fault("the file ends in the middle of a value") }
        let value: JSONNode.Value =
            switch byte {
            case UInt8(ascii: "{"): try object(depth: depth)
            case UInt8(ascii: "["): try array(depth: depth)
            case UInt8(ascii: "\""): .string(try string())
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
            default: try word()
            }
        return JSONNode(value: value, offset: start)
    }

    private mutating func object(depth: Int) throws(JSONFault) -> JSONNode.Value {
        position += 1
        var members: [JSONNode.Member] = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        while true {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw fault("a key in quotes is expected") }
            let key = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw fault("a ':' is expected after the key") }
            members.append(.init(key: key, value: try value(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw fault("a ',' or '}' is expected") }
        }
    }

    private mutating func array(depth: Int) throws(JSONFault) -> JSONNode.Value {
        position += 1
        var elements: [JSONNode] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw fault("a ',' or ']' is expected") }
        }
    }

    private mutating func word() throws(JSONFault) -> JSONNode.Value {
        for (text, value) in [
            ("true", JSONNode.Value.bool(true)), ("false", .bool(false)), ("null", .null),
        ] where bytes[position...].starts(with: text.utf8) {
            position += text.utf8.count
            return value
        }
        throw fault("this is not JSON")
    }

    /// RFC 8259 §6: no leading zero, no bare point, finite.
    private mutating func number() throws(JSONFault) -> JSONNode.Value {
        let start = position
        _ = take(UInt8(ascii: "-"))
        let zero = peek == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, !zero || whole == 1 else { throw fault("this is not a number") }
        if take(UInt8(ascii: ".")), digits() == 0 { throw fault("digits are expected") }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            if digits() == 0 { throw fault("digits are expected") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let number = Double(text), number.isFinite else {
            throw JSONFault(offset: start, fault: "this number is out of range")
        }
        return .number(number)
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            position += 1
        }
        return position - start
    }
}

extension JSONReader {
    /// Text between quotes with its escapes resolved; invalid UTF-8 is repaired with U+FFFD.
    private mutating func string() throws(JSONFault) -> String {
        let start = position
        position += 1
        var text: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw JSONFault(offset: position - 1, fault: "a raw control character")
            default: text.append(byte)
            }
        }
        throw JSONFault(offset: start, fault: "the text that begins here has no closing quote")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONFault) {
        guard let byte = peek else { throw fault("the file ends in the middle of a text") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "u"):
            text.append(contentsOf: String(try escapedScalar()).utf8)
        default: throw JSONFault(offset: position - 1, fault: "an unknown escape")
        }
    }

    /// After `\u`; joins surrogate pairs, and gives U+FFFD for a lone half.
    private mutating func escapedScalar() throws(JSONFault) -> Unicode.Scalar {
        let first = try fourDigits()
        guard (0xD800...0xDBFF).contains(first) else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
        let mark = position
        if take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
            let second = try fourDigits()
            if (0xDC00...0xDFFF).contains(second) {
                let joined = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
                return Unicode.Scalar(joined) ?? "\u{FFFD}"
            }
        }
        position = mark
        return "\u{FFFD}"
    }

    private mutating func fourDigits() throws(JSONFault) -> UInt32 {
        guard position + 4 <= bytes.count else { throw fault("four hexadecimal digits expected") }
        var number: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw fault("four hexadecimal digits are expected")
            }
            number = number << 4 | UInt32(digit)
        }
        position += 4
        return number
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    private func fault(_ text: String) -> JSONFault { JSONFault(offset: position, fault: text) }
}
