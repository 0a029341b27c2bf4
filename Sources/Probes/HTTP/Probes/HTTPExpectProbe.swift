public import Casebook

/// Does an upload wait for a `100 Continue` that does not come?
public enum HTTPExpectProbe: Probe {
    public static let name = "http-expect"
    public static let summary = "uploads the same small body with and without Expect: 100-continue"
    public static let findings: [FactID] = ["probe.http.expect-delay"]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [.http, .https]

    /// Bodies above 1,024 bytes are announced by curl before 7.84; ours is as large as those.
    private static let bodyBytes = 2000
    /// curl waits this long for the 100 (CURLOPT_EXPECT_100_TIMEOUT_MS).
    private static let clientPatience = 1.0
    /// The definition of the finding, in nanoseconds.
    private static let delay: Int64 = 900_000_000
    private static let rounds = 2

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let connections = addresses * rounds * 2
        return ProbePlan(
            connections: connections, bytes: connections * (bodyBytes + 2000),
            seconds: Double(connections) * (options.timeout + 2),
            description: "POSTs \(bodyBytes) letters to \(target.path), \(rounds) times without "
                + "and \(rounds) times with Expect: 100-continue")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        context.eachAddress { address, report, judgements in
            var plain: [HTTPExchange] = []
            var expecting: [HTTPExchange] = []
            for _ in 0..<rounds where !context.cancellation.isCancelled {
                plain.append(
                    context.fetch(
                        upload(context), from: address, label: "plain", by: context.attempt))
                expecting.append(expect(context, address))
            }
            report.results += (plain + expecting).map(\.result)
            judgements.add("probe.http.expect-delay", address, judge(plain, expecting))
        }
    }

    private static func upload(_ context: ProbeContext) -> HTTPRequest {
        var request = HTTPRequest(context, method: "POST").with("Content-Type", "text/plain")
        request.body = Array(repeating: UInt8(ascii: "x"), count: bodyBytes)
        return request
    }

    /// As curl does it: the head, then the body once the 100 or the patience has come.
    private static func expect(_ context: ProbeContext, _ address: SocketAddress) -> HTTPExchange {
        let deadline = context.attempt
        let request = upload(context).with("Expect", "100-continue")
        do throws(NetworkFailure) {
            let connection = try HTTPConnection.open(
                context, to: address, label: "expecting", by: deadline)
            let asked = MonotonicInstant.now
            try connection.send(request.head, by: deadline)
            let exchange = try connection.answer(
                to: "POST", since: asked, sending: request.body,
                after: .after(seconds: clientPatience), by: deadline)
            connection.close(context)
            return exchange
        } catch {
            return HTTPExchange(address, .notConnected(error))
        }
    }

    private static func judge(_ plain: [HTTPExchange], _ expecting: [HTTPExchange]) -> Judgement {
        guard !plain.isEmpty, plain.count == expecting.count else { return .unknown("interrupted") }
        guard let failed = (plain + expecting).first(where: { !$0.isComplete }) else {
            let without = plain.map(\.duration).max() ?? 0
            let with = expecting.map(\.duration).min() ?? 0
            let more = with - (plain.map(\.duration).min() ?? 0)
            // The slowest without must be faster than the fastest with: no noise does that.
            guard with > without, more >= delay else {
                return .absent("uploads with and without Expect take the same time")
            }
            return .present(
                "with Expect the same upload takes \(milliseconds(more)) longer",
                .init(value: inSeconds(more), unit: "s"))
        }
        return .unknown("not every upload was answered: \(failed.summary)")
    }
}
