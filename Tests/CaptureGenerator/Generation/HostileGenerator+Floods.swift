/// What is many: flows, tuples, fragments, questions.
extension HostileGenerator {
    private mutating func anybody() -> Address {
        .ipv4(UInt32(truncatingIfNeeded: random.next()))
    }

    private mutating func anyPort() -> UInt16 { UInt16(truncatingIfNeeded: random.next()) }

    mutating func synFlood() -> [UInt8] {
        HostileFrame.TCP(
            source: anybody(), destination: Self.server, sourcePort: anyPort(),
            destinationPort: 443, flags: .syn,
            sequence: UInt32(truncatingIfNeeded: random.next())
        ).frame
    }

    mutating func onePacketFlow() -> [UInt8] {
        HostileFrame.TCP(
            source: anybody(), destination: Self.server, sourcePort: anyPort(),
            destinationPort: 80, flags: [.psh, .ack],
            sequence: UInt32(truncatingIfNeeded: random.next()), acknowledgement: 1,
            payload: Array("GET / HTTP/1.1\r\n".utf8)
        ).frame
    }

    /// Networks of both ends change together, so that their XOR is the same in all of them.
    mutating func collidingTuple() -> [UInt8] {
        let network = random.next() | 1 << 63
        return HostileFrame.TCP(
            source: .ipv6(high: network, low: 1),
            destination: .ipv6(high: network ^ 0xFFFF, low: 2), sourcePort: 40_000,
            destinationPort: 443, flags: .syn, sequence: 1
        ).frame
    }

    /// 8000 parts of eight bytes, the last of them never; then another datagram.
    mutating func tinyFragment() -> [UInt8] {
        let (datagram, part) = (written / 8000, written % 8000)
        return HostileFrame.ipv4(
            .ipv4(0x0A00_0001), Self.server, 6, HostileFrame.big(random.next()),
            identification: UInt16(truncatingIfNeeded: datagram),
            fragment: 0x2000 | UInt16(part))
    }

    /// A question, then its answer, all in one second.
    mutating func dnsFlood() -> [UInt8] {
        let number = UInt32(written / 2)
        let client = Address.ipv4(0x0A00_0001)
        let label = Array(String(number, radix: 36).utf8)
        let isAnswer = written % 2 == 1
        let flags: UInt16 = isAnswer ? 0x8180 : 0x0100
        var message = HostileFrame.big(UInt16(truncatingIfNeeded: number)) + HostileFrame.big(flags)
        message += [0, 1, 0, 0, 0, 0, 0, 0, UInt8(label.count)] + label
        message += [4] + Array("test".utf8) + [0, 0, 1, 0, 1]
        return isAnswer
            ? HostileFrame.udp(Self.server, 53, client, 50_000, message)
            : HostileFrame.udp(client, 50_000, Self.server, 53, message)
    }
}
