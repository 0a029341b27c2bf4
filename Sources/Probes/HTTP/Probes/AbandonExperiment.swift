internal import Casebook

/// The steps of `http-abandon` and what they have shown so far.
struct AbandonExperiment {
    /// When a request is given up.
    enum Moment: String, CaseIterable {
        case beforeFirstByte = "before the first byte"
        case inBody = "in the body"
    }

    private let context: ProbeContext
    private let address: SocketAddress
    private(set) var results: [ProbeReport.AddressResult] = []
    private(set) var judgement = Judgement.unknown("interrupted")
    /// The first ordinary answer, with which the later ones are compared.
    private var healthy: HTTPExchange?

    init(_ context: ProbeContext, _ address: SocketAddress) {
        self.context = context
        self.address = address
    }

    mutating func run(cancels: Int) {
        let first = ask("before")
        healthy = first
        if context.cancellation.isCancelled { return }
        guard first.isComplete, first.blockPhrase == nil, first.status != 429 else {
            judgement = .unknown(
                "an ordinary request is not served even before a cancel: \(first.summary)")
            return
        }
        guard finish(cancels), cancel(cancels), !context.cancellation.isCancelled else { return }
        judgement = .absent(
            "\(cancels) cancelled requests led to no block; the limit may be higher, and the "
                + "device's owner can tell")
    }

    /// The control: false when the experiment is over.
    private mutating func finish(_ count: Int) -> Bool {
        let before = TCPCounters.read()
        for number in 1...count {
            if context.cancellation.isCancelled { return false }
            if let how = blocked(ask("control \(number)", quietly: true)) {
                judgement = .absent(
                    "request \(number) of \(count) that were left to finish was \(how): a limit on "
                        + "requests, no cancel needed")
                return false
            }
        }
        note("\(count) requests read to their end", since: before)
        return true
    }

    private mutating func cancel(_ count: Int) -> Bool {
        for number in 1...count {
            if context.cancellation.isCancelled { return false }
            let moment = Moment.allCases[(number - 1) % Moment.allCases.count]
            abandon(number, moment)
            guard let how = blocked(ask("after cancel \(number)")) else { continue }
            confirm(number, how)
            return false
        }
        return true
    }

    /// A single unanswered request may have another reason; twice, one second apart, counts.
    private mutating func confirm(_ number: Int, _ how: String) {
        try? sleep(until: .after(seconds: 1), context.cancellation)
        let second = ask("confirmation")
        if context.cancellation.isCancelled { return }
        guard let again = blocked(second) else {
            judgement = .unknown(
                "after cancel \(number) one request was \(how), and the next was served again")
            return
        }
        judgement = .present(
            "after \(number) cancelled requests an ordinary one was \(how), then \(again); before, "
                + "all were served" + comparison(),
            .init(value: Double(number), unit: "count"))
    }

    /// The same request from the other address, if the operator named one.
    private mutating func comparison() -> String {
        guard let other = context.options.otherSourceAddress else { return "" }
        let exchange = context.fetch(
            HTTPRequest(context), from: address, label: "from \(other)",
            settings: .init(sourceAddress: other), by: context.attempt)
        results.append(exchange.result)
        return blocked(exchange) == nil
            ? "; from \(other) it is served at the same time"
            : "; from \(other) it is not served either"
    }

    private mutating func ask(_ label: String, quietly: Bool = false) -> HTTPExchange {
        let exchange = context.fetch(
            HTTPRequest(context), from: address, label: label, by: context.attempt)
        var result = exchange.result
        result.summary = "\(label): \(result.summary)"
        if let how = blocked(exchange) { result.summary += " (\(how))" }
        if !quietly || !exchange.isComplete { results.append(result) }
        return exchange
    }

    /// How the request was turned away, unless it was served as in health.
    private func blocked(_ exchange: HTTPExchange) -> String? {
        if context.cancellation.isCancelled { return nil }
        if let phrase = exchange.blockPhrase {
            return "answered by a block page (\u{201C}\(phrase)\u{201D})"
        }
        guard exchange.isComplete else {
            return exchange.timedOut ? "left unanswered" : "cut off (\(exchange.failure ?? ""))"
        }
        guard let status = exchange.status, status != healthy?.status, [403, 429].contains(status)
        else { return nil }
        let servers = [exchange, healthy].map { $0?.response?.head.value(of: "server") }
        return "answered by \(status)"
            + (servers[0] != servers[1] ? " of another server than the healthy answer" : "")
    }

    /// Sends a request and closes the socket while the answer is due.
    private mutating func abandon(_ number: Int, _ moment: Moment) {
        let before = TCPCounters.read()
        let deadline = context.attempt
        guard
            let connection = try? HTTPConnection.open(
                context, to: address, label: "cancel \(number)", by: deadline),
            (try? connection.send(HTTPRequest(context).bytes, by: deadline)) != nil
        else { return note("cancel \(number): not connected", since: nil) }
        let pause = Deadline.after(seconds: context.options.http.abandonAfter)
        switch moment {
        case .beforeFirstByte: try? sleep(until: pause, context.cancellation)
        case .inBody: _ = try? connection.channel.receive(atMost: 1, by: deadline)
        }
        let unread = connection.channel.connection.hasUnreadBytes
        connection.channel.connection.close()
        awaitLateAnswer()
        note(
            "cancel \(number), \(moment.rawValue), \(unread ? "answer" : "nothing") unread",
            since: before)
    }

    /// The kernel sends its RST when the answer meets the closed socket: until then nothing is left
    /// on the wire and no device has seen one.
    private func awaitLateAnswer() {
        let usual = Double(healthy?.firstByte ?? 0) / 1e9
        try? sleep(until: .after(seconds: min(usual * 1.5 + 0.2, 5)), context.cancellation)
    }

    private mutating func note(_ what: String, since before: TCPCounters?) {
        let left =
            before.flatMap { before in
                TCPCounters.read().map { ($0 - before).summary }
            } ?? "counters not readable"
        results.append(
            .init(address: address.description, isGood: true, summary: "\(what): \(left)"))
        context.log("\(what): \(left)")
    }
}
