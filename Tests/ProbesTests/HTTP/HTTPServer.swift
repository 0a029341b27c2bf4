import Foundation
import Glibc
import Probes

/// A request as a test's server reads it: the head as text, and the body.
struct ReadRequest: Sendable {
    var head: String
    var body: [UInt8] = []

    var path: String { head.split(separator: " ").dropFirst().first.map(String.init) ?? "" }
    var method: String { head.split(separator: " ").first.map(String.init) ?? "" }

    /// The value of a field; empty when it is not there.
    func value(of name: String) -> String {
        for line in head.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.first?.lowercased() == name.lowercased(), parts.count == 2 {
                return parts[1].trimmingCharacters(in: .whitespaces)
            }
        }
        return ""
    }
}

extension Peer {
    /// Reads one request without its body; `nil` when the client is gone.
    func readHead() -> ReadRequest? {
        var bytes: [UInt8] = []
        let end = Array("\r\n\r\n".utf8)
        while !bytes.suffix(4).elementsEqual(end) {
            let next = read(exactly: 1)
            if next.isEmpty { return nil }
            bytes += next
        }
        return ReadRequest(head: String(decoding: bytes, as: UTF8.self))
    }

    /// Reads one request with the body that its Content-Length announces.
    func readRequest() -> ReadRequest? {
        guard var request = readHead() else { return nil }
        request.body = read(exactly: Int(request.value(of: "content-length")) ?? 0)
        return request
    }

    @discardableResult
    func answer(_ status: Int = 200, _ fields: [String] = [], body: String = "ok\n") -> Bool {
        let lines = ["HTTP/1.1 \(status) Words", "Content-Length: \(body.utf8.count)"] + fields
        return write(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }
}

extension ScriptedServer {
    /// Answers requests, also several on one connection.
    static func http(
        address: String = "127.0.0.1",
        _ answer: @escaping @Sendable (Peer, ReadRequest) -> Void
    ) -> ScriptedServer {
        ScriptedServer(address: address) { peer, _ in
            while let request = peer.readRequest() { answer(peer, request) }
        }
    }
}

extension Peer {
    /// Bytes in the send queue that the client has not acknowledged (tcp(7), SIOCOUTQ).
    var unacknowledged: Int32 {
        var count: Int32 = 0
        return ioctl(descriptor, UInt(TIOCOUTQ), &count) == 0 ? count : 0
    }
}

extension Peer {
    /// A server that takes its time, as the scene demands.
    func pause(seconds: Double) { Thread.sleep(forTimeInterval: seconds) }
}

extension Peer {
    /// Whether bytes wait to be read now.
    var hasMore: Bool {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&polled, 1, 0) > 0
    }
}
