/// Puts IPv4 datagrams together again (RFC 791 §3.2, RFC 815), in bounded memory.
///
/// Parts that overlap with other bytes are an attack or damage (RFC 5722 says so of IPv6): the
/// datagram is given up.
struct FragmentTable: Sendable {
    private struct Key: Hashable {
        var source: IPAddress
        var destination: IPAddress
        var identification: UInt16
        var transport: UInt8
    }

    private struct Datagram {
        /// Payload bytes by their place, in order.
        var parts: [(offset: Int, bytes: [UInt8])] = []
        var held = 0
        /// Known once the last part came.
        var length: Int?
        var header: [UInt8] = []
        /// Order of arrival, for giving up the oldest.
        var age: Int
    }

    private var datagrams: [Key: Datagram] = [:]
    private var count = 0
    private var held = 0
    /// Linux gives up after 30 s or 4 MB (ip-sysctl, ipfrag_high_thresh); in files only memory
    /// matters.
    private static let byteLimit = 4 << 20
    private static let datagramLimit = 1024

    /// - Parameter bytes: begins with the IPv4 header.
    /// - Returns: the whole datagram, header first, when this was its last missing part.
    mutating func add(_ bytes: RawSpan) -> [UInt8]? {
        guard bytes.byteCount >= 20, bytes.byte(at: 0) >> 4 == 4 else { return nil }
        let headerLength = Int(bytes.byte(at: 0) & 0xF) * 4
        let totalLength = Int(bytes.uint16(at: 2))
        guard headerLength >= 20, totalLength > headerLength, bytes.byteCount >= totalLength else {
            return nil
        }
        let field = bytes.uint16(at: 6)
        let offset = Int(field & 0x1FFF) * 8
        let part = bytes.array(headerLength..<totalLength)
        let key = Key(
            source: IPAddress(ipv4: bytes.uint32(at: 12)),
            destination: IPAddress(ipv4: bytes.uint32(at: 16)),
            identification: bytes.uint16(at: 4), transport: bytes.byte(at: 9))
        guard offset + part.count <= 65_515 else { return nil }
        makeRoom(for: part.count)
        count += 1
        var datagram = datagrams.removeValue(forKey: key) ?? Datagram(age: count)
        held -= datagram.held
        guard insert(part, at: offset, into: &datagram) else { return nil }
        if offset == 0 { datagram.header = bytes.array(0..<headerLength) }
        if field & 0x2000 == 0 { datagram.length = offset + part.count }
        if let whole = Self.whole(datagram) { return whole }
        held += datagram.held
        datagrams[key] = datagram
        return nil
    }

    /// Parts stay in order, so that one is compared with its neighbours only: a datagram can have
    /// 8189 of them.
    private func insert(
        _ part: [UInt8], at offset: Int, into datagram: inout Datagram
    ) -> Bool {
        let place = Self.place(of: offset, in: datagram.parts)
        if place < datagram.parts.count {
            let next = datagram.parts[place]
            // The same part again changes nothing.
            if next.offset == offset, next.bytes == part { return true }
            if next.offset < offset + part.count { return false }
        }
        if place > 0 {
            let former = datagram.parts[place - 1]
            if former.offset + former.bytes.count > offset { return false }
        }
        datagram.parts.insert((offset, part), at: place)
        datagram.held += part.count
        return true
    }

    /// The first part that does not begin before `offset`.
    private static func place(of offset: Int, in parts: [(offset: Int, bytes: [UInt8])]) -> Int {
        var (low, high) = (0, parts.count)
        while low < high {
            let middle = (low + high) / 2
            if parts[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func whole(_ datagram: Datagram) -> [UInt8]? {
        guard let length = datagram.length, datagram.held == length, !datagram.header.isEmpty
        else { return nil }
        var bytes = datagram.header
        let total = bytes.count + length
        guard total <= 65_535 else { return nil }
        bytes[2] = UInt8(total >> 8)
        bytes[3] = UInt8(total & 0xFF)
        // No fragment any more.
        bytes[6] &= 0x40
        bytes[7] = 0
        for part in datagram.parts { bytes += part.bytes }
        return bytes.count == total ? bytes : nil
    }

    /// Gives up the oldest datagrams, several at a time: a flood must not search for each.
    private mutating func makeRoom(for size: Int) {
        guard held + size > Self.byteLimit || datagrams.count >= Self.datagramLimit else { return }
        let oldest = datagrams.sorted { $0.value.age < $1.value.age }
        for (key, datagram) in oldest.prefix(max(oldest.count / 8, 1)) {
            held -= datagram.held
            datagrams[key] = nil
        }
        makeRoom(for: size)
    }
}
