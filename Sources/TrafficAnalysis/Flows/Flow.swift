internal import Dissection

/// One TCP connection as the capture shows it. Direction 0 is what the lower address of its key
/// sent.
///
/// Many are held at one time, and in a burst each packet goes to another: so the record is plain
/// bytes, six lines of the cache, and what not every flow has is in `SideTables`.
struct Flow {
    // In this order, since Swift lays fields out so: what finds the flow and what every packet asks
    // for stands in one line of the cache, the ends of the flow behind the directions.
    /// As `FlowTable` keeps it.
    var key: StoredKey
    /// Zero-based, in order of the flows' first packets: Wireshark's `tcp.stream`.
    let number: UInt32
    var lastTime: Int64
    var outerVLAN: UInt16 = 0
    var innerVLAN: UInt16 = 0
    var seen: Seen = []
    /// Which direction is the client's, and which rule said so.
    var clientDirection: UInt8 = 0
    var clientRule = ClientRule.port
    /// Index into `SideTables.pace`, by direction, or -1; so those that follow.
    var pace: [2 of Int32] = [-1, -1]
    var rare: [2 of Int32] = [-1, -1]
    var tls: Int32 = -1
    var http: Int32 = -1
    var lists: Int32 = -1
    var close: Int32 = -1
    var history = History()
    var directions: [2 of Direction] = [Direction(), Direction()]
    var firstTime: Int64
    /// When the SYN-ACK and the first ACK after it were seen; 0 when they were not.
    var synACKTime: Int64 = 0
    var establishedTime: Int64 = 0
    var firstPacket: UInt32
    /// Packets whose checksum is still to be computed: data was sent again.
    var checksLeft: UInt8 = 0

    struct Seen: OptionSet {
        let rawValue: UInt16
        static let syn = Seen(rawValue: 1)
        static let synACK = Seen(rawValue: 2)
        static let established = Seen(rawValue: 4)
        /// The link has MAC addresses; on loopback they are zero.
        static let hasMAC = Seen(rawValue: 8)
        static let httpResponse = Seen(rawValue: 16)
        /// Its addresses did not fit into its key.
        static let isIPv6 = Seen(rawValue: 1024)
        /// A response that a block page could be: an error, or a text.
        static let mayBeBlockPage = Seen(rawValue: 32)
        /// The server has sent a TLS record.
        static let serverRecord = Seen(rawValue: 128)
        /// It is over, and waits for late packets in the queue of those to be given back.
        static let queued = Seen(rawValue: 512)
        /// `FlowTable` finds it: no flow with the same ends began after it.
        static let isNewest = Seen(rawValue: 2048)
    }

    enum ClientRule: UInt8 {
        case port, hello, syn
    }

    init(
        key: FlowKey, number: Int, segment: TCPSegment, fromUpper: Bool, link: LinkType,
        time: Int64,
        packet: Int
    ) {
        self.key = StoredKey(key) ?? StoredKey(place: -1, ports: key.ports)
        self.number = UInt32(truncatingIfNeeded: number)
        if link == .ethernet || segment.sourceMAC != 0 { seen.insert(.hasMAC) }
        firstTime = time
        lastTime = time
        firstPacket = UInt32(truncatingIfNeeded: packet)
        outerVLAN = segment.outerVLAN
        innerVLAN = segment.innerVLAN
        let sender: UInt8 = fromUpper ? 1 : 0
        if segment.flags.contains(.syn) {
            clientRule = .syn
            clientDirection = segment.flags.contains(.ack) ? 1 - sender : sender
        } else {
            // Without a handshake the higher port is taken for the client's until a hello tells.
            clientDirection = key.ports >> 16 >= key.ports & 0xFFFF ? 0 : 1
        }
    }

    /// A FIN or RST was seen.
    var closeBegan: Bool { close >= 0 }

    /// Both sides said FIN, or one RST: what still comes are repeats.
    ///
    /// Mutating, as are other questions that packets ask: for a method that only reads, the
    /// compiler copies the whole flow first.
    var isOver: Bool {
        mutating get {
            directions[0].rst > 0 || directions[1].rst > 0
                || directions[0].fin > 0 && directions[1].fin > 0
        }
    }

    /// Whether a SYN of direction `d` opens another flow with the same endpoints: its initial
    /// sequence number is not this one's.
    func isFollowed(by segment: TCPSegment, direction d: Int) -> Bool {
        guard !segment.flags.contains(.ack) else { return false }
        return directions[d].has.contains(.started) && directions[d].base != segment.sequence &+ 1
    }

    var client: Int { Int(clientDirection) }
    var server: Int { 1 - Int(clientDirection) }
}

/// The first FIN or RST of the flow.
struct FirstClose {
    var time: Int64 = 0
    /// Nanoseconds from the last unanswered message of one side to the close; -1 when none.
    var sinceMessage: Int64 = -1
    var packet: UInt32 = 0
    /// Where in the queue of those to be given back the flow waits.
    var queued: UInt32 = 0
    var direction: UInt8 = 0
    /// The direction whose message was unanswered.
    var askedBy: UInt8 = 0
    var isReset = false
    /// A FIN in the place of the side's first byte: it never sent one.
    var atFirstByte = false
}
