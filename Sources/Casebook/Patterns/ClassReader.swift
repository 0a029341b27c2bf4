/// Reads `[…]`.
struct ClassReader {
    private let scalars: [Unicode.Scalar]
    private(set) var position: Int
    private let start: Int

    /// - Parameter position: of the opening bracket.
    init(_ scalars: [Unicode.Scalar], _ position: Int) {
        self.scalars = scalars
        self.position = position + 1
        start = position
    }

    mutating func read() throws(PatternFault) -> ByteSet {
        var set = ByteSet()
        let isInverted = take("^")
        var isFirst = true
        while isFirst || peek != "]" {
            isFirst = false
            guard peek != nil else {
                throw PatternFault(
                    offset: start, fault: "this “[” is never closed",
                    suggestion: "for the bracket itself write “\\[”")
            }
            try member(&set)
        }
        position += 1
        return isInverted ? set.inverted : set
    }

    private mutating func member(_ set: inout ByteSet) throws(PatternFault) {
        let place = position
        guard let low = try single(&set) else { return }
        guard peek == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
            return set.insert(low)
        }
        position += 1
        var ignored = ByteSet()
        guard let high = try single(&ignored), low <= high else {
            throw PatternFault(offset: place, fault: "this range has no members")
        }
        set.formUnion(ByteSet(low...high))
    }

    /// - Returns: `nil` after a class such as `\d`, which was added.
    private mutating func single(_ set: inout ByteSet) throws(PatternFault) -> UInt8? {
        let place = position
        guard let scalar = peek else { return nil }
        position += 1
        if scalar == "[", peek == ":" {
            throw PatternFault(
                offset: place, fault: "classes such as [:alpha:] are not known",
                suggestion: "write [A-Za-z]")
        }
        if scalar == "\\", let escaped = peek {
            position += 1
            if let members = Escapes.set(escaped) {
                set.formUnion(members)
                return nil
            }
            if let byte = Escapes.byte(escaped) { return byte }
            throw PatternFault(
                offset: place, fault: "unknown escape “\\\(Escapes.shown(escaped))”")
        }
        guard scalar.isASCII else {
            throw PatternFault(
                offset: place, fault: "only ASCII characters can stand in […]",
                suggestion: "use a group: (?:ä|ö)")
        }
        return UInt8(scalar.value)
    }

    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        position += 1
        return true
    }
}

/// What may follow a backslash.
enum Escapes {
    /// `\d \w \s` and their opposites.
    static func set(_ scalar: Unicode.Scalar) -> ByteSet? {
        switch scalar {
        case "d": digits
        case "D": digits.inverted
        case "w": word
        case "W": word.inverted
        case "s": space
        case "S": space.inverted
        default: nil
        }
    }

    /// A tab, or an ASCII sign that stands for itself.
    static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
        if scalar == "t" { return 9 }
        guard scalar.isASCII, (0x20...0x7E).contains(scalar.value) else { return nil }
        let byte = UInt8(scalar.value)
        return word.contains(byte) && byte != UInt8(ascii: "_") ? nil : byte
    }

    /// Fit for a message.
    static func shown(_ scalar: Unicode.Scalar) -> String {
        scalar.isASCII && (0x20...0x7E).contains(scalar.value)
            ? String(scalar) : "U+" + String(scalar.value, radix: 16, uppercase: true)
    }

    private static let digits = ByteSet(UInt8(ascii: "0")...UInt8(ascii: "9"))
    private static let space: ByteSet = {
        var set = ByteSet(9...13)
        set.insert(32)
        return set
    }()
    private static let word: ByteSet = {
        var set = digits
        set.formUnion(ByteSet(UInt8(ascii: "a")...UInt8(ascii: "z")))
        set.formUnion(ByteSet(UInt8(ascii: "A")...UInt8(ascii: "Z")))
        set.insert(UInt8(ascii: "_"))
        return set
    }()
}
