/// A domain name (RFC 1035 §2.3, §3.1): labels of 1 to 63 bytes, 255 bytes on the wire at most.
///
/// Names compare as resolvers compare them, ASCII letters in either case being equal (RFC 4343).
public struct DNSName: Sendable {
    /// The name's bytes on the wire, uncompressed, the root's empty label at the end.
    public let wire: [UInt8]
    /// The same with small letters: the lengths of labels are no letters. Of most names, one array.
    private let folded: [UInt8]

    static let wireLimit = 255

    private init(wire: [UInt8]) {
        self.wire = wire
        let isFolded = wire.allSatisfy { Self.lower($0) == $0 }
        folded = isFolded ? wire : wire.map(Self.lower)
    }

    /// `nil` when a label or the whole is longer than the format allows.
    public init?(labels: [[UInt8]]) {
        guard labels.allSatisfy({ 1...63 ~= $0.count }) else { return nil }
        guard labels.reduce(1, { $0 + 1 + $1.count }) <= Self.wireLimit else { return nil }
        self.init(wire: labels.flatMap { [UInt8($0.count)] + $0 } + [0])
    }

    /// From the host to the top, the root's empty label left out; none for the root itself.
    public var labels: [[UInt8]] {
        var (labels, start) = ([[UInt8]](), 0)
        while wire[start] > 0 {
            let end = start + 1 + Int(wire[start])
            labels.append(Array(wire[start + 1..<end]))
            start = end
        }
        return labels
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

    public var isRoot: Bool { wire.count == 1 }

    /// The name without its first label; `nil` for the root.
    public var parent: DNSName? {
        isRoot ? nil : DNSName(wire: Array(wire[(1 + Int(wire[0]))...]))
    }

    /// This name is `other` or lies below it.
    public func isWithin(_ other: DNSName) -> Bool {
        // Where the other's labels would begin, a label must.
        let start = wire.count - other.wire.count
        var place = 0
        while place < start { place += 1 + Int(wire[place]) }
        return place == start && folded[start...] == other.folded[...]
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
    }
}

extension DNSName: Hashable {
    public static func == (left: DNSName, right: DNSName) -> Bool { left.folded == right.folded }

    public func hash(into hasher: inout Hasher) {
        unsafe folded.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}

extension DNSName: CustomStringConvertible {
    /// Without the dot at the end, the root as `.`; every byte that is not printable ASCII, dots
    /// and backslashes inside labels as `\DDD` (RFC 1035 §5.1), so that it is safe to print.
    public var description: String {
        if isRoot { return "." }
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
        var wire: [UInt8] = []
        var reader = cursor
        // Labels up to a pointer, or to the end, stand in one piece.
        var start = reader.offset
        var isBehindPointer = false
        while true {
            let place = reader.offset
            let head = try reader.uint8(bytes)
            switch head >> 6 {
            case 0b00:
                _ = try reader.take(Int(head))
                guard head == 0 || wire.count + reader.offset - start < Self.wireLimit else {
                    throw .malformed("name over 255 bytes")
                }
                if head == 0 {
                    if !isBehindPointer { cursor = reader }
                    bytes.append(start..<reader.offset, to: &wire)
                    self.init(wire: wire)
                    return
                }
            case 0b11:
                let target = Int(head & 0x3F) << 8 | Int(try reader.uint8(bytes))
                if !isBehindPointer { cursor = reader }
                isBehindPointer = true
                guard target < place else { throw .malformed("pointer that leads forward") }
                bytes.append(start..<place, to: &wire)
                reader = ByteCursor(bytes, from: target)
                start = target
            default: throw .malformed("label of a type that is not in use")
            }
        }
    }
}
