internal import Glibc
public import Casebook

/// Does every address of the name accept connections?
public enum TCPProbe: Probe {
    public static let name = "tcp"
    public static let summary = "connects to every address, once each"
    public static let findings: [FactID] = [
        "probe.tcp.connect-timeout", "probe.tcp.connect-refused",
    ]
    public static let effect = EffectClass.normal
    public static let isOrdinaryClient = true
    public static let schemes = Set(ProbeTarget.Scheme.allCases)

    /// A silence shorter than this is not yet a timeout, an answer later than `promptly` not
    /// yet a refusal (findings.yaml).
    private static let silence = 10.0
    private static let promptly: Int64 = 1_000_000_000

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: addresses, bytes: 0, seconds: Double(addresses) * options.timeout,
            description: "connects to each address and closes at once")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        var report = context.report()
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        var attempts: [Attempt] = []
        for address in addresses where !context.cancellation.isCancelled {
            let attempt = connect(address, context)
            attempts.append(attempt)
            report.results.append(attempt.result)
            if attempt.failure == nil {
                report.measures.append(
                    .init(
                        name: "connect", value: Double(attempt.duration) / 1e9, unit: "s",
                        address: address.description))
            }
        }
        report.evidence = judge(attempts, context)
        return report
    }

    private struct Attempt {
        var address: SocketAddress
        var failure: NetworkFailure?
        /// Nanoseconds.
        var duration: Int64

        var result: ProbeReport.AddressResult {
            .init(
                address: address.description, isGood: failure == nil,
                summary: failure.map { "\($0)" } ?? "connected")
        }
    }

    private static func connect(_ address: SocketAddress, _ context: ProbeContext) -> Attempt {
        let connection = Connection(context, to: address)
        var failure: NetworkFailure?
        do throws(NetworkFailure) {
            try connection.connect(by: context.attempt)
        } catch {
            failure = error
        }
        let duration = connection.timeline.stage("connect")?.duration ?? 0
        connection.close()
        return Attempt(address: address, failure: failure, duration: duration)
    }

    private static func judge(_ attempts: [Attempt], _ context: ProbeContext) -> [Evidence] {
        let silent = attempts.filter { $0.failure == .timedOut }
        let refused = attempts.filter { $0.failure == .refused && $0.duration <= promptly }
        let answered = attempts.filter { $0.failure == nil || $0.failure == .refused }
        return [
            timeout(silent, answered, of: attempts.count, context),
            refusal(refused, answered, of: attempts.count, context),
        ]
    }

    private static func timeout(
        _ silent: [Attempt], _ answered: [Attempt], of count: Int, _ context: ProbeContext
    ) -> Evidence {
        let id = "probe.tcp.connect-timeout"
        if let first = silent.first {
            guard Double(first.duration) / 1e9 >= silence * 0.99 else {
                return context.evidence(
                    id, .unknown,
                    "no answer from \(first.address) in the \(seconds(first.duration)) that "
                        + "--timeout allows; the finding speaks of \(Int(silence)) s")
            }
            return context.evidence(
                id, .present, "\(silent.count) of \(count) addresses gave no answer to connect",
                count: silent.count, measure: .init(value: Double(first.duration) / 1e9, unit: "s"))
        }
        return answered.count == count && count > 0
            ? context.evidence(id, .absent, "every address answered the SYN")
            : context.evidence(id, .unknown, "not every address could be asked")
    }

    private static func refusal(
        _ refused: [Attempt], _ answered: [Attempt], of count: Int, _ context: ProbeContext
    ) -> Evidence {
        let id = "probe.tcp.connect-refused"
        if let first = refused.first {
            return context.evidence(
                id, .present,
                "\(refused.count) of \(count) addresses refused, first \(first.address)",
                count: refused.count,
                measure: .init(value: Double(first.duration) / 1e6, unit: "ms"))
        }
        return answered.contains { $0.failure == nil }
            ? context.evidence(id, .absent, "no address refused")
            : context.evidence(id, .unknown, "no address answered")
    }

    private static func seconds(_ nanoseconds: Int64) -> String {
        "\(Double(nanoseconds / 10_000_000) / 100) s"
    }
}
