/// A set of byte values.
public struct ByteSet: Hashable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    public init() {}

    public init(_ byte: UInt8) { insert(byte) }

    public init(_ range: ClosedRange<UInt8>) {
        for byte in range { insert(byte) }
    }

    /// What `.` stands for: a line holds no line feed.
    public static let anyInLine = ByteSet(UInt8(ascii: "\n")).inverted

    public func contains(_ byte: UInt8) -> Bool { word(byte >> 6) >> UInt64(byte & 63) & 1 == 1 }

    public mutating func insert(_ byte: UInt8) {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }

    public mutating func formUnion(_ other: ByteSet) {
        words.0 |= other.words.0
        words.1 |= other.words.1
        words.2 |= other.words.2
        words.3 |= other.words.3
    }

    public var inverted: ByteSet {
        var copy = self
        copy.words = (~words.0, ~words.1, ~words.2, ~words.3)
        return copy
    }

    /// Without the line feed, whatever the pattern says.
    var inLine: ByteSet {
        var copy = self
        copy.words.0 &= ~(1 << UInt64(UInt8(ascii: "\n")))
        return copy
    }

    /// With the other case of each ASCII letter.
    var ignoringCase: ByteSet {
        var copy = self
        for byte in UInt8(ascii: "a")...UInt8(ascii: "z") {
            let capital = byte - 32
            if contains(byte) { copy.insert(capital) }
            if contains(capital) { copy.insert(byte) }
        }
        return copy
    }

    public var isEmpty: Bool { words == (0, 0, 0, 0) }

    private func word(_ index: UInt8) -> UInt64 {
        switch index {
        case 0: words.0
        case 1: words.1
        case 2: words.2
        default: words.3
        }
    }

    public static func == (left: ByteSet, right: ByteSet) -> Bool { left.words == right.words }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}
