/// The control bits of a TCP header (RFC 9293 §3.1).
@frozen
public struct TCPFlags: OptionSet, Hashable, Sendable {
    public var rawValue: UInt8

    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    @inlinable public static var fin: TCPFlags { TCPFlags(rawValue: 0x01) }
    @inlinable public static var syn: TCPFlags { TCPFlags(rawValue: 0x02) }
    @inlinable public static var rst: TCPFlags { TCPFlags(rawValue: 0x04) }
    @inlinable public static var psh: TCPFlags { TCPFlags(rawValue: 0x08) }
    @inlinable public static var ack: TCPFlags { TCPFlags(rawValue: 0x10) }
    @inlinable public static var urg: TCPFlags { TCPFlags(rawValue: 0x20) }
    @inlinable public static var ece: TCPFlags { TCPFlags(rawValue: 0x40) }
    @inlinable public static var cwr: TCPFlags { TCPFlags(rawValue: 0x80) }
}

/// One TCP segment as `dissect` found it; offsets count from the first byte of the packet.
@frozen
public struct TCPSegment: Sendable {
    public var source = IPAddress()
    public var destination = IPAddress()
    public var sourcePort: UInt16 = 0
    public var destinationPort: UInt16 = 0
    public var sequence: UInt32 = 0
    /// Meaningful only with `TCPFlags.ack`.
    public var acknowledgement: UInt32 = 0
    public var flags = TCPFlags()
    /// IPv4 time to live or IPv6 hop limit.
    public var timeToLive: UInt8 = 0
    /// As sent, without the scale of the handshake.
    public var window: UInt16 = 0
    /// IPv4 identification; 0 for IPv6.
    public var identification: UInt16 = 0
    /// Outermost VLAN id, 0 = none or only a priority.
    public var outerVLAN: UInt16 = 0
    /// Innermost VLAN id of a packet with several tags, 0 = none.
    public var innerVLAN: UInt16 = 0
    /// Six bytes as a number; 0 = the link has none.
    public var sourceMAC: UInt64 = 0
    /// Six bytes as a number; 0 = the link has none.
    public var destinationMAC: UInt64 = 0
    /// Where the payload begins; never beyond the captured bytes.
    public var payloadOffset = 0
    /// Payload bytes that are present, at most `payloadLength`.
    public var capturedPayload = 0
    /// Payload bytes on the wire, by the IP length and never beyond the frame; Ethernet padding is
    /// none.
    public var payloadLength = 0
    public var optionsOffset = 0
    /// Option bytes that are present, at most 40.
    public var optionsLength = 0
    /// With `PacketVerdict.notTCP` the IP protocol number
    /// (https://www.iana.org/assignments/protocol-numbers); its header is where the payload begins.
    public var transport: UInt8 = 6
    /// With `PacketVerdict.notIP` what the frame carries; it begins where the payload does.
    public var linkProtocol = LinkProtocol.etherType(0)

    @inlinable
    public init() {}

    /// Another protocol than TCP, whose header begins at `offset` and which ends at `end`.
    @usableFromInline
    mutating func noteTransport(
        _ number: UInt8, at offset: Int, end: Int, of bytes: RawSpan
    ) {
        transport = number
        payloadOffset = min(offset, bytes.byteCount)
        payloadLength = max(0, end - offset)
        capturedPayload = max(0, min(bytes.byteCount, end) - payloadOffset)
    }
}

/// What `dissect` made of a packet.
@frozen
public enum PacketVerdict: UInt8, Sendable {
    case tcp
    case notIP
    case notTCP
    /// A part of an IP datagram, whose header begins at `payloadOffset`.
    case fragment
    /// The capture holds too few bytes to see all of the fixed TCP header.
    case truncated
    /// A header contradicts itself.
    case malformed
    case unsupportedLink
}
