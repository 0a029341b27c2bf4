internal import Casebook
internal import Synchronization

/// What one run of one probe works with. Threads of the probe may share it.
public final class ProbeContext: Sendable {
    public let target: ProbeTarget
    public let options: ProbeOptions
    public let cancellation: Cancellation
    let probe: any Probe.Type
    let shared: SharedState
    private let begin = MonotonicInstant.now
    private let wallBegin = wallClock()
    private let notes = Mutex(Notes())

    private struct Notes {
        var timelines: [Timeline] = []
        var log: [ProbeReport.LogEntry] = []
        var omitted = 0
    }

    /// A probe that holds more connections than this keeps the timelines of the first ones.
    private static let mostTimelines = 1000
    private static let mostLogEntries = 4000

    init(
        _ probe: any Probe.Type, _ target: ProbeTarget, _ options: ProbeOptions,
        _ shared: SharedState, _ cancellation: Cancellation
    ) {
        self.probe = probe
        self.target = target
        self.options = options
        self.shared = shared
        self.cancellation = cancellation
    }

    /// The deadline of one attempt that starts now.
    var attempt: Deadline { .after(seconds: options.timeout) }

    /// Tells whoever watches that a stage begins.
    func announce(_ stage: String) {
        shared.onNotice(ProbeNotice(check: probe.name, text: stage))
    }

    func log(_ text: String) {
        announce(text)
        let entry = ProbeReport.LogEntry(time: wallClock(), text: text)
        notes.withLock {
            if $0.log.count < Self.mostLogEntries { $0.log.append(entry) } else { $0.omitted += 1 }
        }
    }

    func keep(_ timeline: Timeline) {
        notes.withLock {
            if $0.timelines.count < Self.mostTimelines {
                $0.timelines.append(timeline)
            } else {
                $0.omitted += 1
            }
        }
    }

    /// Waits until the rate limit lets another connection to the target start.
    func awaitTurn() throws(NetworkFailure) {
        let turn = shared.pacer.nextTurn(
            for: target.authority, perSecond: options.connectionsPerSecond)
        try sleep(until: Deadline(turn), cancellation)
    }

    /// The addresses of the target's host, looked up once a target; recorded as a timeline of its
    /// own with the stage `resolve`.
    func addresses() throws(NetworkFailure) -> [SocketAddress] {
        guard !options.addresses.isEmpty else {
            return try addresses(of: target.host, port: target.port)
        }
        return try options.addresses.map { text throws(NetworkFailure) in
            guard let address = SocketAddress(numeric: text, port: target.port) else {
                throw .unresolved(code: 0, words: "“\(text)” is no numeric address")
            }
            return address
        }
    }

    func addresses(of host: String, port: UInt16) throws(NetworkFailure) -> [SocketAddress] {
        let key = "\(host) \(port) \(options.family.rawValue)"
        if let known = shared.addresses.withLock({ $0[key] }) { return try known.get() }
        announce("resolve \(host)")
        var timeline = Timeline(label: "resolve", remote: host)
        defer { keep(timeline) }
        let begin = MonotonicInstant.now
        do throws(NetworkFailure) {
            let found = try Resolution.addresses(
                of: host, port: port, family: options.family, by: attempt, cancellation)
            let list = found.map(\.host).joined(separator: ", ")
            timeline.add("resolve", from: begin, to: .now, detail: list)
            shared.addresses.withLock { $0[key] = .success(found) }
            return found
        } catch {
            if error != .cancelled { shared.addresses.withLock { $0[key] = .failure(error) } }
            timeline.add("resolve", from: begin, to: .now, .init(error))
            throw error
        }
    }

    func evidence(
        _ id: FactID, _ state: FactState, _ summary: String, count: Int? = nil,
        measure: Evidence.Measure? = nil
    ) -> Evidence {
        precondition(probe.findings.contains(id), "\(probe.name) does not declare \(id)")
        return Evidence(
            id: id, kind: .finding, state: state, source: "probe:\(target)", count: count,
            summary: summary, measure: measure)
    }

    /// A report with nothing but the reason why nothing could be looked at.
    func failed(_ reason: String) -> ProbeReport {
        var report = report()
        report.failure = reason
        return report
    }

    /// An empty report of this run; timelines, log and times are filled in when the run is over.
    func report() -> ProbeReport {
        ProbeReport(check: probe.name, target: target, effect: probe.effect, start: wallBegin)
    }

    func finish(_ report: ProbeReport) -> ProbeReport {
        var report = report
        notes.withLock {
            report.timelines = $0.timelines.sorted { $0.start < $1.start }
            report.log = $0.log
            report.omitted = $0.omitted
        }
        report.duration = MonotonicInstant.now - begin
        report.interrupted = cancellation.isCancelled
        report.complete(probe.findings)
        return report
    }
}
