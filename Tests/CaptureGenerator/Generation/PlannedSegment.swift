/// The two ends of a connection.
enum Side: Int, CaseIterable {
    case client = 0
    case server = 1

    var other: Side { self == .client ? .server : .client }
}

/// One value for the client and one for the server.
struct PerSide<Value> {
    var client: Value
    var server: Value

    init(_ client: Value, _ server: Value) {
        self.client = client
        self.server = server
    }

    subscript(side: Side) -> Value {
        get { side == .client ? client : server }
        _modify {
            if side == .client { yield &client } else { yield &server }
        }
    }
}

extension PerSide: Sendable where Value: Sendable {}
extension PerSide: Equatable where Value: Equatable {}

/// TCP's control bits (RFC 9293, 3.1).
struct TCPFlags: OptionSet {
    let rawValue: UInt8

    static let fin = Self(rawValue: 1)
    static let syn = Self(rawValue: 2)
    static let rst = Self(rawValue: 4)
    static let psh = Self(rawValue: 8)
    static let ack = Self(rawValue: 16)
}

/// One TCP segment of a connection before it is written: all of it but the addresses and the
/// payload's bytes.
struct PlannedSegment {
    /// Nanoseconds since 1970.
    var time: UInt64
    var sequence: UInt32
    var acknowledgement: UInt32
    /// RFC 7323 timestamps, where the connection uses them.
    var timestampValue: UInt32 = 0
    var timestampEcho: UInt32 = 0
    /// Where the payload starts in the sender's byte stream.
    var streamOffset: UInt32
    var length: UInt16
    var window: UInt16
    var identification: UInt16 = 0
    var flags: TCPFlags
    var sender: Side
    var marks: Marks

    /// What is unusual about a segment.
    struct Marks: OptionSet {
        let rawValue: UInt16

        /// None of its bytes is new, or a repeated SYN or FIN (interfaces.md, section 4).
        static let repeated = Self(rawValue: 1)
        /// New bytes below the highest already captured.
        static let late = Self(rawValue: 2)
        /// Captured a second time: every byte equals the frame before.
        static let copied = Self(rawValue: 4)
        /// Acknowledged by the peer, yet not in the capture.
        static let missing = Self(rawValue: 8)
        /// Another TTL than the side's usual one.
        static let shiftedTTL = Self(rawValue: 16)
        /// A TTL that neither end uses: sent by something between them.
        static let foreignTTL = Self(rawValue: 32)
        /// Through the second gateway.
        static let secondGateway = Self(rawValue: 64)
        /// Probes a closed window.
        static let probe = Self(rawValue: 128)
    }
}
