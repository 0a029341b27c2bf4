/// What the first bytes of a packet are: a number of the registry of link types
/// (https://www.tcpdump.org/linktypes.html).
@frozen
public struct LinkType: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt32

    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Loopback of BSD and macOS: four bytes of address family in the capturing machine's order.
    @inlinable public static var null: LinkType { LinkType(rawValue: 0) }
    @inlinable public static var ethernet: LinkType { LinkType(rawValue: 1) }
    /// IPv4 or IPv6 without a link header; the version decides.
    @inlinable public static var raw: LinkType { LinkType(rawValue: 101) }
    /// Loopback of OpenBSD: as `null`, in network order.
    @inlinable public static var loop: LinkType { LinkType(rawValue: 108) }
    /// Linux "cooked" capture, 16 bytes of header.
    @inlinable public static var linuxCooked: LinkType { LinkType(rawValue: 113) }
    @inlinable public static var ipv4: LinkType { LinkType(rawValue: 228) }
    @inlinable public static var ipv6: LinkType { LinkType(rawValue: 229) }
    /// Linux "cooked" capture version 2, 20 bytes of header.
    @inlinable public static var linuxCooked2: LinkType { LinkType(rawValue: 276) }

    /// The name that tcpdump prints, else `LINKTYPE_` and the number.
    public var name: String { Self.names[rawValue] ?? "LINKTYPE_\(rawValue)" }

    /// Names of `pcap_datalink_val_to_name(3)`.
    private static let names: [UInt32: String] = [
        0: "NULL", 1: "EN10MB", 6: "IEEE802", 8: "SLIP", 9: "PPP", 10: "FDDI", 12: "RAW",
        14: "RAW", 50: "PPP_SERIAL", 51: "PPP_ETHER", 100: "ATM_RFC1483", 101: "RAW", 104: "C_HDLC",
        105: "IEEE802_11", 106: "ATM_CLIP", 107: "FRELAY", 108: "LOOP", 113: "LINUX_SLL",
        117: "PFLOG", 119: "PRISM_HEADER", 123: "SUNATM", 127: "IEEE802_11_RADIO",
        129: "ARCNET_LINUX", 132: "JUNIPER_ES", 137: "JUNIPER_ATM1", 149: "USER2",
        164: "JUNIPER_MONITOR", 178: "JUNIPER_ETHER", 182: "MFR", 187: "BLUETOOTH_HCI_H4",
        192: "PPI", 195: "IEEE802_15_4_WITHFCS", 220: "USB_LINUX_MMAPPED", 228: "IPV4",
        229: "IPV6", 239: "NFLOG", 242: "IPOIB", 249: "USBPCAP", 253: "NETLINK",
        276: "LINUX_SLL2", 281: "DSA_TAG_BRCM", 282: "DSA_TAG_BRCM_PREPEND",
        284: "DSA_TAG_DSA", 285: "DSA_TAG_EDSA",
    ]
}
