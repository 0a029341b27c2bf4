import Glibc

/// A TCP relay in front of a real server, a middlebox to order: it judges the first bytes of the
/// client, delays the server's, or hides TLS alerts.
final class Relay: Sendable {
    enum Verdict: Sendable { case pass, drop, reset, close }

    struct Behaviour: Sendable {
        /// Seconds before the server's first bytes are passed on.
        var delay = 0.0
        /// The server's alerts (close_notify too) do not arrive; its FIN does.
        var hidesAlerts = false
        /// Sent before anything of the server.
        var preface: [UInt8] = []
        /// Asked with what one read of the client's first bytes brought.
        var judge: @Sendable ([UInt8]) -> Verdict = { _ in .pass }
    }

    private let server: ScriptedServer
    var port: UInt16 { server.port }

    init(to backend: UInt16, _ behaviour: Behaviour) {
        server = ScriptedServer { peer, _ in
            let first = peer.read()
            guard !first.isEmpty else { return }
            switch behaviour.judge(first) {
            case .pass: Self.relay(peer, first, to: backend, behaviour)
            case .drop: peer.readToEnd()
            case .reset: peer.reset()
            case .close: peer.finish()
            }
        }
    }

    private static func relay(
        _ peer: Peer, _ first: [UInt8], to backend: UInt16, _ behaviour: Behaviour
    ) {
        guard let upstream = Peer.connecting(to: backend) else { return }
        upstream.write(first)
        if !behaviour.preface.isEmpty { peer.write(behaviour.preface) }
        let toServer = Pump {
            while true {
                let bytes = peer.read()
                guard !bytes.isEmpty, upstream.write(bytes) else { break }
            }
            upstream.finish()
        }
        var isFirst = true
        while true {
            let record = upstream.readRecord()
            if record.isEmpty { break }
            if isFirst { usleep(UInt32(behaviour.delay * 1e6)) }
            isFirst = false
            // close_notify: type 21, or 19 encrypted bytes of TLS 1.3.
            let isAlert = record[0] == 21 || (record[0] == 23 && record.count == 24)
            if behaviour.hidesAlerts, isAlert { continue }
            guard peer.write(record) else { break }
        }
        peer.finish()
        toServer.wait()
        upstream.close()
    }
}

extension Peer {
    /// A connection of our own to a loopback port.
    static func connecting(to port: UInt16) -> Peer? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafeBytes(of: &name) {
            connect(
                descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self),
                socklen_t($0.count))
        }
        guard result == 0 else {
            Glibc.close(descriptor)
            return nil
        }
        return Peer(descriptor)
    }
}

/// A thread that can be waited for.
private final class Pump: @unchecked Sendable {
    // Set once by `init`, read by the one thread that waits.
    private var thread = pthread_t()

    private final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    init(_ body: @escaping @Sendable () -> Void) {
        pthread_create(
            &thread, nil,
            { raw in
                Unmanaged<Work>.fromOpaque(raw!).takeRetainedValue().body()
                return nil
            }, Unmanaged.passRetained(Work(body)).toOpaque())
    }

    func wait() { pthread_join(thread, nil) }
}
