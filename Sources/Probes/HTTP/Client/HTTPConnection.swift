/// A connection that speaks HTTP/1.1, over plain TCP or TLS, one request after the other.
final class HTTPConnection {
    let channel: any ByteChannel
    private let address: SocketAddress
    /// Bytes after the last answer.
    private(set) var leftover: [UInt8] = []

    init(_ channel: any ByteChannel, _ address: SocketAddress) {
        self.channel = channel
        self.address = address
    }

    /// Bytes of one answer that are read, though hardly any are kept.
    static let receiveLimit = 16 << 20

    /// Stages `connect` and, with TLS, those of the handshake.
    static func open(
        _ context: ProbeContext, to address: SocketAddress, label: String,
        service: HTTPService? = nil,
        settings: Connection.Settings = .init(), by deadline: Deadline
    ) throws(NetworkFailure) -> HTTPConnection {
        let connection = Connection(context, to: address, label: label)
        connection.receiveLimit = receiveLimit
        let service = service ?? HTTPService(context)
        return HTTPConnection(try service.open(connection, settings, by: deadline), address)
    }

    /// Sends the request and reads the answer to its end, its failure or the deadline.
    func exchange(_ request: HTTPRequest, by deadline: Deadline) -> HTTPExchange {
        let begin = MonotonicInstant.now
        do throws(NetworkFailure) {
            try send(request.bytes, by: deadline)
        } catch {
            // A server may answer and close before it has read everything (RFC 9112 §9.6).
            var exchange = answer(to: request.method, since: begin, by: deadline.within(seconds: 1))
            if exchange.response == nil { exchange.ending = .notSent(error) }
            exchange.sent = nil
            return exchange
        }
        return answer(to: request.method, since: begin, by: deadline)
    }

    /// Records the stage `request`.
    func send(_ bytes: [UInt8], by deadline: Deadline) throws(NetworkFailure) {
        try channel.connection.stage("request") { () throws(NetworkFailure) in
            try channel.send(bytes, by: deadline)
        }
    }

    /// Reads the next answer; records the stages `first-byte` and `body`.
    func answer(
        to method: String, since sent: MonotonicInstant, by deadline: Deadline
    ) -> HTTPExchange {
        var reading = HTTPReading(method: method, since: sent)
        let begin = MonotonicInstant.now
        var failure: NetworkFailure?
        do throws(NetworkFailure) {
            reading.take(&leftover)
            while !reading.isOver {
                var bytes = try channel.receive(atMost: 16 * 1024, by: deadline)
                if bytes.isEmpty {
                    reading.finish()
                    break
                }
                reading.take(&bytes)
                leftover = bytes
            }
        } catch {
            failure = error
        }
        var exchange = reading.exchange(with: address, failure: failure)
        if let certificate = (channel as? TLSConnection)?.peerCertificates.first {
            exchange.certificate = certificate.serial
        }
        record(exchange, from: begin, until: reading.firstByte)
        return exchange
    }

    /// Reads the answer to a request whose body is held back: it is sent when an interim answer
    /// came or `patience` is over, and not at all when the final answer came first.
    func answer(
        to method: String, since sent: MonotonicInstant, sending body: [UInt8],
        after patience: Deadline, by deadline: Deadline
    ) throws(NetworkFailure) -> HTTPExchange {
        do throws(NetworkFailure) {
            leftover += try channel.receive(atMost: 4096, by: patience.earlier(deadline))
        } catch .timedOut {
            // The client's patience is over, as it would be in curl.
        }
        let isFinal =
            leftover.starts(with: "HTTP/1.".utf8)
            && leftover.count > 9 && leftover[9] != UInt8(ascii: "1")
        if !isFinal { try send(body, by: deadline) }
        return answer(to: method, since: sent, by: deadline)
    }

    private func record(
        _ exchange: HTTPExchange, from begin: MonotonicInstant, until first: MonotonicInstant?
    ) {
        let timeline = channel.connection
        let outcome = exchange.stageOutcome
        let status = exchange.status.map { "status \($0)" } ?? ""
        guard let first else {
            timeline.timeline.add("first-byte", from: begin, to: .now, outcome, detail: status)
            return
        }
        timeline.timeline.add("first-byte", from: begin, to: max(first, begin), detail: status)
        let bytes = exchange.response.map { "\($0.bodyBytes) bytes" } ?? ""
        timeline.timeline.add("body", from: max(first, begin), to: .now, outcome, detail: bytes)
    }

    /// FIN after the answer, in the protocol's own way.
    func close(_ context: ProbeContext) {
        channel.connection.stage("close") { channel.closePolitely(by: .after(seconds: 1)) }
    }
}

extension HTTPExchange {
    fileprivate var stageOutcome: Stage.Outcome {
        if isComplete { return .ok }
        return timedOut ? .timedOut : .failed(failure ?? "")
    }
}
