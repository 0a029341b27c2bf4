import HostInspection

struct SocketsTable: RowTable {
    struct Row {
        var socket: Socket
        var owner: SocketOwner?
        var isOutbound: Bool
    }

    static let name = "sockets"
    static let summary = "A TCP socket of the latest look at the host."
    static let origin = ObservationOrigin.host
    static let columns: [RowColumn<Row>] = [
        .text("local_address", "IPv4 in dotted form, also where the socket is of IPv6") {
            "\($0.socket.local.address)"
        },
        .integer("local_port", "") { Int64($0.socket.local.port) },
        .text("remote_address", "of a listener 0.0.0.0 or ::") {
            "\($0.socket.remote.address)"
        },
        .integer("remote_port", "") { Int64($0.socket.remote.port) },
        .text("state", "ESTABLISHED, LISTEN, CLOSE_WAIT … as netstat names it") {
            $0.socket.state.name
        },
        .integer("outbound", "1 when this host opened the connection") { $0.isOutbound ? 1 : 0 },
        .text("program", "name of the owner; NULL when unknown or nobody") { $0.owner?.name },
        .integer("pid", "of the owner; NULL when unknown or nobody") {
            $0.owner.map { Int64($0.pid) }
        },
        .integer("user_id", "") { Int64($0.socket.userID) },
        .integer("inode", "0 when nobody owns it") { Int64($0.socket.inode) },
        .integer("receive_queue", "bytes not read; of a listener connections not accepted") {
            Int64($0.socket.receiveQueue)
        },
        .integer("send_queue", "bytes not acknowledged; of a listener the backlog") {
            Int64($0.socket.sendQueue)
        },
        .integer("bytes_sent", "payload; NULL before Linux 4.19") {
            $0.socket.hasBytesSent ? Int64(clamping: $0.socket.bytesSent) : nil
        },
        .integer("bytes_received", "payload; NULL where the kernel does not tell") {
            $0.socket.hasBytesReceived ? Int64(clamping: $0.socket.bytesReceived) : nil
        },
        .integer("silence_ms", "since anything was sent or received; NULL when not told") {
            $0.socket.hasInfo ? Int64($0.socket.silence) : nil
        },
        .integer("last_sent_ms", "since payload was sent; NULL when not told") {
            $0.socket.hasInfo ? Int64($0.socket.lastSent) : nil
        },
        .integer("last_received_ms", "since payload came; NULL when not told") {
            $0.socket.hasInfo ? Int64($0.socket.lastReceived) : nil
        },
        .integer("never_answered", "1 when it asked, was acknowledged and got no byte back") {
            $0.socket.wasAskedNeverAnswered ? 1 : 0
        },
        .text("timer", "none, on (retransmission), keepalive, timewait, persist") {
            $0.socket.timer.name
        },
        .integer("timer_ms", "until the timer") { Int64($0.socket.timerExpires) },
        .integer("backoff", "timeouts in a row") { Int64($0.socket.backoff) },
        .integer("retransmitted", "segments; NULL when not told") {
            $0.socket.hasInfo ? Int64($0.socket.retransmitted) : nil
        },
        .integer("round_trip_us", "smoothed; NULL when not told") {
            $0.socket.hasInfo ? Int64($0.socket.roundTrip) : nil
        },
        .integer("receive_memory", "bytes of kernel memory for what came; 0 when not told") {
            Int64($0.socket.receiveMemory)
        },
        .integer("send_memory", "bytes of kernel memory for what is to be sent; 0 when not told") {
            Int64($0.socket.sendMemory)
        },
    ]

    func obstacle(_ sources: ObservationSources) -> String? {
        guard let host = sources.host else { return "no host was looked at" }
        return host.latest.sockets.obstacle.map { "the sockets could not be read: \($0)" }
    }

    func values(_ sources: ObservationSources) -> some RandomAccessCollection<Row> {
        let table = sources.host?.latest.sockets.value
        let listening = table?.listeningPorts ?? []
        return (table?.sockets ?? []).lazy.map { socket in
            Row(
                socket: socket, owner: table?.owner(of: socket),
                isOutbound: socket.state != .listen && !listening.contains(socket.local.port))
        }
    }
}
