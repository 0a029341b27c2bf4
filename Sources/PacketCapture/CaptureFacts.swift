public import Dissection

/// What was learnt about a capture file by reading it.
public struct CaptureFacts: Equatable, Sendable {
    /// `pcap` or `pcapng`.
    public var format: String
    /// How the file was compressed, `nil` when it was not.
    public var compression: Compression?
    /// As the file's header or interface descriptions say, in their order, each once.
    public var linkTypes: [LinkType] = []
    /// The largest number of bytes kept of a packet that a header gives; 0 = no limit given.
    public var snapLength = 0
    /// Packets delivered.
    public var packets = 0
    /// Bytes those packets had on the wire.
    public var bytes = 0
    /// Packets of which the capture holds fewer bytes than were on the wire.
    public var truncatedPackets = 0
    /// Packets without a time stamp (pcapng simple packet blocks).
    public var packetsWithoutTime = 0
    /// Packets that the capturing program says it missed; `nil` when it does not say.
    public var missedPackets: Int?
    /// Reading ended before the end of what was captured: everything before was delivered.
    public var cutShort = false
    /// Why, as a clause: "the file ends inside packet 7 (40 of 66 bytes)".
    public var cutShortReason: String?
    /// Oddities that were read over, as clauses; at most sixteen.
    public var damage: [String] = []
    /// Time stamps are finer than a microsecond (on any interface).
    public var nanoseconds = false
    /// Byte order of the file, or of its first section.
    public var bigEndian = false
    /// pcapng sections seen.
    public var sections = 0

    public init(format: String) { self.format = format }

    mutating func note(_ oddity: String) {
        if damage.count < 16, !damage.contains(oddity) { damage.append(oddity) }
    }

    mutating func stop(_ reason: String) {
        cutShort = true
        cutShortReason = reason
    }
}
