public import Casebook
internal import Glibc

/// Does it depend on the source port whether a connect succeeds? A hash over the 4-tuple, which
/// chooses a link or a backend, then leads some ports to a broken one.
public enum TCPSourcePortProbe: Probe {
    public static let name = "tcp-source-port"
    public static let summary = "connects five times from each of twenty source ports"
    public static let findings: [FactID] = ["probe.tcp.source-port-decides"]
    public static let effect = EffectClass.load
    public static let schemes = Set(ProbeTarget.Scheme.allCases)

    private static let repeats = 5
    private static let portCount = 20
    /// Seconds: two SYNs at least, on Linux three.
    private static let patience = 2.5

    private static func ports(_ options: ProbeOptions) -> Int {
        min(max(options.count ?? portCount, 2), 200)
    }

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let connections = ports(options) * repeats * addresses
        return ProbePlan(
            connections: connections, bytes: 0,
            seconds: Double(addresses * repeats) * patience
                + Double(connections) / max(options.connectionsPerSecond, 0.01),
            description: "\(repeats) connects from each of \(ports(options)) source ports to each "
                + "address; each is closed by RST, since a port that waits in TIME_WAIT cannot be "
                + "used again for a minute")
    }

    /// What one source port met with.
    struct Port: Sendable {
        var number: UInt16
        var failures: [NetworkFailure] = []
        var successes = 0
        var isWhole: Bool { failures.count + successes == repeats }
        var fails: Bool { failures.count == repeats }
        var works: Bool { successes == repeats }
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        var report = context.report()
        var verdicts: [Evidence] = []
        for address in addresses {
            let ports = ask(address, context)
            report.results.append(result(address, ports))
            verdicts.append(judge(address, ports, context))
        }
        report.evidence = verdicts.combined
        return report
    }

    /// Ports that follow each other, as `--source-port` or chance begins them, above those that
    /// servers commonly listen on.
    private static func ask(_ address: SocketAddress, _ context: ProbeContext) -> [Port] {
        let count = ports(context.options)
        let first = context.options.sourcePort ?? UInt16.random(in: 20_000...30_000)
        let asked = parallel(count) { index -> Port in
            var port = Port(number: first &+ UInt16(index))
            for _ in 0..<repeats where !context.cancellation.isCancelled {
                connect(address, &port, context)
            }
            return port
        }
        // A port that another program uses says nothing.
        return asked.filter(\.isWhole)
    }

    private static func connect(
        _ address: SocketAddress, _ port: inout Port, _ context: ProbeContext
    ) {
        guard (try? context.awaitTurn()) != nil else { return }
        do throws(NetworkFailure) {
            let connection = try Connection.fromPort(
                port.number, context, to: address, seconds: patience)
            connection.close(reset: true)
            port.successes += 1
        } catch .local(_, _) {
            // EADDRINUSE, EADDRNOTAVAIL.
        } catch .cancelled {
        } catch {
            port.failures.append(error)
        }
    }

    private static func result(
        _ address: SocketAddress, _ ports: [Port]
    ) -> ProbeReport.AddressResult {
        let failing = ports.filter(\.fails).map { String($0.number) }
        let works = ports.count(where: \.works)
        return .init(
            address: address.description, isGood: works == ports.count,
            summary: "\(works) of \(ports.count) source ports always connect, \(failing.count) "
                + "never",
            details: failing.isEmpty ? [] : [.init("failing", failing.joined(separator: " "))])
    }

    private static func judge(
        _ address: SocketAddress, _ ports: [Port], _ context: ProbeContext
    ) -> Evidence {
        let id = "probe.tcp.source-port-decides"
        let (works, fails) = (ports.count(where: \.works), ports.count(where: \.fails))
        guard ports.count >= 2 else {
            return context.evidence(id, .unknown, "too few source ports were free to be used")
        }
        guard works > 0 else {
            return context.evidence(id, .unknown, "no source port connects each time")
        }
        // Loss by chance leaves ports that fail now and then; ports that never do so are decided.
        if fails > 0, ports.count - works - fails <= fails {
            return context.evidence(
                id, .present,
                "\(address): \(fails) of \(ports.count) source ports fail each of "
                    + "\(repeats) times, \(works) work each time", count: fails,
                measure: .init(value: Double(fails), unit: "count"))
        }
        return context.evidence(
            id, .absent,
            works == ports.count
                ? "every source port connects each time" : "failures do not stick to source ports")
    }
}
