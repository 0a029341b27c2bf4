import Glibc
import Synchronization

/// A server inside the test, for peers that no real program plays: silent, garbage, resets at a
/// chosen moment. Listens on 127.0.0.1; each connection gets a thread that runs the script.
final class ScriptedServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let stopped = Atomic<Bool>(false)
    private let accepted = Atomic<Int>(0)

    /// `script` gets the connection and its number, from 0. The connection is closed when the
    /// script returns. `pause` are microseconds between one accept and the next.
    init(
        address: String = "127.0.0.1", port: UInt16 = FreePort.take(), backlog: Int32 = 64,
        pause: UInt32 = 0, _ script: @escaping @Sendable (Peer, Int) -> Void
    ) {
        self.port = port
        listener = Self.listen(address, port, backlog)
        let (listener, counter, flag) = (self.listener, Weak(self), Weak(self))
        start {
            // Closed by the thread alone: its number would be another listener's while accept
            // still names it, and this server would take and drop that one's connections.
            defer { close(listener) }
            while true {
                usleep(pause)
                let descriptor = accept(listener, nil, nil)
                if descriptor < 0 {
                    if errno == EINTR || errno == ECONNABORTED { continue }
                    return
                }
                // A child of another test that inherits it would keep it open.
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                guard let server = flag.value, !server.stopped.load(ordering: .acquiring) else {
                    close(descriptor)
                    return
                }
                let number = counter.value?.accepted.add(1, ordering: .relaxed).oldValue ?? 0
                let peer = Peer(descriptor)
                start {
                    script(peer, number)
                    peer.close()
                }
            }
        }
    }

    deinit { stop() }

    var connections: Int { accepted.load(ordering: .relaxed) }

    /// Ends listening; connections that are open end with their scripts.
    func stop() {
        guard !stopped.exchange(true, ordering: .acquiringAndReleasing) else { return }
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private static func listen(_ address: String, _ port: UInt16, _ backlog: Int32) -> Int32 {
        let isIPv6 = address.contains(":")
        let descriptor = socket(
            isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, 4)
        let result: Int32
        if isIPv6 {
            var name = sockaddr_in6()
            name.sin6_family = sa_family_t(AF_INET6)
            name.sin6_port = port.bigEndian
            inet_pton(AF_INET6, address, &name.sin6_addr)
            result = bindTo(descriptor, &name)
        } else {
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = port.bigEndian
            inet_pton(AF_INET, address, &name.sin_addr)
            result = bindTo(descriptor, &name)
        }
        precondition(result == 0, "bind \(address):\(port): errno \(errno)")
        Glibc.listen(descriptor, backlog)
        return descriptor
    }

    private static func bindTo<Name>(_ descriptor: Int32, _ name: inout Name) -> Int32 {
        withUnsafeBytes(of: &name) {
            bind(
                descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self),
                socklen_t($0.count))
        }
    }
}

/// So that the thread that accepts does not keep the server alive.
private struct Weak: @unchecked Sendable {
    // A weak reference is read and cleared atomically by the runtime.
    weak var value: ScriptedServer?
    init(_ value: ScriptedServer) { self.value = value }
}

private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func start(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let raw = Unmanaged.passRetained(Body(body)).toOpaque()
    pthread_create(
        &thread, nil,
        { raw in
            Unmanaged<Body>.fromOpaque(raw!).takeRetainedValue().run()
            return nil
        }, raw)
    pthread_detach(thread)
}
