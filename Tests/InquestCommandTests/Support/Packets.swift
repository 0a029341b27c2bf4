/// Small captures made byte by byte.
enum Packets {
    /// A little-endian pcap file of raw IPv4 packets, one a millisecond from 2026-01-01.
    static func pcap(_ packets: [[UInt8]]) -> [UInt8] {
        var file = le32(0xA1B2_C3D4) + le16(2) + le16(4) + le32(0) + le32(0) + le32(65_535)
        file += le32(101)
        for (index, packet) in packets.enumerated() {
            file += le32(1_767_225_600) + le32(UInt32(index * 1000))
            file += le32(UInt32(packet.count)) + le32(UInt32(packet.count)) + packet
        }
        return file
    }

    /// A TCP segment from 10.0.0.1:40000 to 10.0.0.2:443, or back.
    static func segment(
        toServer: Bool, flags: UInt8, sequence: UInt32, acknowledgement: UInt32 = 0,
        payload: [UInt8] = []
    ) -> [UInt8] {
        let (client, server): ([UInt8], [UInt8]) = ([10, 0, 0, 1], [10, 0, 0, 2])
        let ports = toServer ? be16(40_000) + be16(443) : be16(443) + be16(40_000)
        let tcp =
            ports + be32(sequence) + be32(acknowledgement) + [0x50, flags] + be16(65_000)
            + be16(0) + be16(0) + payload
        let ip: [UInt8] = [0x45, 0] + be16(UInt16(20 + tcp.count)) + be16(1) + be16(0x4000)
        return ip + [64, 6] + be16(0) + (toServer ? client + server : server + client) + tcp
    }

    /// A handshake and a ClientHello whose server name is `name`, whatever bytes that has.
    static func hello(serverName name: [UInt8]) -> [UInt8] {
        let entry = [0] + be16(UInt16(name.count)) + name
        let list = be16(UInt16(entry.count)) + entry
        let extensions = be16(0) + be16(UInt16(list.count)) + list
        var body: [UInt8] = [3, 3] + [UInt8](repeating: 7, count: 32) + [0]
        body += be16(2) + [0x13, 0x01] + [1, 0] + be16(UInt16(extensions.count)) + extensions
        let message = [1, 0] + be16(UInt16(body.count)) + body
        let record = [22, 3, 1] + be16(UInt16(message.count)) + message
        return pcap([
            segment(toServer: true, flags: 2, sequence: 100),
            segment(toServer: false, flags: 0x12, sequence: 500, acknowledgement: 101),
            segment(toServer: true, flags: 0x10, sequence: 101, acknowledgement: 501),
            segment(
                toServer: true, flags: 0x18, sequence: 101, acknowledgement: 501, payload: record),
            segment(
                toServer: false, flags: 0x10, sequence: 501,
                acknowledgement: 101 + UInt32(record.count)),
        ])
    }

    private static func le16(_ value: UInt16) -> [UInt8] {
        [UInt8(value & 255), UInt8(value >> 8)]
    }
    private static func le32(_ value: UInt32) -> [UInt8] {
        le16(UInt16(value & 0xFFFF)) + le16(UInt16(value >> 16))
    }
    private static func be16(_ value: UInt16) -> [UInt8] {
        [UInt8(value >> 8), UInt8(value & 255)]
    }
    private static func be32(_ value: UInt32) -> [UInt8] {
        be16(UInt16(value >> 16)) + be16(UInt16(value & 0xFFFF))
    }
}
