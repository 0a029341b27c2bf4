import Dissection
import Glibc
import Synchronization

/// A name server inside the test, for answers that no real one gives. UDP, and TCP if wanted, on
/// one port; each question is answered by the handler.
final class TestResponder: Sendable {
    enum Reply: Sendable {
        case silence
        case bytes([UInt8])
    }

    typealias Handler = @Sendable (DNSMessage, _ overTCP: Bool) -> Reply

    let port: UInt16
    private let udp: Int32
    private let stream: ScriptedServer?

    init(
        address: String = "127.0.0.1", port: UInt16 = FreePort.take(), tcp: Bool = true,
        _ handler: @escaping Handler
    ) {
        self.port = port
        udp = Self.bound(address, port)
        stream =
            tcp
            ? ScriptedServer(address: address, port: port) { peer, _ in
                let length = peer.read(exactly: 2)
                guard length.count == 2 else { return }
                let query = peer.read(exactly: Int(length[0]) << 8 | Int(length[1]))
                guard let message = try? DNSMessage(query.span.bytes) else { return }
                guard case .bytes(let answer) = handler(message, true) else {
                    peer.readToEnd()
                    return
                }
                peer.write([UInt8(answer.count >> 8), UInt8(answer.count & 0xFF)] + answer)
            } : nil
        let socket = udp
        inBackground { Self.answer(on: socket, handler) }
    }

    deinit {
        shutdown(udp, Int32(SHUT_RDWR))
        stream?.stop()
    }

    /// Ends when the socket is shut down.
    private static func answer(on socket: Int32, _ handler: Handler) {
        defer { close(socket) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            var from = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let count = withUnsafeMutablePointer(to: &from) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    recvfrom(socket, &buffer, buffer.count, 0, $0, &length)
                }
            }
            if count <= 0 { return }
            let query = Array(buffer[..<count])
            guard let message = try? DNSMessage(query.span.bytes),
                case .bytes(let answer) = handler(message, false)
            else { continue }
            withUnsafePointer(to: &from) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    _ = sendto(socket, answer, answer.count, 0, $0, length)
                }
            }
        }
    }

    private static func bound(_ address: String, _ port: UInt16) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        inet_pton(AF_INET, address, &name.sin_addr)
        let result = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        precondition(result == 0, "bind \(address):\(port): errno \(errno)")
        return descriptor
    }
}

/// An answer put together field by field, names uncompressed.
struct TestAnswer {
    var query: DNSMessage
    var flags: DNSFlags = [.response, .authoritative, .recursionAvailable]
    var code: UInt16 = 0
    var records: [[UInt8]] = []
    var authorities: [[UInt8]] = []

    init(_ query: DNSMessage) { self.query = query }

    static func record(_ name: DNSName, _ type: DNSType, ttl: UInt32 = 60, _ data: [UInt8])
        -> [UInt8]
    {
        name.wire + word(type.rawValue) + word(1) + word(UInt16(ttl >> 16))
            + word(UInt16(truncatingIfNeeded: ttl)) + word(UInt16(data.count)) + data
    }

    /// Says for how long a denial is kept.
    static func soa(_ zone: DNSName, ttl: UInt32) -> [UInt8] {
        let numbers: [UInt8] = Array(repeating: 0, count: 16)
        let minimum = word(UInt16(ttl >> 16)) + word(UInt16(truncatingIfNeeded: ttl))
        return record(zone, .soa, ttl: ttl, zone.wire + zone.wire + numbers + minimum)
    }

    var reply: TestResponder.Reply {
        let question = query.questions[0]
        var bytes = Self.word(query.id) + Self.word(flags.rawValue | code) + Self.word(1)
        bytes += Self.word(UInt16(records.count)) + Self.word(UInt16(authorities.count))
        bytes += Self.word(0) + question.name.wire + Self.word(question.type.rawValue)
        bytes += Self.word(1)
        return .bytes(bytes + records.flatMap(\.self) + authorities.flatMap(\.self))
    }

    static func word(_ value: UInt16) -> [UInt8] {
        [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)]
    }
}

/// Answers A questions for any name with `addresses`, AAAA with nothing.
func zoneHandler(_ addresses: [[UInt8]]) -> TestResponder.Handler {
    { query, _ in
        var answer = TestAnswer(query)
        let question = query.questions[0]
        if question.type == .a {
            answer.records = addresses.map { TestAnswer.record(question.name, .a, $0) }
        } else {
            answer.authorities = [TestAnswer.soa(question.name, ttl: 60)]
        }
        return answer.reply
    }
}
