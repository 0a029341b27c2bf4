internal import Dissection
internal import Glibc

/// One question put to one name server, and what came back.
struct DNSExchange: Sendable {
    enum Transport: String, Sendable { case udp, tcp }

    /// Why there is no answer.
    enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        case network(NetworkFailure)
        /// What came back is no DNS message.
        case unreadable

        var description: String {
            switch self {
            case .network(let failure): failure.description
            case .unreadable: "answered with something that is no DNS message"
            }
        }

        var isSilence: Bool { self == .network(.timedOut) }
    }

    var server: SocketAddress
    var query: DNSQuery
    var transport: Transport
    var outcome: Result<DNSMessage, Failure>
    /// Nanoseconds from the first datagram, or the SYN, to the end.
    var duration: Int64

    var answer: DNSMessage? { try? outcome.get() }

    /// No byte of an answer came in time. A refusal or an ICMP error is not silence.
    var isUnanswered: Bool {
        if case .failure(let failure) = outcome { return failure.isSilence }
        return false
    }

    /// `SERVFAIL`, `timed out`, for a person.
    var summary: String {
        switch outcome {
        case .success(let message): message.responseCode.description
        case .failure(let failure): failure.description
        }
    }
}

/// Puts questions to one server; each exchange is a timeline of its own with the stage `query`.
struct DNSClient {
    let context: ProbeContext
    let server: SocketAddress
    /// Seconds that a question may take; over UDP it is sent at once and again at half-time, so
    /// that one lost datagram is not a dead server.
    var patience = defaultPatience

    static let defaultPatience = 2.0

    /// The two bytes of the length included.
    private static let longestMessage = DNSMessage.limit + 2

    func ask(_ query: DNSQuery, over transport: DNSExchange.Transport = .udp) -> DNSExchange {
        let begin = MonotonicInstant.now
        let deadline = Deadline.after(seconds: patience)
        var outcome: Result<DNSMessage, DNSExchange.Failure>
        do throws(DNSExchange.Failure) {
            outcome = .success(
                transport == .udp
                    ? try datagrams(query, deadline) : try stream(query, deadline))
        } catch {
            outcome = .failure(error)
        }
        let exchange = DNSExchange(
            server: server, query: query, transport: transport, outcome: outcome,
            duration: MonotonicInstant.now - begin)
        note(exchange)
        return exchange
    }

    private func note(_ exchange: DNSExchange) {
        let label = "\(exchange.transport.rawValue) \(exchange.query)"
        context.log("asked \(server) \(label): \(exchange.summary)")
        // Over TCP the connection keeps a timeline itself.
        guard exchange.transport == .udp else { return }
        var timeline = Timeline(label: label, remote: server.description)
        let end = MonotonicInstant.now
        let begin = MonotonicInstant(nanoseconds: end.nanoseconds - exchange.duration)
        let stage: Stage.Outcome =
            switch exchange.outcome {
            case .success: .ok
            case .failure(let failure):
                failure.isSilence ? .timedOut : .failed(failure.description)
            }
        timeline.add("query", from: begin, to: end, stage, detail: exchange.summary)
        timeline.bytesSent = exchange.query.bytes.count
        context.keep(timeline)
    }

    private func datagrams(
        _ query: DNSQuery, _ deadline: Deadline
    ) throws(DNSExchange.Failure) -> DNSMessage {
        let socket = try mapping { () throws(NetworkFailure) in
            try DatagramSocket(to: server, source: source)
        }
        for attempt in 0..<2 {
            try mapping { () throws(NetworkFailure) in try socket.send(query.bytes) }
            let until = attempt == 0 ? deadline.within(seconds: patience / 2) : deadline
            if let answer = try answer(to: query, on: socket, by: until) { return answer }
        }
        throw .network(.timedOut)
    }

    /// `nil` at the deadline. Datagrams that do not answer the query are passed over: anybody may
    /// send them (RFC 5452 §9.1).
    private func answer(
        to query: DNSQuery, on socket: borrowing DatagramSocket, by deadline: Deadline
    ) throws(DNSExchange.Failure) -> DNSMessage? {
        while true {
            let bytes: [UInt8]
            do throws(NetworkFailure) {
                bytes = try socket.receive(by: deadline, context.cancellation)
            } catch .timedOut {
                return nil
            } catch {
                throw .network(error)
            }
            if let message = try? unsafe DNSMessage(bytes.span.bytes) {
                if query.isAnswered(by: message) { return message }
            } else if bytes.starts(with: query.bytes.prefix(2)) {
                throw .unreadable
            }
        }
    }

    private func mapping<T: ~Copyable>(
        _ body: () throws(NetworkFailure) -> T
    ) throws(DNSExchange.Failure) -> T {
        do throws(NetworkFailure) { return try body() } catch { throw .network(error) }
    }

    private func stream(
        _ query: DNSQuery, _ deadline: Deadline
    ) throws(DNSExchange.Failure) -> DNSMessage {
        let connection = Connection(context, to: server, label: "tcp \(query)")
        connection.receiveLimit = Self.longestMessage
        let bytes: [UInt8]
        do throws(NetworkFailure) {
            try connection.connect(by: deadline)
            bytes = try connection.stage("query") { () throws(NetworkFailure) in
                let message = query.bytes
                try connection.send(
                    [UInt8(message.count >> 8), UInt8(message.count & 0xFF)] + message,
                    by: deadline)
                var reader = ChannelReader(connection)
                let head = try reader.bytes(2, by: deadline)
                let length = Int(head[0]) << 8 | Int(head[1])
                return try reader.bytes(length, by: deadline)
            }
            connection.close()
        } catch {
            throw .network(error)
        }
        guard let message = try? unsafe DNSMessage(bytes.span.bytes), query.isAnswered(by: message)
        else {
            throw .unreadable
        }
        return message
    }

    private var source: String? {
        guard let source = context.options.sourceAddress,
            let address = SocketAddress(numeric: source, port: 0),
            address.isIPv6 == server.isIPv6
        else { return nil }
        return source
    }
}
