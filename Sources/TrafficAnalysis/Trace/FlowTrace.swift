/// The packets of one flow, as a ladder shows them.
public struct FlowTrace: Sendable {
    /// One packet, its numbers relative to the first of each side, as Wireshark counts them.
    public struct Packet: Sendable, Equatable {
        public struct Marks: OptionSet, Sendable, Hashable {
            public let rawValue: UInt8

            public init(rawValue: UInt8) { self.rawValue = rawValue }

            public static let sentAgain = Marks(rawValue: 1)
            public static let outOfOrder = Marks(rawValue: 2)
            public static let duplicateACK = Marks(rawValue: 4)
            public static let zeroWindow = Marks(rawValue: 8)
            /// The same packet again within 100 ms: seen at two points of one capture.
            public static let capturedTwice = Marks(rawValue: 16)
            /// A snap length cut the payload.
            public static let cut = Marks(rawValue: 32)
        }

        /// One-based, Wireshark's `frame.number`.
        public var number: Int
        /// Zero-based among the packets of the flow.
        public var place: Int
        /// Nanoseconds since 1970.
        public var time: Int64
        public var fromClient: Bool
        /// `SYN`, `ACK`, `FIN`, `RST`, `PSH`, … in the order of the header.
        public var flags: [String]
        public var sequence: UInt32
        /// `nil` without the ACK bit.
        public var acknowledgement: UInt32?
        /// Payload bytes.
        public var length: Int
        public var window: UInt16
        public var timeToLive: UInt8
        public var marks: Marks
        /// TLS messages that end in it, or the request or status line of HTTP.
        public var names: [String]

        public init(
            number: Int, place: Int, time: Int64, fromClient: Bool, flags: [String],
            sequence: UInt32, acknowledgement: UInt32?, length: Int, window: UInt16,
            timeToLive: UInt8, marks: Marks, names: [String]
        ) {
            self.number = number
            self.place = place
            self.time = time
            self.fromClient = fromClient
            self.flags = flags
            self.sequence = sequence
            self.acknowledgement = acknowledgement
            self.length = length
            self.window = window
            self.timeToLive = timeToLive
            self.marks = marks
            self.names = names
        }
    }

    /// Zero-based, Wireshark's `tcp.stream`.
    public var flow: Int
    public var client: FlowRecord.Endpoint
    public var server: FlowRecord.Endpoint
    /// In the order of the file; of a long flow the first, the last, and those around the packet
    /// that was asked for. `place` tells where some are left out.
    public var packets: [Packet]
    /// How many the flow has.
    public var total: Int
}
