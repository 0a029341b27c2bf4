internal import Glibc

/// A datagram socket that is connected to one peer, so that only the peer's datagrams and ICMP
/// errors about it come in. Closed when it goes out of scope.
struct DatagramSocket: ~Copyable {
    enum Kind {
        case udp
        /// ICMP echo without rights, where net.ipv4.ping_group_range lets the group
        /// (Documentation/networking/ip-sysctl.rst); the kernel sets identifier and checksum.
        case ping
        /// ICMP with CAP_NET_RAW; IPv4 datagrams come in with their IP header.
        case rawICMP
    }

    let remote: SocketAddress
    let kind: Kind
    private let descriptor: Descriptor

    /// Longer datagrams do not exist (16 bits of length).
    static let longestDatagram = 65535

    init(
        _ kind: Kind = .udp, to remote: SocketAddress, source: String? = nil
    ) throws(NetworkFailure) {
        descriptor = try Self.open(kind, remote, source)
        self.remote = remote
        self.kind = kind
    }

    private static func open(
        _ kind: Kind, _ remote: SocketAddress, _ source: String?
    ) throws(NetworkFailure) -> Descriptor {
        let icmp = Int32(remote.isIPv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP)
        let type = kind == .rawICMP ? SOCK_RAW.rawValue : SOCK_DGRAM.rawValue
        let flags = SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        let socket = Descriptor(
            owning: Glibc.socket(remote.family, Int32(type | flags), kind == .udp ? 0 : icmp))
        let code = errno
        guard socket.number >= 0 else { throw .local(call: "socket", errno: code) }
        if let source {
            guard let local = SocketAddress(numeric: source, port: 0), local.isIPv6 == remote.isIPv6
            else { throw .local(call: "bind", errno: EAFNOSUPPORT) }
            let bound = unsafe local.withPointer { unsafe bind(socket.number, $0, $1) }
            let code = errno
            guard bound == 0 else { throw .local(call: "bind", errno: code) }
        }
        let connected = unsafe remote.withPointer { unsafe connect(socket.number, $0, $1) }
        let failure = errno
        guard connected == 0 else { throw .from(errno: failure, call: "connect") }
        return socket
    }

    var number: Int32 { descriptor.number }

    var localAddress: SocketAddress? {
        unsafe SocketAddress.reading { unsafe getsockname(number, $0, $1) }
    }

    @discardableResult
    func set(_ level: Int32, _ option: Int32, _ value: Int32) -> Bool {
        var value = value
        return unsafe setsockopt(
            number, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0
    }

    /// The same choice in the header of either family.
    func set(ipv4: Int32, ipv6: Int32, to value: Int32) {
        if remote.isIPv6 {
            set(Int32(IPPROTO_IPV6), ipv6, value)
        } else {
            set(Int32(IPPROTO_IP), ipv4, value)
        }
    }

    /// - Throws: also what an ICMP error about an earlier datagram left behind.
    func send(_ bytes: [UInt8]) throws(NetworkFailure) {
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe Glibc.send(
                number, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
        }
        let code = errno
        guard count >= 0 else { throw Self.failure(code, "send") }
    }

    /// The next datagram, cut to `limit` bytes.
    func receive(
        atMost limit: Int = longestDatagram, by deadline: Deadline, _ cancellation: Cancellation
    ) throws(NetworkFailure) -> [UInt8] {
        while true {
            try wait(for: Int32(POLLIN), on: number, until: deadline, cancellation)
            var code: Int32 = 0
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
                let count = unsafe recv(number, buffer.baseAddress!, limit, 0)
                code = count < 0 ? errno : 0
                filled = max(0, count)
            }
            if code == 0 { return bytes }
            guard code == EAGAIN || code == EINTR else { throw Self.failure(code, "recv") }
        }
    }

    /// ICMP port unreachable is "refused" for UDP too.
    private static func failure(_ code: Int32, _ call: String) -> NetworkFailure {
        code == EMSGSIZE ? .local(call: call, errno: code) : .from(errno: code, call: call)
    }
}
