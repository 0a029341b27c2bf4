internal import Glibc

/// A server on the loopback addresses that behaves as one of `CheckedServer`, for one run of a
/// check; driven by its owner's poll(2).
final class LocalCheckServer {
    /// A check that opens more at once waits in the kernel's queue.
    private static let maximumConnections = 64

    private let server: CheckedServer
    private let context: ServerContext?
    private let listeners: [Int32]
    let port: UInt16
    private var connections: [CheckConnection] = []
    private var behaviour = CheckBehaviour()

    /// - Throws: the `errno` of what failed.
    init(_ server: CheckedServer, context: ServerContext?) throws(ShellCommand.Errno) {
        self.server = server
        self.context = context
        let first = try LoopbackListener.open()
        port = first.port
        // `localhost` is both addresses in many places; a client falls back from the other one.
        let second = try? LoopbackListener.openIPv6(port: first.port)
        listeners = [first.descriptor] + (second.map { [$0] } ?? [])
    }

    deinit { for listener in listeners { close(listener) } }

    /// What poll(2) is to wait for: reading on each.
    var descriptors: [Int32] {
        let isFull = connections.count >= Self.maximumConnections
        return (isFull ? [] : listeners) + connections.map(\.descriptor)
    }

    var hasOpenConnections: Bool { !connections.isEmpty }

    /// Does everything that can be done without waiting.
    func turn(now: ContinuousClock.Instant) {
        for listener in listeners { acceptAll(listener, now: now) }
        for connection in connections { connection.turn(now: now) }
        for connection in connections where connection.isOver { account(connection, now: now) }
        connections.removeAll(where: \.isOver)
    }

    /// Closes everything.
    ///
    /// - Returns: what the check did.
    func finish(now: ContinuousClock.Instant) -> CheckBehaviour {
        for connection in connections { account(connection, now: now) }
        connections.removeAll()
        return behaviour
    }

    private func acceptAll(_ listener: Int32, now: ContinuousClock.Instant) {
        while connections.count < Self.maximumConnections {
            let accepted = accept(listener, nil, nil)
            guard accepted >= 0 else { return }
            _ = fcntl(accepted, F_SETFL, O_NONBLOCK)
            _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
            behaviour.connections += 1
            if server == .closesAtOnce {
                close(accepted)
            } else {
                connections.append(
                    CheckConnection(descriptor: accepted, context: context, now: now))
            }
        }
    }

    private func account(_ connection: CheckConnection, now: ContinuousClock.Instant) {
        if behaviour.opening == .nothing || connection.opening == .tls {
            behaviour.opening = connection.opening
        }
        if connection.hasHandshaken { behaviour.handshakes += 1 }
        switch connection.closing {
        case .notify: behaviour.closedByNotify += 1
        case .fin: behaviour.closedByFIN += 1
        case .rst: behaviour.closedByRST += 1
        case nil: break
        }
        let (seconds, fraction) = connection.silence(until: now).components
        behaviour.longestSilence = max(
            behaviour.longestSilence, Double(seconds) + Double(fraction) / 1e18)
    }
}

/// Listening sockets on 127.0.0.1 and ::1.
enum LoopbackListener {
    private static let backlog: Int32 = 64

    static func open() throws(ShellCommand.Errno) -> (descriptor: Int32, port: UInt16) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let descriptor = try listen(AF_INET, &address)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    static func openIPv6(port: UInt16) throws(ShellCommand.Errno) -> Int32 {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        unsafe address.sin6_addr.__in6_u.__u6_addr8.15 = 1
        return try listen(AF_INET6, &address)
    }

    private static func listen<Address>(
        _ family: Int32, _ address: inout Address
    ) throws(ShellCommand.Errno) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, kind, 0)
        guard descriptor >= 0 else { throw ShellCommand.Errno(errno) }
        let length = socklen_t(MemoryLayout<Address>.size)
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, length)
            }
        }
        guard bound == 0, Glibc.listen(descriptor, backlog) == 0 else {
            let code = errno
            close(descriptor)
            throw ShellCommand.Errno(code)
        }
        return descriptor
    }
}
