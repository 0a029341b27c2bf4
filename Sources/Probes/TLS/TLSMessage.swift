/// One message of a TLS connection as OpenSSL saw it, after decryption.
struct TLSMessage: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// HandshakeType (RFC 8446 §4).
        case handshake(UInt8)
        case alert(level: UInt8, number: UInt8)
        case changeCipherSpec

        init?(type: Int32, _ bytes: UnsafeRawBufferPointer) {
            switch type {
            case 20: self = .changeCipherSpec
            case 21 where bytes.count >= 2: self = unsafe .alert(level: bytes[0], number: bytes[1])
            case 22 where bytes.count >= 1: self = unsafe .handshake(bytes[0])
            default: return nil
            }
        }
    }

    var isOurs: Bool
    var kind: Kind
    /// Bytes of the message, its own header included and the record's not.
    var length: Int
    /// When it was made, or read out of what had arrived.
    var time: MonotonicInstant

    /// `client-hello`, `alert-40`.
    var name: String {
        switch kind {
        case .changeCipherSpec: "change-cipher-spec"
        case .alert(_, let number): "alert-\(number)"
        case .handshake(let type): Self.names[type] ?? "handshake-\(type)"
        }
    }

    /// A letter a message, the client's in capitals, as Zeek's `ssl_history` has it.
    var letter: Character {
        let letter: Character =
            switch kind {
            case .changeCipherSpec: "i"
            case .alert: "l"
            case .handshake(let type): Self.letters[type] ?? "u"
            }
        return isOurs ? Character(letter.uppercased()) : letter
    }

    /// IANA registry “TLS HandshakeType”, 2026-01.
    private static let names: [UInt8: String] = [
        0: "hello-request", 1: "client-hello", 2: "server-hello", 4: "new-session-ticket",
        5: "end-of-early-data", 8: "encrypted-extensions", 11: "certificate",
        12: "server-key-exchange", 13: "certificate-request", 14: "server-hello-done",
        15: "certificate-verify", 16: "client-key-exchange", 20: "finished",
        22: "certificate-status", 24: "key-update", 25: "compressed-certificate",
    ]

    /// zeek/scripts/base/protocols/ssl/main.zeek, `ssl_history`.
    private static let letters: [UInt8: Character] = [
        0: "r", 1: "c", 2: "s", 4: "t", 8: "o", 11: "x", 12: "k", 13: "r", 14: "n", 15: "y",
        16: "g", 20: "f", 22: "w", 24: "p",
    ]
}
