/// What confuses who follows a stream: bytes over bytes, numbers that begin again, no bytes.
extension HostileGenerator {
    /// Connections that take turns.
    private static let connections = 64
    /// Few, so that each goes round more than once in a million packets.
    private static let wrapping = 4

    private func connection(_ index: Int, fromServer: Bool) -> HostileFrame.TCP {
        let client = Address.ipv4(0x0A00_0001 + UInt32(index))
        return HostileFrame.TCP(
            source: fromServer ? Self.server : client,
            destination: fromServer ? client : Self.server,
            sourcePort: fromServer ? 443 : 40_000, destinationPort: fromServer ? 40_000 : 443,
            flags: .ack)
    }

    /// The handshake of each connection first.
    ///
    /// - Returns: `nil` when it is over.
    private func opening(base: UInt32, of connections: Int) -> [UInt8]? {
        let step = written / connections
        guard step < 3 else { return nil }
        var segment = connection(written % connections, fromServer: step == 1)
        segment.flags = step == 0 ? .syn : step == 1 ? [.syn, .ack] : .ack
        segment.sequence = step == 2 ? base &+ 1 : base
        segment.acknowledgement = step == 0 ? 0 : base &+ 1
        return segment.frame
    }

    /// Random ranges of a window of 64 KiB that begins with a TLS record, and moves on.
    mutating func overlappingSegment() -> [UInt8] {
        if let frame = opening(base: 1000, of: Self.connections) { return frame }
        let turn = written / Self.connections
        let fromServer = random.percent(50)
        var segment = connection(written % Self.connections, fromServer: fromServer)
        segment.sequence = 1001 &+ UInt32(turn * 500) &+ UInt32(random.below(65_536))
        segment.acknowledgement = 1001 &+ UInt32(turn * 500)
        let length = random.below(1460)
        segment.payload = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        // Headers of records where none may be.
        if length > 6, random.percent(30) {
            segment.payload.replaceSubrange(0..<6, with: [22, 3, 1, 2, 0, 1])
        }
        return segment.frame
    }

    /// Segments of 32 KiB one behind the other, of which the headers are captured: 2^32 bytes are
    /// 131,072 of them. Each 16th is sent twice.
    mutating func sequenceWrap() -> [UInt8] {
        let base = UInt32.max - 100_000
        if let frame = opening(base: base, of: Self.wrapping) { return frame }
        let turn = written / Self.wrapping - 3
        var segment = connection(written % Self.wrapping, fromServer: false)
        // Of 17 turns the last repeats the one before.
        let sent = turn / 17 * 16 + min(turn % 17, 15)
        segment.sequence = base &+ 1 &+ UInt32(truncatingIfNeeded: sent) &* 32_768
        segment.acknowledgement = base &+ 1
        segment.flags = [.psh, .ack]
        segment.uncaptured = 32_768
        return segment.frame
    }

    /// One length after the other is 0 or as small as it can be.
    mutating func zeroLength() -> [UInt8] {
        var segment = connection(written % Self.connections, fromServer: random.percent(50))
        segment.flags = TCPFlags(rawValue: UInt8(truncatingIfNeeded: random.next()) & 0x1F)
        segment.sequence = UInt32(random.below(4))
        segment.acknowledgement = UInt32(random.below(4))
        var frame = segment.frame
        switch random.below(10) {
        case 0: frame = []
        case 1: frame = Array(frame.prefix(random.below(frame.count)))
        case 2: frame.replaceSubrange(16..<18, with: [0, 0])  // IP total length
        case 3: frame[14] = 0x40  // IP header length
        case 4: frame[46] = 0  // TCP data offset
        case 5: frame[23] = 17  // a UDP header whose length is what was a sequence number
        case 6: frame = HostileFrame.udp(Self.server, 53, Self.server, 53, [])
        case 7: frame[23] = [4, 41, 47, 1, 58, 0][random.below(6)]  // a header of another protocol
        case 8: frame.replaceSubrange(48..<50, with: [0, 0])  // window
        default: break
        }
        return frame
    }
}
