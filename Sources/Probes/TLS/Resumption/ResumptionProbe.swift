public import Casebook

/// Which sessions does the server resume, and does that hang on how the connection was closed?
public enum ResumptionProbe: Probe {
    public static let name = "tls-resumption"
    public static let summary =
        "resumes by session id, ticket and PSK after polite and unclean closes, each address"
    public static let findings: [FactID] = [
        "probe.tls.resumption-refused", "probe.tls.resumption-needs-clean-close",
        "probe.tls.never-resumes", "probe.tls.resumption-works",
    ]
    public static let effect = EffectClass.normal
    public static let schemes: Set<ProbeTarget.Scheme> = [.tls, .https]

    public static func plan(
        _ target: ProbeTarget, _ options: ProbeOptions, addresses: Int
    ) -> ProbePlan {
        let each = Resumption.closings(options).count
        let connections = each * ResumptionKind.allCases.count * addresses
        return ProbePlan(
            connections: connections, bytes: 1500 * connections,
            seconds: Double(connections) * 0.8 + 2 * options.timeout * Double(addresses),
            description: "\(each) handshakes one after the other by session id, by ticket and by "
                + "PSK; \(options.count ?? Resumption.uncleanTries) of each are closed by FIN "
                + "without close_notify"
                + (options.allowed >= .disruptive ? ", as many by RST" : ""))
    }

    public static func run(_ context: ProbeContext) -> ProbeReport {
        context.reportOfAddresses { address, report in
            let closings = Resumption.closings(context.options)
            let all = ResumptionKind.allCases.map { kind in
                var series = ResumptionSeries(kind)
                series.run(closings, at: [address], context)
                return series
            }
            for series in all {
                report.results.append(result(series, address))
                report.measures += measures(of: series, address)
            }
            let judge = ResumptionJudge(all: all)
            return [
                findings[0]: judge.refused, findings[1]: judge.needsCleanClose,
                findings[2]: judge.never, findings[3]: judge.works,
            ]
        }
    }

    private static func result(
        _ series: ResumptionSeries, _ address: SocketAddress
    ) -> ProbeReport.AddressResult {
        var parts = TLSClosing.allCases.compactMap { closing -> String? in
            let tries = closing == .closeNotify ? series.polite : series.after(closing)
            return tries.isEmpty
                ? nil : "\(ResumptionSeries.share(tries)) after \(closing.rawValue)"
        }
        if !series.controls.isEmpty {
            parts.append("\(ResumptionSeries.share(series.controls)) after close_notify again")
        }
        let nothing = "nothing was offered: \(series.failure ?? "no session was given out")"
        return .init(
            address: "\(address) \(series.kind.rawValue)",
            // A kind that the server does not know is no trouble; one that it always refuses is.
            isGood: series.tries.isEmpty || series.tries.contains(where: \.isAccepted),
            summary: parts.isEmpty ? nothing : "resumed " + parts.joined(separator: ", "))
    }

    private static func measures(
        of series: ResumptionSeries, _ address: SocketAddress
    ) -> [ProbeReport.Measure] {
        let resumed = series.tries.filter(\.isAccepted).map(\.duration).sorted()
        var measures: [ProbeReport.Measure] = []
        func add(_ name: String, _ value: Int64?) {
            guard let value else { return }
            measures.append(
                .init(
                    name: "\(series.kind.rawValue) \(name)", value: Double(value) / 1e9, unit: "s",
                    address: address.description))
        }
        add("full handshake", series.fullDuration)
        add("resumed handshake", resumed.isEmpty ? nil : resumed[resumed.count / 2])
        return measures
    }
}

/// Numbers that the probes of resumption share.
enum Resumption {
    /// Polite connections of a series: one more than offers.
    static let politeConnections = 6
    static let uncleanTries = 5

    /// Polite ones, unclean ones, polite ones again: what is refused in the middle only is the
    /// close's doing. A RST on purpose needs the consent that `disruptive` is.
    static func closings(_ options: ProbeOptions) -> [TLSClosing] {
        let unclean = max(3, options.count ?? uncleanTries)
        var closings = Array(repeating: TLSClosing.closeNotify, count: politeConnections)
        closings += Array(repeating: .finOnly, count: unclean)
        closings += [.closeNotify, .closeNotify]
        if options.allowed >= .disruptive {
            closings += Array(repeating: .reset, count: unclean)
            closings += [.closeNotify, .closeNotify]
        }
        return closings + [.closeNotify]
    }
}
