import Foundation
import Glibc
import Synchronization

/// A server inside the test on a free port of 127.0.0.1; each connection gets a thread that runs
/// the script with its descriptor, and is closed when the script returns.
final class LoopbackServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let hasThread: Bool
    private let accepted = Atomic<Int>(0)

    /// - Parameters:
    ///   - backlog: 0 with `script: nil` and some connections makes SYNs go unanswered.
    ///   - script: `nil` accepts nothing.
    init(backlog: Int32 = 64, _ script: (@Sendable (Int32) -> Void)?) {
        (listener, port) = Self.listen(backlog)
        hasThread = script != nil
        guard let script else { return }
        Thread.detachNewThread { [listener, weak self] in
            defer { close(listener) }
            while true {
                let descriptor = accept(listener, nil, nil)
                if descriptor < 0 { return }
                _ = self?.accepted.add(1, ordering: .relaxed)
                Thread.detachNewThread {
                    script(descriptor)
                    close(descriptor)
                }
            }
        }
    }

    deinit {
        // The thread closes it, so that its number is not another's while accept still names it.
        shutdown(listener, Int32(SHUT_RDWR))
        if !hasThread { close(listener) }
    }

    var connections: Int { accepted.load(ordering: .relaxed) }

    /// Accepts, and says nothing until the client leaves.
    static func silent() -> LoopbackServer { LoopbackServer { drain($0) } }

    /// Says `bytes` at once to whoever connects, then reads until the client is done.
    static func greeting(_ bytes: [UInt8]) -> LoopbackServer {
        LoopbackServer { descriptor in
            _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            drain(descriptor)
        }
    }

    /// Reads until the client closes, or says nothing for two minutes.
    static func drain(_ descriptor: Int32) {
        var chunk = [UInt8](repeating: 0, count: 4096)
        for _ in 0..<10_000 {
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wait, 1, 120_000) > 0, recv(descriptor, &chunk, chunk.count, 0) > 0
            else { return }
        }
    }

    /// Waits until as many connections were accepted, half a minute at most.
    func wait(connections count: Int) -> Bool {
        for _ in 0..<3000 where connections < count { usleep(10_000) }
        return connections >= count
    }

    private static func listen(_ backlog: Int32) -> (Int32, UInt16) {
        let descriptor = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutableBytes(of: &name) { bytes in
            let address = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            precondition(bind(descriptor, address, length) == 0, "bind: errno \(errno)")
            getsockname(descriptor, address, &length)
        }
        Glibc.listen(descriptor, backlog)
        return (descriptor, UInt16(bigEndian: name.sin_port))
    }
}

/// A port whose SYNs go unanswered: the queue of a listener that never accepts is full.
final class UnansweringPort {
    private let server = LoopbackServer(backlog: 0, nil)
    private var fillers: [Int32] = []

    var port: UInt16 { server.port }

    /// How many of those that fill the queue have no answer.
    private(set) var waiting = 0

    init() {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = server.port.bigEndian
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        for _ in 0..<4 {
            let filler = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
            withUnsafeBytes(of: &name) { bytes in
                let address = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
                _ = connect(filler, address, socklen_t(bytes.count))
            }
            fillers.append(filler)
        }
        // On loopback an answer comes at once.
        usleep(50_000)
        for filler in fillers {
            var wait = pollfd(fd: filler, events: Int16(POLLOUT), revents: 0)
            if poll(&wait, 1, 0) == 0 { waiting += 1 }
        }
    }

    deinit { for filler in fillers { close(filler) } }
}

/// A port of 127.0.0.1 on which nobody listens.
func closedPort() -> UInt16 {
    let server = LoopbackServer(nil)
    return server.port
}
