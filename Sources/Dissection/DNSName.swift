/// A domain name (RFC 1035 §2.3, §3.1): labels of 1 to 63 bytes, 255 bytes on the wire at most.
///
/// Names compare as resolvers compare them, ASCII letters in either case being equal (RFC 4343).
public struct DNSName: Sendable {
    /// From the host to the top, the root's empty label left out; none for the root itself.
    public let labels: [[UInt8]]

    static let wireLimit = 255

    /// `nil` when a label or the whole is longer than the format allows.
    public init?(labels: [[UInt8]]) {
        guard labels.allSatisfy({ 1...63 ~= $0.count }) else { return nil }
        guard labels.reduce(1, { $0 + 1 + $1.count }) <= Self.wireLimit else { return nil }
        self.labels = labels
    }

    /// Labels between dots, with or without a dot at the end; `nil` for an empty or overlong label.
    /// Backslashes are not read as escapes, and bytes beyond ASCII are taken as they are.
    public init?(_ text: String) {
        var bytes = Array(text.utf8)[...]
        guard !bytes.isEmpty, bytes.count <= Self.wireLimit else { return nil }
        if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
        if bytes.isEmpty {
            self.init(labels: [])
            return
        }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        self.init(labels: parts.map(Array.init))
    }

    public var isRoot: Bool { labels.isEmpty }

    /// The name without its first label; `nil` for the root.
    public var parent: DNSName? {
        labels.isEmpty ? nil : DNSName(labels: Array(labels.dropFirst()))
    }

    /// This name is `other` or lies below it.
    public func isWithin(_ other: DNSName) -> Bool {
        labels.count >= other.labels.count
            && zip(labels.reversed(), other.labels.reversed()).allSatisfy { Self.equal($0, $1) }
    }

    /// The name's bytes on the wire, uncompressed, the root's empty label at the end.
    public var wire: [UInt8] {
        var bytes: [UInt8] = []
        for label in labels { bytes += [UInt8(label.count)] + label }
        return bytes + [0]
    }

    private static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { lower($0) == lower($1) }
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
    }
}

extension DNSName: Hashable {
    public static func == (left: DNSName, right: DNSName) -> Bool {
        left.labels.count == right.labels.count && left.isWithin(right)
    }

    public func hash(into hasher: inout Hasher) {
        for label in labels {
            hasher.combine(label.count)
            for byte in label { hasher.combine(Self.lower(byte)) }
        }
    }
}

extension DNSName: CustomStringConvertible {
    /// Without the dot at the end, the root as `.`; every byte that is not printable ASCII, dots
    /// and backslashes inside labels as `\DDD` (RFC 1035 §5.1), so that it is safe to print.
    public var description: String {
        if labels.isEmpty { return "." }
        return labels.map { $0.map(Self.text).joined() }.joined(separator: ".")
    }

    private static func text(_ byte: UInt8) -> String {
        let isPlain = 0x21...0x7E ~= byte && byte != UInt8(ascii: ".") && byte != UInt8(ascii: "\\")
        if isPlain { return String(UnicodeScalar(byte)) }
        let digits = String(byte)
        return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
    }
}

extension DNSName {
    /// Reads the name at `cursor`, following compression pointers (RFC 1035 §4.1.4).
    ///
    /// Reading ends: a pointer must lead to an earlier byte than its own, and labels in between count
    /// towards the limit of 255 bytes.
    init(_ bytes: RawSpan, _ cursor: inout ByteCursor) throws(DissectionError) {
        var labels: [[UInt8]] = []
        var length = 1
        var reader = cursor
        var isBehindPointer = false
        while true {
            let start = reader.offset
            let head = try reader.uint8(bytes)
            switch head >> 6 {
            case 0b00:
                let label = bytes.array(try reader.take(Int(head)))
                if !isBehindPointer { cursor = reader }
                if head == 0 {
                    self.labels = labels
                    return
                }
                length += 1 + label.count
                guard length <= Self.wireLimit else { throw .malformed("name over 255 bytes") }
                labels.append(label)
            case 0b11:
                let target = Int(head & 0x3F) << 8 | Int(try reader.uint8(bytes))
                if !isBehindPointer { cursor = reader }
                isBehindPointer = true
                guard target < start else { throw .malformed("pointer that leads forward") }
                reader = ByteCursor(bytes, from: target)
            default: throw .malformed("label of a type that is not in use")
            }
        }
    }
}
