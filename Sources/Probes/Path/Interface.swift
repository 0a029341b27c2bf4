internal import Glibc

/// The local interface that has an address.
struct Interface: Hashable, Sendable {
    var name: String
    /// In bytes, IP header included.
    var mtu: Int

    /// SIOCGIFMTU of linux/sockios.h.
    private static let getMTU: UInt = 0x8921

    /// `nil` when no interface has the address (getifaddrs(3)).
    init?(with address: SocketAddress) {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard unsafe getifaddrs(&list) == 0 else { return nil }
        defer { unsafe freeifaddrs(list) }
        let wanted = address.host
        var next = unsafe list
        while let entry = unsafe next?.pointee {
            unsafe next = entry.ifa_next
            guard let raw = unsafe entry.ifa_addr else { continue }
            let family = Int32(unsafe raw.pointee.sa_family)
            guard family == AF_INET || family == AF_INET6 else { continue }
            let size =
                family == AF_INET
                ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
            guard unsafe SocketAddress(raw, length: socklen_t(size)).host == wanted else {
                continue
            }
            let found = unsafe String(cString: entry.ifa_name)
            guard let mtu = Self.mtu(of: found) else { return nil }
            (name, self.mtu) = (found, mtu)
            return
        }
        return nil
    }

    /// `struct ifreq`: 16 bytes of name, then a union that here holds the MTU.
    private static func mtu(of name: String) -> Int? {
        let socket = Descriptor(owning: Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0))
        guard socket.number >= 0, name.utf8.count < 16 else { return nil }
        var request = [UInt8](repeating: 0, count: 40)
        request.replaceSubrange(0..<name.utf8.count, with: name.utf8)
        guard unsafe ioctl(socket.number, getMTU, &request) == 0 else { return nil }
        return Int(
            unsafe request.withUnsafeBytes {
                unsafe $0.loadUnaligned(fromByteOffset: 16, as: Int32.self)
            })
    }
}
