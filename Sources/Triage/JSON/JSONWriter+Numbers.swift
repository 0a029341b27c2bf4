/// Numbers, instants and addresses, digit by digit into the buffer.
extension JSONWriter {
    // Not generic: a generic one is not specialised for other modules, and cost five times this.
    public mutating func integer(_ number: Int) {
        put(20) { place in
            if number >= 0 { return Self.write(UInt64(number), at: place) }
            place.pointee = UInt8(ascii: "-")
            return 1 + Self.write(UInt64(number.magnitude), at: place + 1)
        }
        needsComma = true
    }

    public mutating func integer(_ number: UInt64) {
        put(20) { Self.write(number, at: $0) }
        needsComma = true
    }

    /// An instant as `Timestamp.text` writes it, without making a `String`.
    public mutating func timestamp(_ nanoseconds: Int64) {
        let fields = Timestamp.Fields(nanoseconds)
        // Years of 64-bit nanoseconds have four digits (1677 to 2262).
        put(32) { place in
            place.pointee = UInt8(ascii: "\"")
            Self.write(UInt64(fields.year), digits: 4, at: place + 1)
            Self.write("-", fields.month, at: place + 5)
            Self.write("-", fields.day, at: place + 8)
            Self.write("T", fields.hour, at: place + 11)
            Self.write(":", fields.minute, at: place + 14)
            Self.write(":", fields.second, at: place + 17)
            place[20] = UInt8(ascii: ".")
            Self.write(UInt64(fields.nanosecond), digits: 9, at: place + 21)
            place[30] = UInt8(ascii: "Z")
            place[31] = UInt8(ascii: "\"")
            return 32
        }
        needsComma = true
    }

    /// An Ethernet address in the low 48 bits, as `02:00:00:00:00:01`.
    public mutating func ethernetAddress(_ address: UInt64) {
        put(19) { place in
            var next = place
            for shift in stride(from: 40 as UInt64, through: 0, by: -8) {
                let byte = UInt8(truncatingIfNeeded: address >> shift)
                next[0] = UInt8(ascii: ":")
                next[1] = Self.hexadecimalDigit(byte >> 4)
                next[2] = Self.hexadecimalDigit(byte & 15)
                next += 3
            }
            place[0] = UInt8(ascii: "\"")
            next[0] = UInt8(ascii: "\"")
            return 19
        }
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
    /// Millionths as a decimal number: what `number` writes for a millionth of them.
    ///
    /// A number of so few digits is the shortest that reads back as the same, so nothing has to be
    /// tried.
    public mutating func millionths(_ number: Int64) {
        // Below, `number` writes an exponent; above, it has more digits than a Double holds.
        guard 100..<1_000_000_000_000_000 ~= number else {
            return self.number(Double(number) / 1e6)
        }
        put(20) { place in
            let (whole, rest) = UInt64(number).quotientAndRemainder(dividingBy: 1_000_000)
            var count = Self.write(whole, at: place)
            if rest == 0 { return count }
            place[count] = UInt8(ascii: ".")
            Self.write(rest, digits: 6, at: place + count + 1)
            count += 7
            while place[count - 1] == UInt8(ascii: "0") { count -= 1 }
            return count
        }
        needsComma = true
    }
}

extension JSONWriter {
    /// - Returns: how many digits.
    @inline(__always)
    private static func write(_ number: UInt64, at place: UnsafeMutablePointer<UInt8>) -> Int {
        var (count, rest) = (1, number)
        while rest >= 10 {
            rest /= 10
            count += 1
        }
        write(number, digits: count, at: place)
        return count
    }

    /// Exactly so many digits, the lowest of the number.
    @inline(__always)
    private static func write(
        _ number: UInt64, digits count: Int, at place: UnsafeMutablePointer<UInt8>
    ) {
        var rest = number
        for index in (0..<count).reversed() {
            place[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    @inline(__always)
    private static func write(
        _ mark: Unicode.Scalar, _ number: Int64, at place: UnsafeMutablePointer<UInt8>
    ) {
        place.pointee = UInt8(ascii: mark)
        write(UInt64(number), digits: 2, at: place + 1)
    }
}
