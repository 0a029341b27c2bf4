internal import Casebook

/// One address, its idle connection and the race against its close.
struct IdleTrial: Sendable {
    var address: SocketAddress
    var judgement: Judgement
    /// Nanoseconds from the end of the answer to the server's FIN or RST.
    var closedAfter: Int64?
    /// What `Keep-Alive` announced, in seconds.
    var announced: Int?
    /// The outcome of a request shortly before the close.
    var race: String?

    var result: ProbeReport.AddressResult {
        var summary = judgement.summary
        if let announced { summary += "; it announces \(announced) s" }
        if let race { summary += "; " + race }
        return .init(
            address: address.description, isGood: judgement.state == .absent, summary: summary)
    }

    static func run(_ address: SocketAddress, _ context: ProbeContext, limit: Double) -> IdleTrial {
        var trial = IdleTrial(address: address, judgement: .unknown("interrupted"))
        guard let connection = trial.begin(context, label: "idle") else { return trial }
        let end = MonotonicInstant.now
        let closed = trial.waitForClose(connection, since: end, limit: limit, context)
        if let closed {
            trial.closedAfter = closed
            trial.judgement = .present(
                "closed after \(milliseconds(closed)) idle, before the \(Int(limit)) s for which "
                    + "the proxy keeps connections",
                .init(value: inSeconds(closed), unit: "s"))
            trial.raceAgainst(closed, context)
        }
        connection.close(context)
        return trial
    }

    /// The field is the default of HTTP/1.1; Apache announces its timeout to who sends it.
    private static func request(_ context: ProbeContext) -> HTTPRequest {
        HTTPRequest(context).with("Connection", "keep-alive")
    }

    /// A request and its answer on a connection that then is to be kept; `nil` with a judgement.
    private mutating func begin(_ context: ProbeContext, label: String) -> HTTPConnection? {
        let connection: HTTPConnection
        do throws(NetworkFailure) {
            connection = try HTTPConnection.open(
                context, to: address, label: label, by: context.attempt)
        } catch {
            judgement = .unknown("no connection: \(error)")
            return nil
        }
        let exchange = connection.exchange(Self.request(context), by: context.attempt)
        guard exchange.isComplete, let response = exchange.response else {
            judgement = .unknown("no whole answer: \(exchange.summary)")
            return nil
        }
        announced = response.head.keepAliveTimeout
        guard response.head.keepsConnection, response.framing != .untilClose else {
            judgement = .absent("the server closes after each answer and says so: none is kept")
            return nil
        }
        return connection
    }

    /// Nanoseconds until the close; `nil` with a judgement when none came.
    private mutating func waitForClose(
        _ connection: HTTPConnection, since begin: MonotonicInstant, limit: Double,
        _ context: ProbeContext
    ) -> Int64? {
        do throws(NetworkFailure) {
            // A 408 that announces the close, or a TLS record, is no end of the idleness.
            while try !connection.channel.receive(atMost: 4096, by: .after(from: begin, limit))
                .isEmpty
            {}
            return .now - begin
        } catch .timedOut {
            judgement = .absent("still open after \(Int(limit)) s of idleness")
        } catch .reset {
            return .now - begin
        } catch {
            judgement = .unknown("\(error)")
        }
        return nil
    }

    /// Before the close by more than the jitter of timers, and less than most clients would notice.
    private static let lead = 0.02

    private mutating func raceAgainst(_ closed: Int64, _ context: ProbeContext) {
        let idle = Double(closed) / 1e9 - Self.lead
        let known = judgement
        guard idle > 0, let connection = begin(context, label: "race") else {
            judgement = known
            return
        }
        guard (try? sleep(until: .after(seconds: idle), context.cancellation)) != nil else {
            return
        }
        let exchange = connection.exchange(Self.request(context), by: context.attempt)
        connection.close(context)
        race =
            "a request \(Int(Self.lead * 1000)) ms before the close was "
            + (exchange.isComplete ? "answered" : "lost (\(exchange.failure ?? ""))")
    }
}
