public import Casebook

/// Is one of our addresses blocked, and another not?
public enum TCPSourceProbe: Probe {
    public static let name = "tcp-source"
    public static let summary = "compares two local addresses, --source and --other-source"
    public static let findings: [FactID] = ["probe.tcp.blocked-source-only"]
    public static let effect = EffectClass.normal
    public static let schemes = Set(ProbeTarget.Scheme.allCases)

    /// Of each source; they take turns, so that a moment's trouble meets both.
    private static let tries = 3

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let connections = 2 * tries * addresses
        let request = ServiceDialogue(for: target, headers: options.headers)?.request?.count ?? 0
        return ProbePlan(
            connections: connections, bytes: connections * request,
            seconds: Double(connections) * options.timeout,
            description: "\(tries) connections, with a request where one is known, from each of "
                + "two local addresses to each address of the target")
    }

    /// What one try from one source met with.
    private enum Outcome: Hashable {
        case answered
        /// 403 or 429, which block pages come with.
        case refusedPage(Int)
        case failed(NetworkFailure)

        var isGood: Bool { self == .answered }
        var text: String {
            switch self {
            case .answered: "answered"
            case .refusedPage(let status): "answered by a page with status \(status)"
            case .failed(let failure): "\(failure)"
            }
        }
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        guard let one = context.options.sourceAddress, let two = context.options.otherSourceAddress
        else {
            return context.failed("two local addresses are needed: --source and --other-source")
        }
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        var report = context.report()
        var verdicts: [Evidence] = []
        for address in addresses where isOfFamily(address, one) && isOfFamily(address, two) {
            var outcomes: [String: [Outcome]] = [:]
            for _ in 0..<tries {
                for source in [one, two] where !context.cancellation.isCancelled {
                    outcomes[source, default: []].append(ask(address, source, context))
                }
            }
            for source in [one, two] {
                let all = outcomes[source] ?? []
                report.results.append(
                    .init(
                        address: address.description, isGood: all.allSatisfy(\.isGood),
                        summary: "from \(source): "
                            + Set(all.map(\.text)).sorted().joined(separator: ", ")))
            }
            verdicts.append(judge(one, outcomes[one] ?? [], two, outcomes[two] ?? [], context))
        }
        report.evidence = verdicts.combined
        if verdicts.isEmpty {
            report.failure = "no address of the target is of the family of both local addresses"
        }
        return report
    }

    private static func isOfFamily(_ address: SocketAddress, _ source: String) -> Bool {
        SocketAddress(numeric: source, port: 0)?.isIPv6 == address.isIPv6
    }

    private static func ask(
        _ address: SocketAddress, _ source: String, _ context: ProbeContext
    ) -> Outcome {
        let connection = Connection(context, to: address, label: "from \(source)")
        let dialogue = ServiceDialogue(for: context.target, headers: context.options.headers)
        do throws(NetworkFailure) {
            let deadline = context.attempt
            try connection.connect(by: deadline, .init(sourceAddress: source))
            guard let dialogue else { return .answered }
            let (channel, answer) = try dialogue.open(connection, by: deadline)
            dialogue.close(channel)
            guard let status = httpStatus(answer) else { return .answered }
            return status == 403 || status == 429 ? .refusedPage(status) : .answered
        } catch {
            return .failed(error)
        }
    }

    /// Of `HTTP/1.1 403 …`.
    private static func httpStatus(_ head: [UInt8]) -> Int? {
        guard head.starts(with: Array("HTTP/1.".utf8)), head.count >= 12 else { return nil }
        return Int(String(decoding: head[9..<12], as: UTF8.self))
    }

    private static func judge(
        _ one: String, _ first: [Outcome], _ two: String, _ second: [Outcome],
        _ context: ProbeContext
    ) -> Evidence {
        let id = "probe.tcp.blocked-source-only"
        let isCut = first.count < tries || second.count < tries
        let local = (first + second).first {
            if case .failed(.local) = $0 { true } else { false }
        }
        if isCut { return context.evidence(id, .unknown, "interrupted before both were compared") }
        if let local { return context.evidence(id, .unknown, "not permitted: \(local.text)") }
        for (good, bad, name, outcomes) in [
            (first, second, two, second), (second, first, one, first),
        ]
        where good.allSatisfy(\.isGood) && !bad.contains(where: \.isGood) {
            return context.evidence(
                id, .present,
                "from \(name): \(outcomes[0].text); from the other address each of "
                    + "\(tries) tries is answered", count: tries)
        }
        if (first + second).allSatisfy(\.isGood) {
            return context.evidence(id, .absent, "both local addresses are answered")
        }
        let isSame = !first.contains(where: \.isGood) && !second.contains(where: \.isGood)
        return context.evidence(
            id, isSame ? .absent : .unknown,
            isSame
                ? "neither local address is answered"
                : "tries of the same local address came out differently")
    }
}
