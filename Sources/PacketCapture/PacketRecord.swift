public import Dissection

/// What a capture file says about one packet, besides its bytes.
@frozen
public struct PacketRecord: Sendable {
    /// Place in the file, from 1, as Wireshark numbers frames.
    public var number: Int
    /// Nanoseconds since 1970-01-01 UTC. A simple packet block has no time: it gets that of the
    /// packet before it, 0 when it is the first.
    public var time: Int64
    /// Bytes on the wire.
    public var wireLength: Int
    /// Bytes in the file.
    public var capturedLength: Int
    public var link: LinkType
    /// Index among the section's interface descriptions; 0 in pcap.
    public var interface: Int

    @inlinable
    public init(
        number: Int, time: Int64, wireLength: Int, capturedLength: Int, link: LinkType,
        interface: Int = 0
    ) {
        self.number = number
        self.time = time
        self.wireLength = wireLength
        self.capturedLength = capturedLength
        self.link = link
        self.interface = interface
    }
}
