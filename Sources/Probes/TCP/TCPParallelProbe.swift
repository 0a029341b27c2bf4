public import Casebook

/// From how many open connections on does the next one get no answer?
public enum TCPParallelProbe: Probe {
    public static let name = "tcp-parallel"
    public static let summary =
        "opens one connection after the other, keeps them, and stops at the first that hangs"
    public static let findings: [FactID] = ["probe.tcp.parallel-connects-hang"]
    public static let effect = EffectClass.load
    public static let schemes: Set<ProbeTarget.Scheme> = [
        .tcp, .tls, .http, .https, .smtp, .imap, .pop3, .ldap, .postgres, .mysql,
    ]

    /// Seconds without an answer that count as hanging (casebook/findings.yaml).
    private static let hang = 4.0
    /// Connections held at most, and what may be asked for with `--count`: a remote may count
    /// them long after they are closed.
    private static let usual = 4
    private static let most = 16

    private static func limit(_ options: ProbeOptions) -> Int {
        min(max(options.count ?? usual, 1), most)
    }

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let connections = (limit(options) + 1) * addresses
        let request = ServiceDialogue(for: target, headers: options.headers)?.request?.count ?? 0
        return ProbePlan(
            connections: connections, bytes: connections * request,
            seconds: Double(addresses) * (hang + Double(limit(options) + 1)),
            description: "up to \(limit(options) + 1) connections at once to each address, each "
                + "with one request where one is known; stops at the first silence and closes all")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        var report = context.report()
        var ladders: [Ladder] = []
        for address in addresses where !context.cancellation.isCancelled {
            let ladder = climb(address, context)
            ladders.append(ladder)
            report.results.append(ladder.result)
        }
        report.evidence = [judge(ladders, context)]
        return report
    }

    /// How far one address went.
    private struct Ladder {
        var address: SocketAddress
        /// Connections that were answered and are held.
        var held = 0
        /// Seconds that the slowest of them took.
        var slowest = 0.0
        var failure: NetworkFailure?
        var isSpoken = true

        var hangs: Bool { failure == .timedOut }

        var result: ProbeReport.AddressResult {
            let end = failure.map { "; the next one: \($0)" } ?? ""
            return .init(
                address: address.description, isGood: failure == nil,
                summary: "\(held) connections answered at once\(end)")
        }
    }

    private static func climb(_ address: SocketAddress, _ context: ProbeContext) -> Ladder {
        let dialogue = ServiceDialogue(for: context.target, headers: context.options.headers)
        var ladder = Ladder(address: address, isSpoken: dialogue != nil)
        var held: [any ByteChannel] = []
        while held.count <= limit(context.options), !context.cancellation.isCancelled {
            let connection = Connection(context, to: address, label: "parallel \(held.count + 1)")
            held.append(connection)
            let begin = MonotonicInstant.now
            do throws(NetworkFailure) {
                let deadline = Deadline.after(seconds: hang)
                try connection.connect(by: deadline)
                if let dialogue {
                    held[held.count - 1] = try dialogue.open(connection, by: deadline).channel
                }
                ladder.held += 1
                ladder.slowest = max(ladder.slowest, Double(MonotonicInstant.now - begin) / 1e9)
            } catch {
                ladder.failure = error
                break
            }
        }
        for channel in held {
            dialogue?.close(channel)
            channel.connection.close()
        }
        return ladder
    }

    private static func judge(_ ladders: [Ladder], _ context: ProbeContext) -> Evidence {
        let id = "probe.tcp.parallel-connects-hang"
        // The first of all must have worked: one that hangs alone is another finding.
        if let ladder = ladders.first(where: { $0.hangs && $0.held > 0 }) {
            return context.evidence(
                id, .present,
                "\(ladder.address): with \(ladder.held) connections open the next one "
                    + "gets no answer for \(Int(hang)) s", count: 1,
                measure: .init(value: Double(ladder.held), unit: "count"))
        }
        if let ladder = ladders.first(where: { $0.failure != nil }) {
            return context.evidence(
                id, .unknown,
                "\(ladder.address): with \(ladder.held) connections open: "
                    + (ladder.failure.map { "\($0)" } ?? ""))
        }
        guard !ladders.isEmpty, !context.cancellation.isCancelled else {
            return context.evidence(id, .unknown, "interrupted")
        }
        guard ladders.allSatisfy(\.isSpoken) else {
            return context.evidence(
                id, .unknown,
                "\(ladders[0].held) connects at once succeed; whether requests on "
                    + "them are answered is not known: name the protocol, for example http://")
        }
        return context.evidence(
            id, .absent,
            "\(ladders[0].held) connections at once are answered, the slowest in "
                + "\(rounded(ladders.map(\.slowest).max() ?? 0)) s")
    }
}
