/// Numbers, instants and addresses, digit by digit into the buffer.
extension JSONWriter {
    // Not generic: a generic one is not specialised for other modules, and cost five times this.
    public mutating func integer(_ number: Int) {
        comma()
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        digits(UInt64(number.magnitude), atLeast: 1)
        needsComma = true
    }

    public mutating func integer(_ number: UInt64) {
        comma()
        digits(number, atLeast: 1)
        needsComma = true
    }

    /// An instant as `Timestamp.text` writes it, without making a `String`.
    public mutating func timestamp(_ nanoseconds: Int64) {
        let fields = Timestamp.Fields(nanoseconds)
        // Years of 64-bit nanoseconds have four digits (1677 to 2262).
        comma()
        bytes.append(UInt8(ascii: "\""))
        digits(UInt64(fields.year), atLeast: 4)
        part("-", fields.month)
        part("-", fields.day)
        part("T", fields.hour)
        part(":", fields.minute)
        part(":", fields.second)
        part(".", fields.nanosecond, width: 9)
        bytes.append(UInt8(ascii: "Z"))
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    /// An Ethernet address in the low 48 bits, as `02:00:00:00:00:01`.
    public mutating func ethernetAddress(_ address: UInt64) {
        comma()
        bytes.append(UInt8(ascii: "\""))
        for shift in stride(from: 40 as UInt64, through: 0, by: -8) {
            let byte = UInt8(truncatingIfNeeded: address >> shift)
            bytes.append(Self.hexadecimalDigit(byte >> 4))
            bytes.append(Self.hexadecimalDigit(byte & 15))
            if shift > 0 { bytes.append(UInt8(ascii: ":")) }
        }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// The shortest text that reads back as the same number; not-a-number becomes `null`.
    public mutating func number(_ number: Double) {
        guard number.isFinite else { return null() }
        if number == number.rounded(), abs(number) < 1e15 { return raw(String(Int64(number))) }
        raw(number.description)
    }
}

extension JSONWriter {
    private mutating func part(_ mark: Unicode.Scalar, _ number: Int64, width: Int = 2) {
        bytes.append(UInt8(ascii: mark))
        digits(UInt64(number), atLeast: width)
    }

    private mutating func digits(_ number: UInt64, atLeast width: Int) {
        var count = 1
        var rest = number
        while rest >= 10 {
            rest /= 10
            count += 1
        }
        for _ in stride(from: count, to: width, by: 1) { bytes.append(UInt8(ascii: "0")) }
        let start = bytes.count
        rest = number
        for _ in 0..<count { bytes.append(0) }
        for place in stride(from: start + count - 1, through: start, by: -1) {
            bytes[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }
}
