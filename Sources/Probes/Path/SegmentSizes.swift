internal import Glibc

/// Sizes of TCP segments as a measure of the path: an HTTP request padded so that it fills one
/// packet, and whether the other side acknowledges it. Needs no rights and no ICMP.
///
/// Linux sets DF on TCP with IP_PMTUDISC_DO only, and then learns from ICMP errors.
struct SegmentSizes {
    private let address: SocketAddress
    private let context: ProbeContext

    init(_ address: SocketAddress, _ context: ProbeContext) {
        self.address = address
        self.context = context
    }

    /// IP and TCP headers without options, in bytes.
    private var headers: Int { (address.isIPv6 ? 40 : 20) + 20 }
    /// Seconds for the acknowledgement; a delayed one takes 40 ms, a lost segment repeats.
    private static let patience = 1.5

    func search() -> PathMTUSearch.Result? {
        guard let interface = localInterface() else { return nil }
        let search = PathMTUSearch(
            floor: address.isIPv6 ? 1280 : 576, interfaceMTU: min(interface.mtu, 9216),
            method: "HTTP requests of one segment", cancellation: context.cancellation)
        return search.run(ask)
    }

    private func localInterface() -> Interface? {
        let connection = Connection(context, to: address, label: "interface")
        guard (try? connection.connect(by: context.attempt)) != nil,
            let local = connection.localAddress
        else { return nil }
        connection.closePolitely(by: .after(seconds: 1))
        return Interface(with: local)
    }

    /// A packet of `size` bytes, IP header included.
    private func ask(_ size: Int) -> PathMTUSearch.Verdict {
        let connection = Connection(context, to: address, label: "packet of \(size) bytes")
        do throws(NetworkFailure) {
            try connection.connect(
                by: context.attempt,
                .init(
                    pathMTUDiscovery: IP_PMTUDISC_DO, segmentSize: Int32(size - headers)))
            guard let info = connection.tcpInfo else { return .notSendable }
            // Learnt from ICMP on an earlier connection.
            if info.pathMTU < size { return .tooBig(mtu: Int(info.pathMTU), sender: nil) }
            // What the segment holds besides the headers: timestamps take 12 bytes of it.
            let payload = Int(info.segmentSize)
            guard payload + headers + 12 >= size else { return .notSendable }
            try connection.send(request(payload), by: context.attempt)
            let isAcknowledged = try awaitAcknowledgement(connection)
            // Smaller segments were sent after an ICMP error; they say nothing of this size.
            let learnt = Int(connection.tcpInfo?.pathMTU ?? UInt32(size))
            if isAcknowledged {
                _ = try? connection.receive(by: .after(seconds: 1))
                connection.closePolitely(by: .after(seconds: 1))
            } else {
                // What did not arrive would be repeated for minutes.
                connection.close(reset: true)
            }
            if learnt < size { return .tooBig(mtu: learnt, sender: nil) }
            return isAcknowledged ? .passed : .vanished
        } catch {
            return .vanished
        }
    }

    private func awaitAcknowledgement(_ connection: Connection) throws(NetworkFailure) -> Bool {
        let deadline = Deadline.after(seconds: Self.patience)
        while !deadline.hasPassed {
            if connection.tcpInfo?.unacknowledged == 0 { return true }
            try sleep(until: .after(seconds: 0.02), context.cancellation)
        }
        return false
    }

    /// A whole HEAD request of exactly `count` bytes.
    private func request(_ count: Int) -> [UInt8] {
        let head =
            "HEAD \(context.target.path) HTTP/1.1\r\nHost: \(context.target.authority)\r\n"
            + "Connection: close\r\nX-Padding: "
        let end = "\r\n\r\n"
        let filler = max(1, count - head.utf8.count - end.utf8.count)
        return Array((head + String(repeating: "i", count: filler) + end).utf8)
    }
}
