import Dissection

/// DNS messages with other names and addresses, of the same lengths (RFC 1035 §4.1).
struct DNSRedactor {
    let names: NameMapping
    let addresses: AddressMapping

    /// What cannot be followed becomes blanks.
    func rewrite(_ bytes: inout [UInt8], _ range: Range<Int>) {
        guard range.count >= 12 else { return bytes.blank(range) }
        let counts = (0..<4).map { bytes.uint16(range.lowerBound + 4 + 2 * $0) }
        var place = range.lowerBound + 12
        for _ in 0..<counts[0] {
            guard name(&bytes, &place, range.upperBound), place + 4 <= range.upperBound else {
                return Self.spoil(&bytes, min(place, range.upperBound)..<range.upperBound)
            }
            place += 4
        }
        for _ in 0..<counts[1] + counts[2] + counts[3] where place < range.upperBound {
            guard record(&bytes, &place, range.upperBound) else {
                return Self.spoil(&bytes, place..<range.upperBound)
            }
        }
        bytes.blank(place..., to: range.upperBound)
    }

    /// What could not be read must not become readable: these are pointers to nowhere.
    private static func spoil(_ bytes: inout [UInt8], _ range: Range<Int>) {
        if !range.isEmpty { bytes.blank(range, with: 0xFF) }
    }

    /// Labels up to a zero or a pointer, which stays: the name it leads to is rewritten in its
    /// place.
    private func name(_ bytes: inout [UInt8], _ place: inout Int, _ end: Int) -> Bool {
        while place < end {
            let length = Int(bytes[place])
            if length == 0 {
                place += 1
                return true
            }
            if length & 0xC0 == 0xC0 {
                place += 2
                return place <= end
            }
            guard length < 64, place + 1 + length <= end else { return false }
            let label = place + 1..<place + 1 + length
            bytes.replaceSubrange(label, with: names.map(label: bytes[label]))
            place += 1 + length
        }
        return false
    }

    /// Name, type (2), class (2), time to live (4), length (2), data.
    private func record(_ bytes: inout [UInt8], _ place: inout Int, _ end: Int) -> Bool {
        guard name(&bytes, &place, end), place + 10 <= end else { return false }
        let type = bytes.uint16(place)
        let data = place + 10..<place + 10 + bytes.uint16(place + 8)
        guard data.upperBound <= end else { return false }
        rewriteData(&bytes, type, data)
        place = data.upperBound
        return true
    }

    private func rewriteData(_ bytes: inout [UInt8], _ type: Int, _ data: Range<Int>) {
        var place = data.lowerBound
        switch type {
        case 1 where data.count == 4: addresses.rewrite(&bytes, place, isIPv4: true)
        case 28 where data.count == 16: addresses.rewrite(&bytes, place, isIPv4: false)
        // NS, CNAME, PTR, DNAME.
        case 2, 5, 12, 39: finishName(&bytes, &place, data)
        // MX and SRV have numbers before the name.
        case 15 where data.count > 2:
            place += 2
            finishName(&bytes, &place, data)
        case 33 where data.count > 6:
            place += 6
            finishName(&bytes, &place, data)
        case 6:
            guard name(&bytes, &place, data.upperBound), name(&bytes, &place, data.upperBound)
            else { return bytes.blank(data) }
        case 41: rewriteOptions(&bytes, data)
        default: bytes.blank(data)
        }
    }

    private func finishName(_ bytes: inout [UInt8], _ place: inout Int, _ data: Range<Int>) {
        if !name(&bytes, &place, data.upperBound) { bytes.blank(data) }
    }

    /// Options of EDNS (RFC 6891 §6.1.2); their kinds and lengths stay. Client subnets (RFC 7871),
    /// server ids and cookies become blanks.
    private func rewriteOptions(_ bytes: inout [UInt8], _ data: Range<Int>) {
        var place = data.lowerBound
        while place + 4 <= data.upperBound {
            let end = place + 4 + bytes.uint16(place + 2)
            guard end <= data.upperBound else { break }
            bytes.blank((place + 4)..., to: end)
            place = end
        }
        bytes.blank(place..., to: data.upperBound)
    }
}
