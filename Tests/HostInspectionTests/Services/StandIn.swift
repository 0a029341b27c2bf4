import Foundation
import Glibc

/// A peer that gives each connection the same answer, on a thread of its own.
final class StandIn: Sendable {
    enum Manner: Sendable {
        case answer([UInt8])
        /// Accepts and says nothing.
        case silent
        /// Listens and never accepts.
        case deaf
    }

    let path: String
    let port: UInt16
    private let listener: Int32
    private let hasThread: Bool

    /// On a socket in the file system.
    static func unix(_ manner: Manner) -> StandIn {
        let path = NSTemporaryDirectory() + "inquest-\(UUID().uuidString.prefix(8)).sock"
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { raw in
            for (index, byte) in path.utf8.enumerated() { raw[index] = byte }
        }
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return StandIn(listener, path: path, port: 0, manner)
    }

    /// On a free port of 127.0.0.1.
    static func tcp(_ manner: Manner) -> StandIn {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, size)
                _ = getsockname(listener, $0, &size)
            }
        }
        return StandIn(listener, path: "", port: UInt16(bigEndian: address.sin_port), manner)
    }

    private init(_ listener: Int32, path: String, port: UInt16, _ manner: Manner) {
        self.listener = listener
        self.path = path
        self.port = port
        listen(listener, 8)
        if case .deaf = manner {
            hasThread = false
            return
        }
        hasThread = true
        Thread { Self.serve(listener, manner) }.start()
    }

    deinit {
        // The thread closes it, so that its number is not another's while accept still names it.
        shutdown(listener, Int32(SHUT_RDWR))
        if !hasThread { close(listener) }
        if !path.isEmpty { unlink(path) }
    }

    private static func serve(_ listener: Int32, _ manner: Manner) {
        var held: [Int32] = []
        while true {
            let peer = accept(listener, nil, nil)
            guard peer >= 0 else { break }
            guard case .answer(let bytes) = manner else {
                held.append(peer)
                continue
            }
            var request = [UInt8](repeating: 0, count: 4096)
            _ = recv(peer, &request, request.count, 0)
            _ = send(peer, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            close(peer)
        }
        for peer in held { close(peer) }
        close(listener)
    }
}
