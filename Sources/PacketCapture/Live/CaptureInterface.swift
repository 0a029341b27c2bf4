internal import CPcap
internal import Glibc

/// A place where packets can be captured, as `pcap_findalldevs(3)` lists it.
public struct CaptureInterface: Equatable, Sendable {
    public var name: String
    /// "Pseudo-device that captures on all interfaces"; network cards have none.
    public var description: String?
    public var isUp: Bool
    public var isLoopback: Bool
    /// A network interface or `any`; libpcap also lists buses and logs of the firewall.
    public var isNetwork: Bool

    /// All that libpcap lists, the most useful first; empty when it cannot tell. Needs no right.
    public static func all() -> [CaptureInterface] {
        var first: UnsafeMutablePointer<pcap_if_t>?
        var reason = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
        guard unsafe pcap_findalldevs(&first, &reason) == 0 else { return [] }
        defer { unsafe pcap_freealldevs(first) }
        var interfaces: [CaptureInterface] = []
        var next = unsafe first
        while let entry = unsafe next?.pointee {
            interfaces.append(unsafe CaptureInterface(entry))
            unsafe next = entry.next
        }
        return interfaces
    }

    /// Names of what carries packets of a network.
    public static func networkNames() -> [String] { all().filter(\.isNetwork).map(\.name) }

    private init(_ entry: pcap_if_t) {
        name = unsafe String(cString: entry.name)
        description = unsafe entry.description.map { unsafe String(cString: $0) }
        let flags = unsafe entry.flags
        isUp = flags & UInt32(PCAP_IF_UP) != 0
        isNetwork = unsafe name == "any" || if_nametoindex(name) != 0
        isLoopback = flags & UInt32(PCAP_IF_LOOPBACK) != 0
    }
}

extension LiveCapture {
    /// "libpcap version 1.10.3 (with TPACKET_V3)", as the library says.
    public static var libraryVersion: String {
        unsafe pcap_lib_version().map { unsafe String(cString: $0) } ?? "libpcap"
    }
}
