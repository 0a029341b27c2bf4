internal import Dissection
internal import Glibc

/// Sends datagrams that a host answers without being asked to: ICMP echo where it is permitted,
/// else UDP to a port where nobody listens, which ICMP port unreachable answers.
struct Pinger: ~Copyable {
    enum Method: String, Sendable {
        case echo = "ICMP echo"
        case closedPort = "UDP to a closed port"
    }

    /// What became of one.
    enum Outcome: Hashable, Sendable {
        /// Nanoseconds until the answer.
        case answered(Int64)
        /// An ICMP error from the way, or the kernel's refusal.
        case error(PathError)
        case silent
        case failed(NetworkFailure)

        var isAnswered: Bool { if case .answered = self { true } else { false } }
    }

    let method: Method
    private let socket: DatagramSocket
    private let context: ProbeContext
    private let identifier = UInt16.random(in: .min ... .max)
    private var sequence: UInt16 = 0

    /// IP and ICMP, or IP and UDP: both have headers of eight bytes after that of IP.
    let overhead: Int

    /// - Throws: the refusal of the kernel when ICMP is wanted and not permitted.
    init(
        _ method: Method, to address: SocketAddress, _ context: ProbeContext
    ) throws(NetworkFailure) {
        self.method = method
        self.context = context
        overhead = (address.isIPv6 ? 40 : 20) + 8
        let source = Self.source(context, address)
        switch method {
        case .echo: socket = try Self.echoSocket(to: address, source)
        case .closedPort:
            // Traceroute's port, above those that services are found on.
            guard let remote = SocketAddress(numeric: address.host, port: 33_434) else {
                throw .local(call: "getaddrinfo", errno: EINVAL)
            }
            socket = try DatagramSocket(.udp, to: remote, source: source)
        }
        socket.enableErrors()
    }

    private static func source(_ context: ProbeContext, _ address: SocketAddress) -> String? {
        guard let source = context.options.sourceAddress,
            SocketAddress(numeric: source, port: 0)?.isIPv6 == address.isIPv6
        else { return nil }
        return source
    }

    /// First without rights (ping_group_range), then with CAP_NET_RAW.
    private static func echoSocket(
        to address: SocketAddress, _ source: String?
    ) throws(NetworkFailure) -> DatagramSocket {
        // Ports of ICMP sockets are identifiers: none is asked for.
        let remote = SocketAddress(numeric: address.host, port: 0) ?? address
        do throws(NetworkFailure) {
            return try DatagramSocket(.ping, to: remote, source: source)
        } catch {
            return try DatagramSocket(.rawICMP, to: remote, source: source)
        }
    }

    /// Whether the user may send ICMP echo, and what is missing if not.
    static let needs = "ICMP: CAP_NET_RAW, or a group in net.ipv4.ping_group_range"

    /// Fragments never: the kernel sends what the interface takes and ignores what it has learnt
    /// of the path (IP_PMTUDISC_PROBE, ip(7)).
    func forbidFragments() {
        socket.set(ipv4: IP_MTU_DISCOVER, ipv6: IPV6_MTU_DISCOVER, to: IP_PMTUDISC_PROBE)
    }

    func setHops(_ hops: Int32) {
        socket.set(ipv4: IP_TTL, ipv6: IPV6_UNICAST_HOPS, to: hops)
    }

    var localAddress: SocketAddress? { socket.localAddress }

    /// One datagram of `size` bytes, IP header included, and its fate within `patience` seconds.
    mutating func send(size: Int, patience: Double) -> Outcome {
        sequence &+= 1
        while socket.queuedError() != nil {}
        let begin = MonotonicInstant.now
        do throws(NetworkFailure) {
            do throws(NetworkFailure) {
                try socket.send(message(payload: max(0, size - overhead)))
            } catch .local(_, EMSGSIZE) {
                // The interface's own limit, or what an ICMP error has just taught the kernel.
                if let error = socket.queuedError() { return .error(error) }
                return .failed(.local(call: "send", errno: EMSGSIZE))
            } catch {
                // An error about an earlier datagram; this one was not sent.
                if socket.queuedError() == nil { throw error }
                try socket.send(message(payload: max(0, size - overhead)))
            }
            return try answer(since: begin, by: .after(seconds: patience))
        } catch .timedOut {
            return .silent
        } catch {
            return .failed(error)
        }
    }

    private func answer(
        since begin: MonotonicInstant, by deadline: Deadline
    ) throws(NetworkFailure) -> Outcome {
        while true {
            switch try socket.next(by: deadline, context.cancellation) {
            case .error(let error):
                if method == .closedPort, error.isPortUnreachable {
                    return .answered(MonotonicInstant.now - begin)
                }
                return .error(error)
            case .datagram(let bytes):
                if method == .echo, isReply(bytes) {
                    return .answered(MonotonicInstant.now - begin)
                }
                // Somebody listens there after all: an answer as good as any.
                if method == .closedPort { return .answered(MonotonicInstant.now - begin) }
            }
        }
    }

    private func message(payload: Int) -> [UInt8] {
        let filler = [UInt8](repeating: UInt8(ascii: "i"), count: payload)
        guard method == .echo else { return filler }
        // Type (8, or 128 for IPv6), code, checksum, identifier, sequence (RFC 792, RFC 4443 §4.1).
        let type: UInt8 = socket.remote.isIPv6 ? 128 : 8
        var bytes: [UInt8] = [type, 0, 0, 0] + word(identifier) + word(sequence) + filler
        // The kernel sums up ICMPv6 and what ping sockets send.
        if socket.kind == .rawICMP, !socket.remote.isIPv6 {
            bytes.replaceSubrange(2..<4, with: word(Self.checksum(bytes)))
        }
        return bytes
    }

    private func isReply(_ datagram: [UInt8]) -> Bool {
        var bytes = datagram[...]
        if socket.kind == .rawICMP, !socket.remote.isIPv6, let first = bytes.first {
            bytes = bytes.dropFirst(Int(first & 0xF) * 4)
        }
        let message = Array(bytes.prefix(8))
        guard message.count == 8, message[0] == (socket.remote.isIPv6 ? 129 : 0) else {
            return false
        }
        let isOurs = socket.kind == .ping || Array(message[4..<6]) == word(identifier)
        return isOurs && Array(message[6..<8]) == word(sequence)
    }

    /// The Internet checksum (RFC 1071).
    static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for index in stride(from: 0, to: bytes.count, by: 2) {
            let low = index + 1 < bytes.count ? UInt32(bytes[index + 1]) : 0
            sum += UInt32(bytes[index]) << 8 | low
        }
        while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
        return ~UInt16(sum)
    }

    private func word(_ value: UInt16) -> [UInt8] {
        [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)]
    }
}
