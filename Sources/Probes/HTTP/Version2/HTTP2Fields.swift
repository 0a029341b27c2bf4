/// Field blocks (HPACK, RFC 7541) as far as a probe needs them: a request out, the status in.
enum HTTP2Fields {
    /// Fields of a connection of HTTP/1, which must not stand in HTTP/2 (RFC 9113 §8.2.2), and what
    /// `:authority` says already (§8.3.1).
    private static let left: Set<String> = [
        "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "host",
    ]

    /// A GET without indexing and without Huffman coding (§6.2.2), which every decoder must take.
    static func block(_ request: HTTPRequest, scheme: String) -> [UInt8] {
        let sent = request.sentFields.map { field in
            // Values neither begin nor end with a blank (§8.2.1).
            (
                name: field.name.lowercased(),
                value: String(
                    field.value.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            )
        }
        let pseudo = [
            (":method", request.method), (":scheme", scheme),
            (":authority", sent.last { $0.name == "host" }?.value ?? request.host),
            (":path", request.target),
        ]
        let fields = sent.filter { name, value in
            !left.contains(name) && (name != "te" || value == "trailers")
        }
        return (pseudo + fields).flatMap { name, value in [0x00] + literal(name) + literal(value) }
    }

    /// The value of `:status`, which stands first (RFC 9113 §8.3); `nil` when it cannot be read.
    ///
    /// No dynamic table is needed: our SETTINGS forbid the server one.
    static func status(_ block: ArraySlice<UInt8>) -> Int? {
        var rest = block
        // Dynamic table size updates (§6.3) come before the first field.
        while let first = rest.first, first & 0xE0 == 0x20 {
            guard integer(&rest, prefix: 5) != nil else { return nil }
        }
        guard let first = rest.first else { return nil }
        if first & 0x80 != 0 {
            guard let index = integer(&rest, prefix: 7) else { return nil }
            return indexedStatus[index]
        }
        guard let index = integer(&rest, prefix: first & 0x40 != 0 ? 6 : 4) else { return nil }
        if index == 0 {
            guard let name = string(&rest), name == ":status" else { return nil }
        } else if indexedStatus[index] == nil {
            return nil
        }
        return string(&rest).flatMap { Int($0) }
    }

    /// The static table's entries called `:status` (RFC 7541, appendix A).
    private static let indexedStatus = [
        8: 200, 9: 204, 10: 206, 11: 304, 12: 400, 13: 404, 14: 500,
    ]

    private static func literal(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        return encoded(bytes.count, prefix: 7) + bytes
    }

    /// §5.1 with the bits above the prefix zero.
    private static func encoded(_ value: Int, prefix: Int) -> [UInt8] {
        let most = (1 << prefix) - 1
        guard value >= most else { return [UInt8(value)] }
        var bytes = [UInt8(most)]
        var rest = value - most
        while rest >= 128 {
            bytes.append(UInt8(rest & 127 | 128))
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private static func integer(_ rest: inout ArraySlice<UInt8>, prefix: Int) -> Int? {
        guard let first = rest.popFirst() else { return nil }
        let most = (1 << prefix) - 1
        var value = Int(first) & most
        guard value == most else { return value }
        for shift in stride(from: 0, through: 28, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value += Int(byte & 127) << shift
            if byte & 128 == 0 { return value }
        }
        return nil
    }

    private static func string(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard let first = rest.first, let length = integer(&rest, prefix: 7),
            length <= rest.count
        else { return nil }
        let bytes = rest.prefix(length)
        rest = rest.dropFirst(length)
        return first & 0x80 == 0 ? String(decoding: bytes, as: UTF8.self) : digits(bytes)
    }

    /// Huffman-coded digits (RFC 7541, appendix B: `0` to `2` in five bits, `3` to `9` in six);
    /// anything else is no status.
    private static func digits(_ bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.count <= 4 else { return nil }
        var text = ""
        var bits: UInt64 = bytes.reduce(0) { $0 << 8 | UInt64($1) }
        var count = bytes.count * 8
        while count >= 8 || (count >= 5 && bits != (1 << count) - 1) {
            let five = bits >> (count - 5)
            if five <= 2 {
                text += "\(five)"
                count -= 5
            } else {
                guard count >= 6 else { return nil }
                let six = bits >> (count - 6)
                guard 0x19...0x1F ~= six else { return nil }
                text += "\(six - 0x19 + 3)"
                count -= 6
            }
            bits &= (1 << count) - 1
        }
        return bits == (1 << count) - 1 ? text : nil
    }
}

/// Says who asks, in every request of a probe.
let userAgent = "inquest"
