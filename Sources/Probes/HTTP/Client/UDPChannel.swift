internal import Glibc

/// A connected UDP socket: only the peer's datagrams arrive, and its ICMP errors.
struct UDPChannel: ~Copyable {
    private let descriptor: Descriptor
    private let context: ProbeContext
    private let remote: SocketAddress

    init(to remote: SocketAddress, _ context: ProbeContext) throws(NetworkFailure) {
        descriptor = Descriptor(owning: try Self.open(to: remote, context.options.sourceAddress))
        self.context = context
        self.remote = remote
    }

    private static func open(
        to remote: SocketAddress, _ source: String?
    ) throws(NetworkFailure) -> Int32 {
        let number = socket(
            remote.family,
            Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let code = errno
        guard number >= 0 else { throw .from(errno: code, call: "socket") }
        do throws(NetworkFailure) {
            try prepare(number, remote, source)
        } catch {
            close(number)
            throw error
        }
        return number
    }

    private static func prepare(
        _ number: Int32, _ remote: SocketAddress, _ source: String?
    ) throws(NetworkFailure) {
        if let source {
            guard let local = SocketAddress(numeric: source, port: 0),
                local.isIPv6 == remote.isIPv6
            else { throw .local(call: "bind", errno: EAFNOSUPPORT) }
            let bound = unsafe local.withPointer { unsafe bind(number, $0, $1) }
            let code = errno
            guard bound == 0 else { throw .local(call: "bind", errno: code) }
        }
        let result = unsafe remote.withPointer { unsafe connect(number, $0, $1) }
        let code = errno
        guard result == 0 else { throw .from(errno: code, call: "connect") }
    }

    func send(_ bytes: [UInt8]) throws(NetworkFailure) {
        let count = unsafe Glibc.send(descriptor.number, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        let code = errno
        guard count == bytes.count else { throw .from(errno: code, call: "send") }
        context.log("sent a datagram of \(bytes.count) bytes to \(remote)")
    }

    /// The next datagram, at most 2,048 bytes of it. `.refused` is ICMP port unreachable.
    func receive(by deadline: Deadline) throws(NetworkFailure) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 2048)
        while true {
            let count = unsafe recv(descriptor.number, &buffer, buffer.count, 0)
            let code = errno
            if count >= 0 { return Array(buffer.prefix(count)) }
            guard code == EAGAIN || code == EINTR else { throw .from(errno: code, call: "recv") }
            try wait(
                for: Int32(POLLIN), on: descriptor.number, until: deadline, context.cancellation)
        }
    }
}
