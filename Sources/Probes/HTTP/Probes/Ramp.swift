internal import Casebook

/// The steps of a ladder of parallel requests, and what they say.
struct Ramp {
    struct Step {
        var exchanges: [HTTPExchange]

        init(_ exchanges: [HTTPExchange]) { self.exchanges = exchanges }

        var width: Int { exchanges.count }
        /// Connected, or tried to, and got not one byte in time.
        var silent: [HTTPExchange] {
            exchanges.filter {
                switch $0.ending {
                case .notConnected(.timedOut), .noAnswer(.timedOut): true
                default: false
                }
            }
        }
        /// The answer began and did not end in time.
        var stalled: [HTTPExchange] { exchanges.filter { $0.ending == .cut(.timedOut) } }
        /// 429, or a page of a blocker.
        var turnedAway: [HTTPExchange] {
            exchanges.filter { $0.status == 429 || $0.blockPhrase != nil }
        }
        var failed: [HTTPExchange] {
            exchanges.filter { !$0.isComplete && !$0.timedOut }
        }
        var isClean: Bool {
            silent.isEmpty && stalled.isEmpty && turnedAway.isEmpty && failed.isEmpty
        }

        var result: ProbeReport.AddressResult {
            var parts = ["\(exchanges.count { $0.isComplete }) of \(width) answered"]
            if !silent.isEmpty { parts.append("\(silent.count) silent before the first byte") }
            if !stalled.isEmpty { parts.append("\(stalled.count) stalled after it") }
            if !turnedAway.isEmpty { parts.append("\(turnedAway.count) turned away") }
            if let first = failed.first { parts.append(first.failure ?? "") }
            return .init(
                address: exchanges.first?.address.description ?? "", isGood: isClean,
                summary: "\(width) at once: " + parts.joined(separator: ", "))
        }
    }

    var address: SocketAddress
    var steps: [Step] = []
    /// One request after the ladder, when a step had failed.
    var afterwards: HTTPExchange?

    func judge(_ judgements: inout Judgements) {
        judgements.add("probe.http.limited", address, limited)
        judgements.add("probe.tcp.parallel-connects-hang", address, hangs)
    }

    private var limited: Judgement {
        guard let last = steps.last else { return .unknown("interrupted") }
        let width = Evidence.Measure(value: Double(last.width), unit: "count")
        if let answer = last.turnedAway.first {
            let what = answer.status == 429 ? "429" : "a block page"
            return .present("with \(last.width) at once, \(what) came" + aftermath, width)
        }
        if last.isClean {
            return .absent("1 to \(last.width) requests at once were all answered")
        }
        guard last.width > 1, steps[0].isClean else {
            return .unknown("one request alone is not answered: \(last.result.summary)")
        }
        guard held(last) > 0 else {
            return .unknown("requests failed, though none was left silent: \(last.result.summary)")
        }
        return .present(
            "with \(last.width) at once, \(held(last)) were accepted and left silent for "
                + "\(Int(HTTPRampProbe.patience)) s" + aftermath, width)
    }

    /// Accepted, and then no byte.
    private func held(_ step: Step) -> Int {
        step.exchanges.count { $0.ending == .noAnswer(.timedOut) }
    }

    private var hangs: Judgement {
        guard let last = steps.last else { return .unknown("interrupted") }
        guard last.width > 1 || last.isClean else {
            return .unknown("one request alone does not work: \(last.result.summary)")
        }
        let hanging = last.silent.count + last.stalled.count
        if hanging > 0 {
            return .present(
                "with \(last.width) at once, \(hanging) hung for "
                    + "\(Int(HTTPRampProbe.patience)) s" + aftermath,
                // As many were held when the next one hung.
                .init(value: Double(last.width - 1), unit: "count"))
        }
        return last.isClean
            ? .absent("no request hung with up to \(last.width) at once")
            : .unknown("the ladder ended early: \(last.result.summary)")
    }

    private var aftermath: String {
        guard let afterwards else { return "" }
        return afterwards.isGood
            ? "; one request afterwards was answered"
            : "; one request afterwards: \(afterwards.summary)"
    }
}
