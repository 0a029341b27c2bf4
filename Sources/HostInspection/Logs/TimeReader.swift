/// Reads the parts of a time from the bytes of a line.
struct TimeReader {
    private let bytes: [UInt8]
    var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position >= bytes.count }

    /// Whether a digit or a letter stands here and none before it.
    var isAtWord: Bool {
        Self.isWord(bytes[position]) && (position == 0 || !Self.isWord(bytes[position - 1]))
    }

    mutating func advance() { position += 1 }

    /// Exactly so many digits, no digit behind them.
    mutating func number(digits: Int) -> Int64? {
        guard position + digits <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[position..<position + digits] {
            guard let digit = Self.digit(byte) else { return nil }
            value = value * 10 + digit
        }
        let next = position + digits
        if next < bytes.count, Self.digit(bytes[next]) != nil { return nil }
        position = next
        return value
    }

    /// The byte here if it is one of `choices`.
    mutating func take(of choices: some Sequence<UInt8>) -> UInt8? {
        guard !isAtEnd, choices.contains(bytes[position]) else { return nil }
        position += 1
        return bytes[position - 1]
    }

    mutating func take(of choices: String) -> UInt8? { take(of: choices.utf8) }

    /// `Jan` to `Dec`, 1 to 12.
    mutating func month() -> Int64? {
        guard position + 3 <= bytes.count else { return nil }
        let name = bytes[position..<position + 3]
        guard let index = Self.months.firstIndex(where: { $0.elementsEqual(name) }) else {
            return nil
        }
        position += 3
        return Int64(index) + 1
    }

    /// `23:59:59.123456`, in nanoseconds since midnight; a leap second is the next minute's first.
    mutating func clock() -> Int64? {
        guard let hour = number(digits: 2), take(of: ":") != nil,
            let minute = number(digits: 2), take(of: ":") != nil,
            let second = number(digits: 2), hour < 24, minute < 60, second <= 60
        else { return nil }
        return (hour * 3600 + minute * 60 + second) * LogClock.second + fraction()
    }

    /// `.123`, `,123` or (HAProxy) `:` is none; in nanoseconds, 0 when there is none.
    mutating func fraction() -> Int64 {
        let start = position
        guard take(of: ".,") != nil else { return 0 }
        var value: Int64 = 0
        var count = 0
        while !isAtEnd, let digit = Self.digit(bytes[position]) {
            if count < 9 { (value, count) = (value * 10 + digit, count + 1) }
            position += 1
        }
        if count == 0 {
            position = start
            return 0
        }
        for _ in count..<9 { value *= 10 }
        return value
    }

    /// `Z`, `+02:00`, `+0200`, with a space before or none; in seconds east of UTC.
    mutating func zone() -> Int64 {
        let start = position
        _ = take(of: " ")
        guard let sign = take(of: "+-") else {
            position = start
            return 0
        }
        var offset: Int64?
        if let both = number(digits: 4) {
            offset = both / 100 * 3600 + both % 100 * 60
        } else if let hours = number(digits: 2) {
            let minutes = take(of: ":") != nil ? number(digits: 2) ?? 0 : 0
            offset = hours * 3600 + minutes * 60
        }
        guard let offset, offset <= 18 * 3600 else {
            position = start
            return 0
        }
        return sign == UInt8(ascii: "-") ? -offset : offset
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ].map { Array($0.utf8) }

    private static func digit(_ byte: UInt8) -> Int64? {
        byte >= 0x30 && byte <= 0x39 ? Int64(byte - 0x30) : nil
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        digit(byte) != nil || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A)
    }
}
