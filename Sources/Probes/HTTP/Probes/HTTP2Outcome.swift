internal import Casebook

/// What requests over one connection of HTTP/2 showed.
struct HTTP2Outcome {
    var address: SocketAddress
    var settings: HTTP2Settings?
    var goAway: HTTP2Session.GoAway?
    /// One for each request, in order.
    var streams: [HTTP2Session.Stream] = []
    /// Why there was no HTTP/2, or no more of it.
    var failure: String?
    /// The deadline of the whole, not a single request's, ended it.
    var ranOut = false

    /// Requests that were answered whole.
    var answered: Int { streams.count { $0.hasEnded } }
    var refused: Int { streams.count { $0.resetCode == HTTP2ErrorCode.refusedStream } }

    /// - Parameter seconds: for all requests together; `nil` is one attempt's timeout.
    static func ask(
        _ context: ProbeContext, _ address: SocketAddress, requests: Int, seconds: Double? = nil
    ) -> HTTP2Outcome {
        make(context, address) { outcome, session throws(HTTP2Session.Fault) in
            try outcome.speak(
                session, context, requests: requests,
                until: .after(seconds: seconds ?? context.options.timeout))
        }
    }

    /// Opens a connection, has `body` speak on it and closes it.
    static func make(
        _ context: ProbeContext, _ address: SocketAddress,
        _ body: (inout HTTP2Outcome, HTTP2Session) throws(HTTP2Session.Fault) -> Void
    ) -> HTTP2Outcome {
        var outcome = HTTP2Outcome(address: address)
        let channel: any ByteChannel
        do throws(NetworkFailure) {
            let connection = Connection(context, to: address, label: "HTTP/2")
            connection.receiveLimit = HTTPConnection.receiveLimit
            channel = try HTTPService(context).offering(["h2", "http/1.1"])
                .open(connection, .init(), by: context.attempt)
        } catch {
            outcome.failure = "no connection: \(error)"
            return outcome
        }
        if let tls = channel as? TLSConnection, tls.applicationProtocol != "h2" {
            outcome.failure = "the server did not choose h2 (ALPN)"
            channel.closePolitely(by: .after(seconds: 1))
            return outcome
        }
        let session = HTTP2Session(channel)
        do throws(HTTP2Session.Fault) {
            try body(&outcome, session)
        } catch {
            outcome.failure = "\(error)"
        }
        outcome.settings = session.settings
        outcome.goAway = session.goAway
        session.close(by: .after(seconds: 1))
        return outcome
    }

    mutating func speak(
        _ session: HTTP2Session, _ context: ProbeContext, requests: Int, until end: Deadline
    ) throws(HTTP2Session.Fault) {
        let scheme = context.target.scheme == .https ? "https" : "http"
        try session.start(by: context.attempt)
        for _ in 0..<requests where session.goAway == nil {
            guard !end.hasPassed else {
                ranOut = true
                return
            }
            let stream = try session.ask(HTTPRequest(context), scheme: scheme, by: context.attempt)
            defer { if let seen = session.streams[stream] { streams.append(seen) } }
            try session.read(by: context.attempt) {
                session.streams[stream]?.isOver == true
                    // What is above the last stream of a GOAWAY will not be answered.
                    || (session.goAway.map { $0.lastStream < stream } ?? false)
            }
            // A GOAWAY may follow the last answer in the same segment.
            try? session.read(by: .after(seconds: 0)) { session.goAway != nil }
        }
    }

    var result: ProbeReport.AddressResult {
        var parts: [String] = []
        if let settings {
            let limit = settings.maximumConcurrentStreams.map { "\($0)" } ?? "any number of"
            parts.append("allows \(limit) streams")
        }
        if let last = streams.last(where: { $0.status != nil }) {
            parts.append("\(answered) answered, last \(last.status ?? 0)")
        }
        if refused > 0 { parts.append("\(refused) refused") }
        if let goAway { parts.append("GOAWAY \(HTTP2ErrorCode.name(goAway.code))") }
        if let failure { parts.append(failure) }
        return .init(
            address: address.description, isGood: failure == nil && refused == 0 && answered > 0,
            summary: parts.joined(separator: ", "))
    }

    func streamLimit(wanted: Int) -> Judgement {
        if refused > 0 { return .present("the server refused a stream (REFUSED_STREAM)") }
        guard let settings else { return .unknown(failure ?? "no SETTINGS came") }
        guard let limit = settings.maximumConcurrentStreams else {
            return .absent("the server states no limit of streams")
        }
        return limit < wanted
            ? .present(
                "the server allows \(limit) streams at once, the client wants \(wanted)",
                .init(value: Double(limit), unit: "count"))
            : .absent("the server allows \(limit) streams at once")
    }

    var lifetime: Judgement {
        if let goAway {
            return goAway.code == HTTP2ErrorCode.none
                ? .present(
                    "GOAWAY (NO_ERROR) after \(answered) requests",
                    .init(value: Double(answered), unit: "count"))
                : .absent("GOAWAY came with \(HTTP2ErrorCode.name(goAway.code)), which is an error")
        }
        if let failure {
            return .unknown("after \(answered) requests: \(failure)")
        }
        return ranOut
            ? .unknown("no GOAWAY in the \(answered) requests that a minute allowed")
            : .absent("no GOAWAY in \(answered) requests")
    }
}
