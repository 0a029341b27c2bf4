/// Lengths and addresses of a segment's Ethernet frame.
struct FrameLayout {
    let linkLength: Int
    let networkLength: Int
    let optionsLength: Int
    /// On the wire, without the check sequence, with padding.
    let length: Int
    let padding: Int
    let timeToLive: UInt8
    let source: HardwareAddress
    let destination: HardwareAddress

    /// The shortest Ethernet frame, without its check sequence (IEEE 802.3).
    static let shortest = 60

    init(_ connection: Connection, _ segment: PlannedSegment) {
        linkLength = 14 + 4 * connection.vlan.count
        networkLength = connection.isIPv6 ? 40 : 20
        optionsLength = Self.optionsLength(connection, segment.flags)
        let full = linkLength + networkLength + 20 + optionsLength + Int(segment.length)
        // What the client sends is captured before its network card pads it.
        padding = segment.sender == .server ? max(0, Self.shortest - full) : 0
        length = full + padding
        let gateway =
            segment.marks.contains(.secondGateway)
            ? Population.gateways.second : Population.gateways.first
        if segment.sender == .client {
            (source, destination) = (connection.clientMAC, gateway)
        } else {
            (source, destination) = (gateway, connection.clientMAC)
        }
        timeToLive = Self.timeToLive(connection, segment)
    }

    /// SYN: MSS, window scale; all but RST: timestamps, where the connection has them.
    private static func optionsLength(_ connection: Connection, _ flags: TCPFlags) -> Int {
        if flags.contains(.rst) { return 0 }
        return (flags.contains(.syn) ? 8 : 0) + (connection.hasTimestamps ? 12 : 0)
    }

    private static func timeToLive(_ connection: Connection, _ segment: PlannedSegment) -> UInt8 {
        let usual =
            segment.sender == .client ? connection.clientTTL : connection.server.timeToLive
        if segment.marks.contains(.foreignTTL) { return usual > 128 ? 61 : usual / 2 + 100 }
        return segment.marks.contains(.shiftedTTL) ? usual - 2 : usual
    }
}
