import Glibc

/// A TCP relay in front of a real server. It can hold the server's first bytes back, and can hide
/// the last record: TLS alerts of the server (close_notify in TLS 1.2 and 1.3) do not arrive, its
/// FIN does.
final class TruncatingRelay: Sendable {
    private let server: ScriptedServer
    var port: UInt16 { server.port }

    /// - Parameter delay: seconds before the server's first bytes are passed on.
    init(to backend: UInt16, delay: Double = 0, truncates: Bool = true) {
        server = ScriptedServer { peer, _ in
            guard let upstream = Peer.connecting(to: backend) else { return }
            let toServer = Pump { [peer, upstream] in
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
                if isFirst { usleep(UInt32(delay * 1e6)) }
                isFirst = false
                // close_notify: type 21, or 19 encrypted bytes of TLS 1.3.
                let isAlert = record[0] == 21 || (record[0] == 23 && record.count == 24)
                if truncates, isAlert { continue }
                guard peer.write(record) else { break }
            }
            peer.finish()
            toServer.wait()
            upstream.close()
        }
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
