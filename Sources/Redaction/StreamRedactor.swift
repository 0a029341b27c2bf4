import Dissection

/// Payload of TCP: what it says becomes blanks, how it is framed stays.
///
/// Of TLS record headers stay, handshakes in clear (without names) and alerts in clear; of HTTP/1
/// the heads, without names; of DNS the messages, without names; else only the length.
struct StreamRedactor {
    /// One direction of a connection.
    struct Key: Hashable {
        var ends: [UInt8]
        var source: Int
        var destination: Int
    }

    private let names: NameMapping
    private let addresses: AddressMapping
    private var streams: [Key: TLSStream] = [:]
    /// What the first pass found out about packets whose messages go over several.
    private var plan: [Int: [UInt8]] = [:]
    private var planned = 0
    private static let planLimit = 64 << 20
    /// Connections followed at one time; what is beyond becomes blanks.
    private static let streamLimit = 1 << 20

    init(_ names: NameMapping, _ addresses: AddressMapping) {
        self.names = names
        self.addresses = addresses
    }

    mutating func turnBack() { streams = [:] }

    /// A SYN: the first byte will have this number.
    mutating func begin(_ key: Key, _ sequence: UInt32) {
        if streams[key]?.base == sequence { return }
        if streams.count >= Self.streamLimit { streams = [:] }
        streams[key] = TLSStream(expected: sequence)
    }

    /// - Parameters:
    ///   - payload: as captured.
    ///   - cut: bytes of it that a snap length cut.
    ///   - packet: number in the capture.
    mutating func rewrite(
        _ payload: [UInt8], cut: Int, _ key: Key, _ sequence: UInt32, packet: Int
    ) -> [UInt8] {
        if key.source == 53 || key.destination == 53 { return dns(payload) }
        var stream = streams.removeValue(forKey: key) ?? TLSStream(expected: sequence)
        let piece = TLSStream.Piece(packet: packet, sequence: sequence, bytes: payload)
        let edit = HandshakeEdit(names: names, addresses: addresses)
        let result = stream.take(piece, cut: cut, edit)
        if streams.count >= Self.streamLimit { streams = [:] }
        streams[key] = stream
        for (packet, bytes) in stream.settled where plan[packet] == nil {
            guard planned + bytes.count <= Self.planLimit else { continue }
            plan[packet] = bytes
            planned += bytes.count
        }
        streams[key]?.settled = []
        if let known = plan[packet], known.count == payload.count { return known }
        return result ?? PlainRedactor(names: names).rewrite(payload)
    }

    /// Messages with a length of two bytes before them (RFC 1035 §4.2.2).
    private func dns(_ payload: [UInt8]) -> [UInt8] {
        var bytes = payload
        let redactor = DNSRedactor(names: names, addresses: addresses)
        var place = 0
        while bytes.count - place > 14 {
            let end = min(bytes.count, place + 2 + bytes.uint16(place))
            guard end > place + 2 else { break }
            redactor.rewrite(&bytes, place + 2..<end)
            place = end
        }
        if place < bytes.count, bytes.count - place != 2 { bytes.blank(place..., to: bytes.count) }
        return bytes
    }
}
