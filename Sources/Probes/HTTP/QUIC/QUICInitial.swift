/// The datagrams with which a client of QUIC begins, and what can be told of the answer without
/// keeping a connection.
struct QUICInitial {
    let destination: [UInt8]
    let source: [UInt8]

    /// A server drops smaller ones (RFC 9000 §14.1).
    static let datagramBytes = 1200
    /// Reserved to draw Version Negotiation (RFC 9000 §15, pattern 0x?a?a?a?a).
    private static let reservedVersion: UInt32 = 0x1A2A_3A4A
    private static let version1: UInt32 = 1

    /// With random connection IDs of eight bytes, the least a first packet may have (§7.2).
    init() {
        destination = (0..<8).map { _ in .random(in: 0...255) }
        source = (0..<8).map { _ in .random(in: 0...255) }
    }

    init(destination: [UInt8], source: [UInt8]) {
        self.destination = destination
        self.source = source
    }

    /// A long header of a version that nobody speaks: only QUIC servers answer, with the list of
    /// versions that they do (RFC 8999 §6, RFC 9000 §6).
    var versionQuestion: [UInt8] {
        let header = [0xC0] + bigEndian(Self.reservedVersion) + identifiers
        return header + [UInt8](repeating: 0, count: Self.datagramBytes - header.count)
    }

    /// An Initial of version 1 with a whole ClientHello, as RFC 9001 §A.2 shows one.
    func initial(serverName: String?) -> [UInt8] {
        let hello = QUICHello.message(serverName: serverName, source: source)
        // CRYPTO: type, offset 0, length (RFC 9000 §19.6).
        let frame = [0x06, 0x00] + Self.variable(hello.count) + hello
        let number: [UInt8] = [0, 0, 0, 0]
        // Long header, Initial, packet number of four bytes; no token.
        let start = [0xC3] + bigEndian(Self.version1) + identifiers + [0]
        let overhead = start.count + 2 + number.count + 16
        let padding = max(0, Self.datagramBytes - overhead - frame.count)
        let payload = frame + [UInt8](repeating: 0, count: padding)
        let header = start + Self.variable(number.count + payload.count + 16, bytes: 2) + number
        let keys = QUICInitialKeys(destination: destination)
        let sealed = keys.seal(payload, number: 0, header: header)
        return Self.protected(header, sealed, keys)
    }

    /// RFC 9001 §5.4.1; the sample begins where a four-byte number ends.
    private static func protected(
        _ header: [UInt8], _ sealed: [UInt8], _ keys: QUICInitialKeys
    ) -> [UInt8] {
        let mask = keys.mask(sample: Array(sealed.prefix(16)))
        var header = header
        header[0] ^= mask[0] & 0x0F
        for index in 0..<4 { header[header.count - 4 + index] ^= mask[1 + index] }
        return header + sealed
    }

    private var identifiers: [UInt8] {
        [UInt8(destination.count)] + destination + [UInt8(source.count)] + source
    }

    /// RFC 9000 §16, in as many bytes as asked or needed.
    static func variable(_ value: Int, bytes: Int? = nil) -> [UInt8] {
        if value < 64, bytes == nil { return [UInt8(value)] }
        return [UInt8(0x40 | value >> 8 & 0x3F), UInt8(value & 0xFF)]
    }

    enum Answer: String {
        case versionNegotiation = "Version Negotiation"
        case initial = "Initial"
        case handshake = "Handshake"
        case retry = "Retry"
        case otherVersion = "a packet of another version"
    }

    /// What the datagram is; `nil` unless it is a long header addressed to our connection ID.
    func answer(_ datagram: [UInt8]) -> Answer? {
        guard datagram.count >= 7, datagram[0] & 0x80 != 0 else { return nil }
        let length = Int(datagram[5])
        guard length == source.count, datagram.count >= 6 + length,
            datagram[6..<(6 + length)].elementsEqual(source)
        else { return nil }
        let version = datagram[1..<5].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        if version == 0 { return .versionNegotiation }
        guard version == Self.version1 else { return .otherVersion }
        switch datagram[0] >> 4 & 3 {
        case 0: return .initial
        case 3: return .retry
        default: return .handshake
        }
    }
}
