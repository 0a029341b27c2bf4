import Glibc
import Synchronization

/// Ports below the kernel's range for outgoing connections, each handed out once a process, so
/// that tests beside each other do not meet.
enum FreePort {
    private static let next = Atomic<Int>(Int.random(in: 0..<18_000))

    static func take() -> UInt16 {
        while true {
            let candidate = next.add(1, ordering: .relaxed).newValue
            let port = UInt16(12_000 + candidate % 20_000)
            if !isListening(port) { return port }
        }
    }
}

/// Whether somebody listens on the TCP port of this host. Asked by bind(2), which a listener alone
/// refuses when SO_REUSEADDR is set: no server is disturbed by a connection.
func isListening(_ port: UInt16) -> Bool {
    var four = sockaddr_in()
    four.sin_family = sa_family_t(AF_INET)
    four.sin_port = port.bigEndian
    four.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var six = sockaddr_in6()
    six.sin6_family = sa_family_t(AF_INET6)
    six.sin6_port = port.bigEndian
    six.sin6_addr = in6addr_loopback
    return isRefused(AF_INET, &four) || isRefused(AF_INET6, &six)
}

private func isRefused<Name>(_ family: Int32, _ name: inout Name) -> Bool {
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var one: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, 4)
    if family == AF_INET6 { setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &one, 4) }
    let result = withUnsafeBytes(of: &name) {
        bind(
            descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
    }
    return result != 0 && errno == EADDRINUSE
}
