import Glibc
import Synchronization

/// A device on the way that acknowledges a client's data before the server has seen it, as some
/// accelerators do: to be made inside a router's namespace. Forwarding is left to the kernel.
final class AcknowledgingDevice: Sendable {
    private let watching: Int32
    private let sending: Int32

    /// - Parameter port: of the server whose clients are deceived.
    init(port: UInt16) {
        let (packetFamily, protocolIP): (Int32, UInt16) = (17, 0x0800)
        watching = socket(
            packetFamily, Int32(SOCK_DGRAM.rawValue), Int32(protocolIP.bigEndian))
        sending = socket(AF_INET, Int32(SOCK_RAW.rawValue), Int32(IPPROTO_RAW))
        precondition(watching >= 0 && sending >= 0, "raw sockets: errno \(errno)")
        // So that the thread notices the end.
        var limit = timeval(tv_sec: 0, tv_usec: 100_000)
        setsockopt(
            watching, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let (watching, sending) = (watching, sending)
        let stop = stopped
        inBackground {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while !stop.isSet {
                let count = recv(watching, &buffer, buffer.count, 0)
                guard count > 0, let answer = Self.answer(Array(buffer[..<count]), port) else {
                    continue
                }
                Self.send(answer, on: sending)
            }
            close(watching)
            close(sending)
        }
    }

    private let stopped = Flag()

    deinit { stopped.set() }

    /// The ACK of a segment with data for `port`.
    private static func answer(_ packet: [UInt8], _ port: UInt16) -> [UInt8]? {
        let ip = Int(packet[0] & 0xF) * 4
        guard packet.count >= ip + 20, packet[9] == 6 else { return nil }
        let tcp = Array(packet[ip..<(Int(packet[2]) << 8 | Int(packet[3]))])
        let length = tcp.count - Int(tcp[12] >> 4) * 4
        guard UInt16(tcp[2]) << 8 | UInt16(tcp[3]) == port, length > 0 else { return nil }
        let next = number(tcp, 4) &+ UInt32(length)
        var segment: [UInt8] = Array(tcp[2..<4]) + Array(tcp[0..<2])
        segment += Array(tcp[8..<12]) + bytes(next) + [0x50, 0x10, 0xFF, 0xFF, 0, 0, 0, 0]
        let addresses = Array(packet[16..<20]) + Array(packet[12..<16])
        let sum = checksum(addresses + [0, 6, 0, UInt8(segment.count)] + segment)
        segment.replaceSubrange(16..<18, with: [UInt8(sum >> 8), UInt8(sum & 0xFF)])
        // The kernel fills in length, identification and checksum (raw(7)).
        let header: [UInt8] = [0x45, 0, 0, UInt8(20 + segment.count), 0, 0, 0, 0, 64, 6, 0, 0]
        return header + addresses + segment
    }

    private static func send(_ packet: [UInt8], on descriptor: Int32) {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        withUnsafeMutableBytes(of: &name.sin_addr) { $0.copyBytes(from: packet[16..<20]) }
        withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(
                    descriptor, packet, packet.count, 0, $0,
                    socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func number(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func bytes(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for index in stride(from: 0, to: bytes.count, by: 2) {
            sum += UInt32(bytes[index]) << 8
            if index + 1 < bytes.count { sum += UInt32(bytes[index + 1]) }
        }
        while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
        return ~UInt16(sum)
    }
}

final class Flag: Sendable {
    private let value = Atomic<Bool>(false)
    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
}

/// On a thread that nobody waits for; it lives in the namespace of its maker.
func inBackground(_ body: @escaping @Sendable () -> Void) {
    final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let raw = Unmanaged.passRetained(Work(body)).toOpaque()
    pthread_create(
        &thread, nil,
        { raw in
            Unmanaged<Work>.fromOpaque(raw!).takeRetainedValue().body()
            return nil
        }, raw)
    pthread_detach(thread)
}
