public import Casebook

/// Do all parties on the way agree where a request ends?
///
/// Only requests that every correct server reads in one way: two at once, and a body of announced
/// length. Conflicting lengths, which provoke the fault in others' connections, are never sent. The
/// body is no request in any reading, so that a party that takes it for one answers 400 and closes.
public enum HTTPDesyncProbe: Probe {
    public static let name = "http-desync"
    public static let summary = "two requests on one connection, and a body before the second"
    public static let findings: [FactID] = ["probe.http.desync"]
    public static let effect = EffectClass.disruptive
    public static let schemes: Set<ProbeTarget.Scheme> = [.http, .https]

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: addresses * 5, bytes: addresses * 12_000,
            seconds: Double(addresses * 7) * (options.timeout + 1),
            description:
                "GETs and a POST of \(target.path), alone and two on one connection. Where "
                + "the fault exists, a proxy that shares its connections may give one wrong "
                + "answer (400) to somebody else")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        context.eachAddress { address, report, judgements in
            var trial = DesyncTrial(context, address)
            judgements.add("probe.http.desync", address, trial.run())
            report.results += trial.results
        }
    }
}

/// The controls and the two forms.
struct DesyncTrial {
    private let context: ProbeContext
    private let address: SocketAddress
    /// A path that nobody has: its answer differs from the target's.
    private let nowhere: String
    private(set) var results: [ProbeReport.AddressResult] = []

    init(_ context: ProbeContext, _ address: SocketAddress) {
        self.context = context
        self.address = address
        nowhere = "/inquest-\(UInt32.random(in: .min ... .max))"
    }

    private var known: HTTPRequest { HTTPRequest(context) }
    private var unknown: HTTPRequest { HTTPRequest(context, path: nowhere) }
    private var upload: HTTPRequest {
        var request = HTTPRequest(context, method: "POST").with("Content-Type", "text/plain")
        request.body = Array("this is a body and no request\r\n\r\n".utf8)
        return request
    }

    mutating func run() -> Judgement {
        let single = [alone(known), alone(unknown), alone(known)]
        guard let first = single[0], let other = single[1], first == single[2] else {
            return .unknown("the same request alone has no stable answer")
        }
        let order = inOrder(first, other)
        if order.state == .present { return order }
        let body = afterBody(first)
        if body.state == .present { return body }
        if let open = [order, body].first(where: { $0.state == .unknown }) { return open }
        return .absent("two requests on one connection got their own answers, a body got none")
    }

    private mutating func alone(_ request: HTTPRequest) -> Int? {
        let exchange = context.fetch(
            request, from: address, label: "alone", by: context.attempt)
        results.append(exchange.result)
        return exchange.isComplete ? exchange.status : nil
    }

    /// Both requests in one segment.
    private mutating func inOrder(_ first: Int, _ second: Int) -> Judgement {
        guard first != second else {
            return .unknown("the answers are alike, so their order cannot be told")
        }
        let answers = pipelined(
            "two at once", [known, unknown], sending: known.bytes + unknown.bytes)
        guard answers.count >= 2 else {
            return .unknown("the server answers only one request of a connection")
        }
        if answers.count > 2 { return .present("two requests got \(answers.count) answers") }
        if answers == [first, second] { return .absent("in order") }
        return answers == [second, first]
            ? .present("two requests at once got each other's answer")
            : .unknown("two requests at once got \(answers), alone \([first, second])")
    }

    /// A body, its answer, then the ordinary request.
    private mutating func afterBody(_ expected: Int) -> Judgement {
        let answers = pipelined(
            "after a body", [upload, known], sending: upload.bytes, then: known.bytes)
        guard answers.count >= 2 else {
            return .unknown("the server ends the connection after an upload")
        }
        if answers.count > 2 {
            return .present("an upload and a request got \(answers.count) answers: one to the body")
        }
        return answers[1] == expected
            ? .absent("the body got no answer")
            : .present(
                "after an upload the request is answered \(answers[1]), alone \(expected): that "
                    + "was the answer to the body")
    }

    /// The final statuses on one connection, at most one more than asked for.
    private mutating func pipelined(
        _ label: String, _ requests: [HTTPRequest], sending first: [UInt8],
        then second: [UInt8] = []
    ) -> [Int] {
        var statuses: [Int] = []
        guard
            let connection = try? HTTPConnection.open(
                context, to: address, label: label, by: context.attempt),
            (try? connection.send(first, by: context.attempt)) != nil
        else { return [] }
        defer { connection.close(context) }
        for number in 0...requests.count {
            // What comes unasked comes at once.
            let limit = number < requests.count ? context.attempt : .after(seconds: 0.3)
            let method = number < requests.count ? requests[number].method : "GET"
            let exchange = connection.answer(to: method, since: .now, by: limit)
            guard exchange.isComplete, let status = exchange.status else { break }
            statuses.append(status)
            let keeps = exchange.response?.head.keepsConnection ?? false
            if !keeps, connection.leftover.isEmpty { break }
            if number == 0, !second.isEmpty {
                guard (try? connection.send(second, by: context.attempt)) != nil else { break }
            }
        }
        results.append(
            .init(address: address.description, isGood: true, summary: "\(label): \(statuses)"))
        return statuses
    }
}
