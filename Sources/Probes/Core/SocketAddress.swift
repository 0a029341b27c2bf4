internal import Glibc

/// An IPv4 or IPv6 address with a port, as sockets want it.
public struct SocketAddress: Hashable, Sendable {
    /// `struct sockaddr_in` or `sockaddr_in6`.
    private let raw: [UInt8]

    init(_ address: UnsafePointer<sockaddr>, length: socklen_t) {
        unsafe raw = [UInt8](UnsafeRawBufferPointer(start: address, count: Int(length)))
    }

    /// Reads a numeric address; `nil` when the text is none.
    public init?(numeric text: String, port: UInt16) {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(text, String(port), &hints, &list) == 0 else { return nil }
        defer { unsafe freeaddrinfo(list) }
        guard let first = unsafe list?.pointee, let address = unsafe first.ai_addr else {
            return nil
        }
        unsafe self.init(address, length: first.ai_addrlen)
    }

    public var isIPv6: Bool { family == AF_INET6 }

    var family: Int32 {
        unsafe withPointer { address, _ in Int32(unsafe address.pointee.sa_family) }
    }

    /// Bytes 2 and 3 of both structures, in network order.
    public var port: UInt16 { raw.count >= 4 ? UInt16(raw[2]) << 8 | UInt16(raw[3]) : 0 }

    /// The address alone, numeric, with its zone (getnameinfo(3)).
    public var host: String {
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let result = unsafe withPointer { address, length in
            unsafe getnameinfo(
                address, length, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST)
        }
        return result == 0 ? text(name) : "?"
    }

    func withPointer<T>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
        unsafe raw.withUnsafeBytes { bytes in
            unsafe body(
                bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
    }

    /// What getsockname(2) or getpeername(2) fills in.
    static func reading(
        _ fill: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard unsafe fill(address, &length) == 0 else { return nil }
                return unsafe SocketAddress(address, length: length)
            }
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    public var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
