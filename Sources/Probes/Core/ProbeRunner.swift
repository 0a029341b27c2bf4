internal import Casebook
internal import Synchronization

/// A target and the probes to run on it, one after the other.
public struct ProbeJob: Sendable {
    public var target: ProbeTarget
    public var probes: [any Probe.Type]
    public var options: ProbeOptions
    /// Asked before each probe with the reports of those before it: why it is not worth running,
    /// `nil` when it is.
    public var gate: @Sendable ([ProbeReport]) -> String?

    public init(
        target: ProbeTarget, probes: [any Probe.Type], options: ProbeOptions,
        gate: @escaping @Sendable ([ProbeReport]) -> String? = { _ in nil }
    ) {
        self.target = target
        self.probes = probes
        self.options = options
        self.gate = gate
    }
}

/// Runs jobs on worker threads: as many at once as allowed, never two probes of one job.
public struct ProbeRunner: Sendable {
    /// Jobs in flight.
    public var width: Int

    public init(width: Int = 64) { self.width = max(1, width) }

    /// Blocks until all is done or cancelled. `onReport` is called from the workers, one call at a
    /// time, in the order in which probes end; `onNotice` from any thread at any time.
    public func run(
        _ jobs: [ProbeJob], cancellation: Cancellation,
        onNotice: @escaping @Sendable (ProbeNotice) -> Void = { _ in },
        onReport: @escaping @Sendable (ProbeReport) -> Void
    ) {
        let queue = Mutex(0)
        let gate = Mutex(())
        let pacer = Pacer()
        let tls = TLSShared()
        let shared = Queue(jobs: jobs, next: queue, gate: gate)
        _ = parallel(min(width, jobs.count)) { _ in
            while !cancellation.isCancelled, let job = shared.take() {
                let state = SharedState(pacer: pacer, tls: tls, onNotice: onNotice)
                var done: [ProbeReport] = []
                for probe in job.probes where !cancellation.isCancelled {
                    let report =
                        job.gate(done).map { Self.skip(probe, job, state, cancellation, $0) }
                        ?? Self.run(probe, job, state, cancellation)
                    done.append(report)
                    shared.report { onReport(report) }
                }
            }
        }
    }

    /// One probe on the calling thread.
    public static func run(
        _ probe: any Probe.Type, _ target: ProbeTarget, _ options: ProbeOptions,
        cancellation: Cancellation = Cancellation()
    ) -> ProbeReport {
        run(
            probe, ProbeJob(target: target, probes: [probe], options: options),
            SharedState(pacer: Pacer(), tls: TLSShared()) { _ in }, cancellation)
    }

    private static func run(
        _ probe: any Probe.Type, _ job: ProbeJob, _ shared: SharedState,
        _ cancellation: Cancellation
    ) -> ProbeReport {
        let context = ProbeContext(probe, job.target, job.options, shared, cancellation)
        guard probe.effect <= job.options.allowed else {
            return context.finish(
                context.failed(
                    "not run: needs consent, --allow \(probe.effect.rawValue)"))
        }
        guard probe.schemes.contains(job.target.scheme) else {
            return context.finish(
                context.failed(
                    "not run: \(probe.name) has no question to \(job.target.scheme.rawValue)"))
        }
        return context.finish(probe.run(context))
    }

    private static func skip(
        _ probe: any Probe.Type, _ job: ProbeJob, _ shared: SharedState,
        _ cancellation: Cancellation, _ reason: String
    ) -> ProbeReport {
        let context = ProbeContext(probe, job.target, job.options, shared, cancellation)
        return context.finish(context.failed("not run: " + reason))
    }

    /// What the workers share.
    private final class Queue: Sendable {
        private let jobs: [ProbeJob]
        private let next: Mutex<Int>
        private let gate: Mutex<Void>

        init(
            jobs: [ProbeJob], next: consuming Mutex<Int>, gate: consuming Mutex<Void>
        ) {
            self.jobs = jobs
            self.next = next
            self.gate = gate
        }

        func take() -> ProbeJob? {
            next.withLock { index in
                guard index < jobs.count else { return nil }
                defer { index += 1 }
                return jobs[index]
            }
        }

        func report(_ body: () -> Void) { gate.withLock { _ in body() } }
    }
}
