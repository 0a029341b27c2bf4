import Casebook
public import Probes
import Synchronization

/// Runs probes and gathers what they showed.
///
/// Targets are probed side by side, one target by one probe after the other: a server that handles
/// one connection at a time would otherwise fail because of us. Only probes that open no connection
/// to it (ping, path MTU) run beside the others. What puts load on somebody, or may harm, runs
/// after that and alone.
public enum ProbeRun {
    /// Blocks until all is done, or cancelled and closed.
    ///
    /// - Parameters:
    ///   - onNotice: gets what the probes are doing, on any thread.
    ///   - onTarget: gets each target's report when its last probe has ended, one call at
    ///     a time, on any thread.
    /// - Returns: the reports in the order of the jobs.
    public static func run(
        _ request: ProbeRequest, cancellation: Cancellation,
        onNotice: @escaping @Sendable (ProbeNotice) -> Void = { _ in },
        onTarget: @escaping @Sendable (TargetReport) -> Void = { _ in }
    ) -> [TargetReport] {
        let watch = request.watchesPackets ? PacketWatch(request.jobs.map(\.target)) : nil
        let collector = Collector(request.jobs, waitsForPackets: watch != nil, onTarget)
        for phase in phases(request) where !cancellation.isCancelled {
            ProbeRunner(width: phase.width).run(
                phase.jobs, cancellation: cancellation, onNotice: onNotice
            ) { collector.take($0) }
        }
        return collector.finish(interrupted: cancellation.isCancelled, watch)
    }

    private struct Phase {
        var jobs: [ProbeJob]
        var width: Int
    }

    private static func phases(_ request: ProbeRequest) -> [Phase] {
        let gentle = request.jobs.map { gentleJob($0, request.options) }
        let loud = request.jobs.flatMap { job in
            job.probes.filter { $0.effect > .normal }.map { probe in
                ProbeJob(target: job.target, probes: [probe], options: request.options)
            }
        }
        let sideBySide = gentle.count > 1 ? gentle : gentle.flatMap(lanes)
        return [Phase(jobs: sideBySide, width: request.inFlight), Phase(jobs: loud, width: 1)]
    }

    private static func gentleJob(
        _ job: ProbeRequest.Job, _ options: ProbeOptions
    ) -> ProbeJob {
        let probes = job.probes.filter { $0.effect <= .normal }
        if job.isNamed { return ProbeJob(target: job.target, probes: probes, options: options) }
        return ProbeJob(
            target: job.target, probes: probes, options: options, gate: bundleGate())
    }

    /// A bundle is over soon where it cannot tell more: nothing answers, or its time is used up.
    private static func bundleGate() -> @Sendable ([ProbeReport]) -> String? {
        let end = ContinuousClock.now + .seconds(ProbeBundle.longest)
        return { done in
            let connects = done.first { $0.check == TCPProbe.name }?.results ?? []
            if !connects.isEmpty, !connects.contains(where: \.isGood) {
                return "no address accepts connections (see tcp)"
            }
            if ContinuousClock.now < end { return nil }
            return "the checks before it took \(Int(ProbeBundle.longest)) s; name it to run it"
        }
    }

    /// The probes that connect, one after the other, and each other one by itself.
    private static func lanes(_ job: ProbeJob) -> [ProbeJob] {
        let connects = { (probe: any Probe.Type) in
            probe.plan(job.target, job.options, addresses: 1).connections > 0
        }
        let first = ProbeJob(
            target: job.target, probes: job.probes.filter(connects), options: job.options,
            gate: job.gate)
        return [first]
            + job.probes.filter { !connects($0) }.map { probe in
                ProbeJob(target: job.target, probes: [probe], options: job.options)
            }
    }

    /// Puts the reports of each target together as they come.
    private final class Collector: Sendable {
        private struct Entry {
            var job: ProbeRequest.Job
            var reports: [ProbeReport] = []
            var isTold = false
        }

        private let entries: Mutex<[Entry]>
        private let places: [ProbeTarget: Int]
        private let waitsForPackets: Bool
        private let onTarget: @Sendable (TargetReport) -> Void

        init(
            _ jobs: [ProbeRequest.Job], waitsForPackets: Bool,
            _ onTarget: @escaping @Sendable (TargetReport) -> Void
        ) {
            entries = Mutex(jobs.map { Entry(job: $0) })
            places = Dictionary(
                jobs.indices.map { (jobs[$0].target, $0) }, uniquingKeysWith: { first, _ in first })
            self.waitsForPackets = waitsForPackets
            self.onTarget = onTarget
        }

        /// The runner calls it once at a time.
        func take(_ report: ProbeReport) {
            guard let place = places[report.target] else { return }
            let done: Entry? = entries.withLock { entries in
                entries[place].reports.append(report)
                let entry = entries[place]
                guard entry.reports.count == entry.job.probes.count, !waitsForPackets else {
                    return nil
                }
                entries[place].isTold = true
                return entry
            }
            if let done { onTarget(Self.report(done, interrupted: report.interrupted, nil)) }
        }

        func finish(interrupted: Bool, _ watch: PacketWatch?) -> [TargetReport] {
            let entries = entries.withLock(\.self)
            let packets = watch?.finish(entries.flatMap(\.reports))
            return entries.map { entry in
                let isWhole = entry.reports.count == entry.job.probes.count
                let report = Self.report(
                    entry,
                    interrupted: interrupted
                        && (!isWhole || entry.reports.contains(where: \.interrupted)),
                    packets)
                if !entry.isTold { onTarget(report) }
                return report
            }
        }

        private static func report(
            _ entry: Entry, interrupted: Bool, _ packets: PacketWatchReport?
        ) -> TargetReport {
            let order = Dictionary(
                entry.job.probes.indices.map { (entry.job.probes[$0].name, $0) },
                uniquingKeysWith: { first, _ in first })
            let sorted = entry.reports.sorted { (order[$0.check] ?? 0) < (order[$1.check] ?? 0) }
            return TargetReport(
                target: entry.job.target, reports: sorted, packets: packets,
                isNamed: entry.job.isNamed, interrupted: interrupted)
        }
    }
}
