import Dissection

/// Takes names out of handshake messages; no length changes.
struct HandshakeEdit {
    let names: NameMapping
    let addresses: AddressMapping

    /// - Parameter body: a message without its header of four bytes.
    func edited(type: UInt8, _ body: [UInt8]) -> [UInt8] {
        var body = body
        if type == 1 { editHello(&body) } else { editCertificates(&body) }
        return body
    }

    /// Version (2), random (32), session id, cipher suites, compression, extensions (RFC 8446
    /// §4.1.2). What cannot be followed becomes blanks.
    private func editHello(_ body: inout [UInt8]) {
        var place = 34
        for size in [1, 2, 1] {
            guard place + size <= body.count else {
                return body.blank(min(34, place)..., to: body.count)
            }
            place += size + (size == 1 ? Int(body[place]) : body.uint16(place))
        }
        place += 2
        while place + 4 <= body.count {
            let (type, length) = (body.uint16(place), body.uint16(place + 2))
            let range = place + 4..<place + 4 + length
            guard range.upperBound <= body.count else { break }
            switch type {
            case 0: editServerName(&body, range)
            // certificate_authorities and trusted_ca_keys are names.
            case 47, 3: body.blank(range)
            default: break
            }
            place = range.upperBound
        }
        if place < body.count { body.blank(place..., to: body.count) }
    }

    /// List length (2), then type (1), length (2), name (RFC 6066 §3).
    private func editServerName(_ body: inout [UInt8], _ range: Range<Int>) {
        guard range.count >= 5 else { return body.blank(range) }
        let name = range.lowerBound + 5..<range.upperBound
        body.replaceSubrange(name, with: names.map(text: body[name]))
    }

    /// Length (3), then certificates with a length (3) each (RFC 5246 §7.4.2); TLS 1.3's are never
    /// in clear.
    private func editCertificates(_ body: inout [UInt8]) {
        var place = 3
        while place + 3 <= body.count {
            let length = Int(body[place]) << 16 | body.uint16(place + 1)
            guard length <= body.count - place - 3 else { break }
            editDER(&body, place + 3..<place + 3 + length, depth: 0)
            place += 3 + length
        }
        if place < body.count { body.blank(place..., to: body.count) }
    }

    /// The structure, times and object identifiers stay (X.690 §8); texts become others, and what
    /// could name the certificate, its keys, numbers and signatures, becomes blanks.
    private func editDER(_ body: inout [UInt8], _ range: Range<Int>, depth: Int) {
        var place = range.lowerBound
        while place < range.upperBound {
            guard depth < 12, let value = Self.value(body, place, range.upperBound) else {
                return body.blank(place..<range.upperBound)
            }
            let tag = body[place]
            switch tag {
            case _ where tag & 0x20 != 0: editDER(&body, value, depth: depth + 1)
            // UTF8, Numeric, Printable, Teletex, IA5, Visible, Universal, BMP strings; in general
            // names mail, DNS and URI (RFC 5280 §4.2.1.6).
            case 0x0C, 0x12, 0x13, 0x14, 0x16, 0x1A, 0x1C, 0x1E, 0x81, 0x82, 0x86:
                body.replaceSubrange(value, with: names.map(text: body[value]))
            case 0x87 where value.count == 4 || value.count == 16:
                addresses.rewrite(&body, value.lowerBound, isIPv4: value.count == 4)
            // Boolean, null, object identifier, enumerated, UTC and generalized time.
            case 0x01, 0x05, 0x06, 0x0A, 0x17, 0x18: break
            case 0x02 where value.count <= 4: break
            case 0x03 where value.count <= 3: break
            case 0x04 where Self.isNested(body, value): editDER(&body, value, depth: depth + 1)
            default: body.blank(value)
            }
            place = value.upperBound
        }
    }

    /// Where the value of the element at `place` is, when it ends by `end`.
    private static func value(_ body: [UInt8], _ place: Int, _ end: Int) -> Range<Int>? {
        guard place + 2 <= end else { return nil }
        var start = place + 2
        var length = Int(body[place + 1])
        if length >= 0x80 {
            let size = length & 0x7F
            guard 1...3 ~= size, start + size <= end else { return nil }
            length = body[start..<start + size].reduce(0) { $0 << 8 | Int($1) }
            start += size
        }
        return length <= end - start ? start..<start + length : nil
    }

    /// Extensions are elements in an octet string.
    private static func isNested(_ body: [UInt8], _ range: Range<Int>) -> Bool {
        guard let first = range.first, [0x30, 0x03, 0x01, 0x02].contains(body[first]) else {
            return false
        }
        return value(body, first, range.upperBound)?.upperBound == range.upperBound
    }
}
