extension IPAddress: CustomStringConvertible {
    /// Dotted decimal for IPv4, the one recommended form of RFC 5952 for IPv6.
    public var description: String {
        var text: [UInt8] = []
        text.reserveCapacity(40)
        write(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the text of `description`, in ASCII.
    public func write(to text: inout [UInt8]) {
        if isIPv4 { writeDotted(to: &text) } else { writeGroups(to: &text) }
    }

    private func writeDotted(to text: inout [UInt8]) {
        for shift in stride(from: 24, through: 0, by: -8) {
            let byte = UInt8(truncatingIfNeeded: low >> UInt64(shift))
            if byte >= 100 { text.append(UInt8(ascii: "0") + byte / 100) }
            if byte >= 10 { text.append(UInt8(ascii: "0") + byte / 10 % 10) }
            text.append(UInt8(ascii: "0") + byte % 10)
            if shift > 0 { text.append(UInt8(ascii: ".")) }
        }
    }

    private func writeGroups(to text: inout [UInt8]) {
        let zeros = longestZeroRun
        var index = 0
        while index < 8 {
            if index == zeros.lowerBound, !zeros.isEmpty {
                text.append(contentsOf: "::".utf8)
                index = zeros.upperBound
                continue
            }
            if index > 0, index != zeros.upperBound || zeros.isEmpty {
                text.append(UInt8(ascii: ":"))
            }
            text.append(contentsOf: String(group(index), radix: 16).utf8)
            index += 1
        }
    }

    private func group(_ index: Int) -> UInt16 {
        let word = index < 4 ? high : low
        return UInt16(truncatingIfNeeded: word >> UInt64(16 * (3 - index % 4)))
    }

    /// The first of the longest runs of two or more zero groups (RFC 5952 §4.2); empty when none.
    private var longestZeroRun: Range<Int> {
        var best = 0..<0
        var start = 0
        for index in 0...8 where index == 8 || group(index) != 0 {
            if index - start > max(best.count, 1) { best = start..<index }
            start = index + 1
        }
        return best
    }
}

extension IPAddress {
    /// Reads dotted IPv4 or any text form of IPv6 (RFC 4291 §2.2); `nil` for anything else, zones
    /// included.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 45 else { return nil }
        if bytes.contains(UInt8(ascii: ":")) {
            self.init(ipv6: bytes[...])
        } else if let ipv4 = Self.dotted(bytes[...]) {
            self.init(ipv4: ipv4)
        } else {
            return nil
        }
    }

    private init?(ipv6 text: ArraySlice<UInt8>) {
        let colon = UInt8(ascii: ":")
        let gap = text.indices.dropLast().first { text[$0] == colon && text[$0 + 1] == colon }
        var groups: [UInt16]
        if let gap {
            guard let head = Self.groups(text[..<gap], canEndDotted: false),
                let tail = Self.groups(text[(gap + 2)...], canEndDotted: true),
                head.count + tail.count <= 7
            else { return nil }
            groups = head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
        } else {
            guard let all = Self.groups(text, canEndDotted: true), all.count == 8 else {
                return nil
            }
            groups = all
        }
        self.init(
            high: groups[..<4].reduce(0) { $0 << 16 | UInt64($1) },
            low: groups[4...].reduce(0) { $0 << 16 | UInt64($1) })
    }

    /// Groups between colons; none for an empty text, `nil` when one is not 1 to 4 hexadecimal
    /// digits.
    private static func groups(_ text: ArraySlice<UInt8>, canEndDotted: Bool) -> [UInt16]? {
        if text.isEmpty { return [] }
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count <= 8 else { return nil }
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if canEndDotted, index == parts.count - 1, let ipv4 = dotted(part) {
                groups.append(UInt16(truncatingIfNeeded: ipv4 >> 16))
                groups.append(UInt16(truncatingIfNeeded: ipv4))
                continue
            }
            guard 1...4 ~= part.count, let group = number(part, radix: 16) else { return nil }
            groups.append(UInt16(truncatingIfNeeded: group))
        }
        return groups
    }

    /// Four decimal bytes between dots, without leading zeros (some readers take those for octal).
    private static func dotted(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard 1...3 ~= part.count, let byte = number(part, radix: 10), byte <= 255,
                part.count == 1 || part.first != UInt8(ascii: "0")
            else { return nil }
            address = address << 8 | byte
        }
        return address
    }

    /// The value of at most four digits.
    private static func number(_ digits: ArraySlice<UInt8>, radix: UInt32) -> UInt32? {
        var value: UInt32 = 0
        for digit in digits {
            let worth: UInt32
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): worth = UInt32(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                worth = UInt32(digit - UInt8(ascii: "a")) + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"):
                worth = UInt32(digit - UInt8(ascii: "A")) + 10
            default: return nil
            }
            guard worth < radix else { return nil }
            value = value * radix + worth
        }
        return value
    }
}
