public import Casebook
internal import Dissection
internal import Glibc

/// How large a packet gets through, and does the path say so when one does not?
public enum PathMTUProbe: Probe {
    public static let name = "path-mtu"
    public static let summary =
        "halves packet sizes with fragmentation forbidden, by ICMP echo, UDP or TCP segments"
    public static let findings: [FactID] = [
        "probe.path.mtu-below-interface", "probe.path.mtu-no-icmp",
    ]
    public static let effect = EffectClass.normal
    public static let schemes = Set(ProbeTarget.Scheme.allCases)

    /// Of one size; a second loss in a row is taken for the size's doing.
    private static let tries = 3
    private static let patience = 0.7
    /// Linux answers with port unreachable once a second (icmp(7), icmp_ratelimit).
    private static let errorInterval = 1.1
    /// Steps of halving from 65536 to 1.
    private static let steps = 16

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        ProbePlan(
            connections: target.scheme == .http ? addresses * steps : 0,
            bytes: addresses * steps * tries * 3 * 1500,
            seconds: Double(addresses * steps * tries) * (patience + errorInterval),
            description: "some \(steps) sizes to each address with fragmentation forbidden: ICMP "
                + "echo where it is permitted, else UDP to a closed port, else HTTP requests of "
                + "one segment")
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        let addresses: [SocketAddress]
        do throws(NetworkFailure) {
            addresses = try context.addresses()
        } catch {
            return context.failed("\(context.target.host): \(error)")
        }
        var report = context.report()
        var found: [(SocketAddress, PathMTUSearch.Result)] = []
        for address in addresses where !context.cancellation.isCancelled {
            guard let result = search(address, context) else {
                report.results.append(
                    .init(
                        address: address.host, isGood: false,
                        summary: "answers neither ICMP echo nor UDP nor requests of one segment"))
                continue
            }
            found.append((address, result))
            report.results.append(
                .init(
                    address: address.host, isGood: result.failed == nil,
                    summary: "packets of \(result.passed) bytes pass (by \(result.method))"))
            report.measures.append(
                .init(
                    name: "path-mtu", value: Double(result.passed), unit: "bytes",
                    address: address.host))
        }
        if !found.isEmpty { report.evidence = [below(found, context), silent(found, context)] }
        if found.isEmpty { report.failure = "no method got an answer" }
        return report
    }

    private static func search(
        _ address: SocketAddress, _ context: ProbeContext
    ) -> PathMTUSearch.Result? {
        for method in [Pinger.Method.echo, .closedPort] where !context.cancellation.isCancelled {
            guard var pinger = try? Pinger(method, to: address, context),
                let local = pinger.localAddress, let interface = Interface(with: local)
            else { continue }
            pinger.forbidFragments()
            context.log("path MTU to \(address.host) by \(method.rawValue)")
            let search = PathMTUSearch(
                floor: address.isIPv6 ? 1280 : 576, interfaceMTU: min(interface.mtu, 65_535),
                method: method.rawValue, cancellation: context.cancellation)
            if let result = search.run({ ask($0, &pinger, context) }) { return result }
        }
        return context.target.scheme == .http ? SegmentSizes(address, context).search() : nil
    }

    private static func ask(
        _ size: Int, _ pinger: inout Pinger, _ context: ProbeContext
    ) -> PathMTUSearch.Verdict {
        for _ in 0..<tries where !context.cancellation.isCancelled {
            if pinger.method == .closedPort {
                try? sleep(until: .after(seconds: errorInterval), context.cancellation)
            }
            switch pinger.send(size: size, patience: patience) {
            case .answered: return .passed
            case .error(let error) where error.isTooBig:
                return .tooBig(mtu: Int(error.mtu), sender: error.sender?.description)
            case .error(let error) where error.origin == .local && error.code == EMSGSIZE:
                return .notSendable
            case .failed(.local(_, EMSGSIZE)): return .notSendable
            case .error, .silent, .failed: continue
            }
        }
        return .vanished
    }

    private static func below(
        _ found: [(SocketAddress, PathMTUSearch.Result)], _ context: ProbeContext
    ) -> Evidence {
        let id = "probe.path.mtu-below-interface"
        if let (address, result) = found.first(where: { $0.1.failed != nil }) {
            return context.evidence(
                id, .present,
                "\(address.host): packets of \(result.passed) bytes pass, of "
                    + "\(result.passed + 1) not; the interface takes \(result.interfaceMTU)",
                count: found.count { $0.1.failed != nil },
                measure: .init(value: Double(result.passed), unit: "bytes"))
        }
        return context.evidence(
            id, .absent,
            "packets as large as the interface takes pass, "
                + "\(found[0].1.passed) bytes")
    }

    private static func silent(
        _ found: [(SocketAddress, PathMTUSearch.Result)], _ context: ProbeContext
    ) -> Evidence {
        let id = "probe.path.mtu-no-icmp"
        if let (address, result) = found.first(where: { $0.1.failed != nil && !$0.1.saidTooBig }) {
            return context.evidence(
                id, .present,
                "\(address.host): packets above \(result.passed) bytes vanish, and "
                    + "no ICMP says so", count: 1,
                measure: .init(value: Double(result.passed), unit: "bytes"))
        }
        if let (_, result) = found.first(where: { $0.1.saidTooBig }) {
            return context.evidence(
                id, .absent, "\(result.sender ?? "a router") says that larger packets are too big")
        }
        return context.evidence(id, .absent, "no packet that the interface takes vanishes")
    }
}
