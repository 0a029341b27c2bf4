/// Puts IP datagrams together again (RFC 815; RFC 791 §3.2, RFC 8200 §4.5), in bounded memory.
///
/// Parts that overlap with other bytes are an attack or damage (RFC 5722 says so of IPv6): the
/// datagram is given up.
struct FragmentTable: Sendable {
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

    private var datagrams: [IPFragment.Datagram: Datagram] = [:]
    private var count = 0
    private var held = 0
    /// Linux gives up after 30 s or 4 MB (ip-sysctl, ipfrag_high_thresh); in files only memory
    /// matters.
    private static let byteLimit = 4 << 20
    private static let datagramLimit = 1024

    /// - Parameter bytes: begins with the IP header.
    /// - Returns: the whole datagram, headers first, when this was its last missing part; or what
    ///   the capture kept of a first part that it cut short.
    mutating func add(_ bytes: RawSpan) -> [UInt8]? {
        guard let fragment = IPFragment(bytes) else { return nil }
        guard bytes.byteCount >= fragment.payload.upperBound else {
            return fragment.cutShort(bytes)
        }
        let part = bytes.array(fragment.payload)
        guard fragment.offset + part.count <= IPFragment.longestDatagram else { return nil }
        makeRoom(for: part.count)
        count += 1
        var datagram = datagrams.removeValue(forKey: fragment.datagram) ?? Datagram(age: count)
        held -= datagram.held
        guard insert(part, at: fragment.offset, into: &datagram) else { return nil }
        if fragment.offset == 0 { datagram.header = fragment.header(of: bytes) }
        if fragment.isLast { datagram.length = fragment.offset + part.count }
        if let whole = Self.whole(datagram) { return whole }
        held += datagram.held
        datagrams[fragment.datagram] = datagram
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
        guard let length = datagram.length, datagram.held == length, !datagram.header.isEmpty,
            let last = datagram.parts.last, last.offset + last.bytes.count == length,
            datagram.header.count + length <= IPFragment.longestDatagram
        else { return nil }
        var bytes = datagram.header
        for part in datagram.parts { bytes += part.bytes }
        setLength(of: &bytes)
        return bytes
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
