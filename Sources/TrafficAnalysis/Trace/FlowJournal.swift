internal import Dissection

/// What the TLS reader meets in one packet, for whoever draws the packets of one flow.
struct FlowJournal {
    /// More in one packet are not told apart by a reader.
    private static let limit = 6
    private(set) var names: [String] = []

    mutating func clear() { names.removeAll(keepingCapacity: true) }

    /// A message of the handshake in clear.
    mutating func handshake(_ type: UInt8) {
        note(Self.handshakes[type] ?? "handshake message \(type)")
    }

    mutating func alert(_ alert: TLSAlert) {
        note("\(alert.isFatal ? "fatal" : "warning") alert \(alert.name)")
    }

    /// A record that begins; what is in one of those in clear is told by the message.
    mutating func record(_ type: UInt8, isOpaque: Bool) {
        switch type {
        case 20: note("ChangeCipherSpec")
        case 21 where isOpaque: note("encrypted alert")
        case 22 where isOpaque: note("encrypted handshake")
        case 23: note("application data")
        case 24: note("heartbeat")
        default: break
        }
    }

    private mutating func note(_ name: String) {
        if names.count < Self.limit, names.last != name { names.append(name) }
    }

    /// https://www.iana.org/assignments/tls-parameters, "TLS HandshakeType".
    private static let handshakes: [UInt8: String] = [
        0: "HelloRequest", 1: "ClientHello", 2: "ServerHello", 4: "NewSessionTicket",
        8: "EncryptedExtensions", 11: "Certificate", 12: "ServerKeyExchange",
        13: "CertificateRequest", 14: "ServerHelloDone", 15: "CertificateVerify",
        16: "ClientKeyExchange", 20: "Finished", 22: "CertificateStatus", 24: "KeyUpdate",
    ]
}
