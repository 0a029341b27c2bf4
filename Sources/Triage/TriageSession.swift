public import Casebook
public import Diagnosis
import Dissection
public import HostInspection
public import PacketCapture
public import Probes
import TrafficAnalysis

/// One incident being looked at: the evidence so far, and what the casebook makes of it.
///
/// Commands and screens put evidence in and ask for a result; neither judges by itself.
public struct TriageSession: Sendable {
    public let casebook: Casebook
    public private(set) var log = EvidenceLog()
    public private(set) var warnings: [Warning] = []
    /// Paths of the captures that were read, in order.
    public private(set) var captures: [String] = []
    /// Where probes go, in the order in which they were named.
    public private(set) var targets: [ProbeTarget] = []
    /// Whether reading a capture, or probing, was stopped before its end.
    public private(set) var truncated = false
    /// Names of the probes that ran.
    private var probed: Set<String> = []
    /// Server endpoints of the flows that findings cite, by capture and flow.
    private(set) var servers: [String: [Int: String]] = [:]
    public let engine: Engine

    public init(casebook: Casebook) {
        self.init(casebook: casebook, engine: Engine(casebook: casebook))
    }

    /// - Parameter engine: made of the same casebook; one serves many sessions.
    public init(casebook: Casebook, engine: Engine) {
        self.casebook = casebook
        self.engine = engine
    }

    public mutating func record(_ evidence: some Sequence<Evidence>) { log.record(evidence) }

    public mutating func warn(_ warning: Warning) {
        if !warnings.contains(warning) { warnings.append(warning) }
    }

    /// Takes back what one source said of a fact.
    public mutating func remove(_ fact: FactID, saidBy source: String) {
        log.remove(fact, saidBy: source)
    }

    /// Adds what another session of the same incident has seen.
    mutating func adopt(_ other: TriageSession) {
        log.record(other.log.entries)
        captures += other.captures.filter { !captures.contains($0) }
        for warning in other.warnings { warn(warning) }
        for target in other.targets { aim(at: target) }
        truncated = truncated || other.truncated
        servers.merge(other.servers) { $1 }
    }

    /// Takes up what was kept of an earlier run.
    mutating func restore(_ kept: SessionFile.Record) {
        log = EvidenceLog()
        log.record(kept.evidence)
        (captures, truncated) = (kept.captures, kept.truncated)
        for warning in kept.warnings { warn(warning) }
        targets = kept.targets.compactMap { try? ProbeTarget(parsing: $0) }
        servers = [:]
        for place in kept.servers { servers[place.file, default: [:]][place.flow] = place.server }
    }

    /// Analyses a capture and records what it shows.
    public mutating func readCapture(
        _ path: String, goOn: (Int) -> Bool
    ) throws(CaptureError) {
        record(try CaptureRun(path: path, casebook: casebook, goOn: goOn), of: path)
    }

    /// Records what a capture showed that was read elsewhere, for example on another thread.
    public mutating func record(_ run: CaptureRun, of path: String) {
        captures += run.files.isEmpty ? [path] : run.files
        record(
            CheckOutcome(
                run.report.findings + run.customFindings, warnings: run.report.warnings,
                interrupted: run.interrupted))
        let cited = citedServers(run.report)
        for file in run.files.isEmpty ? [path] : run.files { servers[file] = cited }
    }

    /// Records what captures of several points showed, together and each by itself.
    public mutating func record(_ run: ComparisonRun) {
        for capture in run.captures { record(capture, of: capture.report.file) }
        truncated = truncated || run.interrupted
        log.record(run.comparison.findings)
        for warning in run.comparison.warnings { warn(warning) }
    }

    mutating func record(_ outcome: CheckOutcome) {
        truncated = truncated || outcome.interrupted
        log.record(outcome.evidence)
        for warning in outcome.warnings { warn(warning) }
    }

    /// Looks at this host, or through logs, and records what they show.
    public mutating func inspectHost(
        _ wish: HostRun.Wish, goOn: () -> Bool
    ) throws(LogSearch.Fault) -> HostRun {
        let run = try HostRun(wish, casebook: casebook, goOn: goOn)
        record(CheckOutcome(run))
        return run
    }

    /// The first target as a person would write it; `nil` where the captures have to tell.
    public var target: String? { targets.first?.words }

    public mutating func aim(at target: ProbeTarget) {
        if !targets.contains(target) { targets.append(target) }
    }

    /// Forgets the other targets.
    mutating func turn(to target: ProbeTarget) { targets = [target] }

    /// Runs probes and records what they show; blocks until all are done or cancelled.
    @discardableResult
    public mutating func probe(
        _ request: ProbeRequest, cancellation: Cancellation
    ) -> [TargetReport] {
        for job in request.jobs { aim(at: job.target) }
        let reports = ProbeRun.run(request, cancellation: cancellation)
        record(CheckOutcome(reports))
        probed.formUnion(reports.flatMap(\.reports).map(\.check))
        return reports
    }

    /// What is worth asking a target after its bundle: the deciding test of the leading case, else
    /// the one heavier probe within `allowed` that tells most about the cause for its time.
    ///
    /// - Returns: nothing once the cause is settled or too little would be learned.
    public func nextProbes(
        for target: ProbeTarget, allowed: EffectClass
    ) -> [any Probe.Type] {
        let deciding = decidingProbes(for: target).filter { $0.effect <= allowed }
        guard deciding.isEmpty else { return deciding }
        let steps = ProbeSteps(casebook: casebook, log: log, target: target).steps.filter {
            $0.effect > .normal && !probed.contains($0.id)
        }
        let dialogue = Dialogue(
            observations: Observations(log.entries), steps: steps,
            permission: Permission(allowed: allowed, proposed: allowed, questions: false))
        guard case .take(let proposal) = engine.advise(dialogue) else { return [] }
        return ProbeList.named(proposal.step.id).map { [$0] } ?? []
    }

    /// The probes of the leading case's deciding test that have not run, for a target.
    private func decidingProbes(for target: ProbeTarget) -> [any Probe.Type] {
        guard let leader = engine.diagnose(Observations(log.entries), detailed: 1).leader,
            let decision = casebook[case: leader.id]?.decision
        else { return [] }
        return CommandFilling.checks(in: decision.command).filter {
            !probed.contains($0.name) && $0.schemes.contains(target.scheme)
        }
    }

    private func citedServers(_ report: CaptureReport) -> [Int: String] {
        let cited = Set(
            report.findings.lazy.filter { $0.state == .present }
                .flatMap(\.locations).compactMap(\.flow))
        return Dictionary(
            uniqueKeysWithValues: cited.compactMap { flow in
                report.server(ofFlow: flow).map { (flow, FlowLadder.name($0)) }
            })
    }

    /// Judges everything recorded so far; the same evidence gives the same result.
    ///
    /// - Parameter budget: seconds that the proposed steps may take together; `nil` is no limit.
    public func result(budget: Double? = nil) -> TriageResult {
        let observations = Observations(log.entries)
        let diagnosis = engine.diagnose(observations)
        let commands = commands(for: diagnosis)
        let open = openSteps(commands)
        var policy = StepPolicy()
        policy.budget = budget
        let next = NextSteps(
            engine: engine, diagnosis: diagnosis,
            dialogue: dialogue(open.steps, observations, policy), open: open)
        return TriageResult(
            casebook: casebook, diagnosis: diagnosis, evidence: log.entries, warnings: warnings,
            truncated: truncated, commands: commands, next: next.steps(), stop: next.stop,
            engine: engine, observations: observations)
    }

    /// The steps that are open now, commands filled in for the case that leads.
    public func openSteps() -> OpenSteps {
        openSteps(for: engine.diagnose(Observations(log.entries), detailed: 1))
    }

    /// The same steps; only what people named is filled into their commands.
    var plainSteps: [Step] {
        openSteps(
            CommandFilling(target: targets.first?.words, capture: captures.first)
        ).steps
    }

    func openSteps(for diagnosis: Diagnosis) -> OpenSteps { openSteps(commands(for: diagnosis)) }

    /// A new triage of what is known, before anything was done.
    ///
    /// Somebody who may capture elsewhere is assumed to be at hand; the engine's order takes the
    /// trouble of that into account.
    public func dialogue(
        _ steps: [Step], _ observations: Observations, _ policy: StepPolicy
    ) -> Dialogue {
        Dialogue(
            observations: observations, steps: steps,
            permission: Permission(allowed: .normal, proposed: .disruptive, privileged: true),
            policy: policy)
    }

    private func openSteps(_ commands: CommandFilling) -> OpenSteps {
        OpenSteps(
            casebook: casebook, log: log, commands: commands,
            target: targets.first ?? commands.target.flatMap { try? ProbeTarget(parsing: $0) })
    }

    private func commands(for diagnosis: Diagnosis) -> CommandFilling {
        CommandFilling(
            target: targets.first?.words ?? diagnosis.leader.flatMap(likelyTarget),
            capture: captures.first)
    }

    /// The server that most of the flows behind a case's supporting evidence belong to.
    private func likelyTarget(_ leader: RankedCase) -> String? {
        let supporting = Set(leader.supports.lazy.filter { $0.state == .present }.map(\.fact))
        var votes: [String: Int] = [:]
        for evidence in log.entries where supporting.contains(evidence.id) {
            for location in evidence.locations {
                guard let flow = location.flow, let server = servers[location.file]?[flow]
                else { continue }
                votes[server, default: 0] += 1
            }
        }
        return votes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }
}

/// A diagnosis together with everything that is needed to tell it.
public struct TriageResult: Sendable {
    public let casebook: Casebook
    public let diagnosis: Diagnosis
    /// In the order in which it was recorded.
    public let evidence: [Evidence]
    public let warnings: [Warning]
    public let truncated: Bool
    public let commands: CommandFilling
    /// What to look at next: harmless before harmful, then by information per second.
    public let next: [NextStep]
    /// Why there is nothing more worth asking; `nil` while there is.
    public let stop: StopReason?
    let engine: Engine
    let observations: Observations

    /// A case with all that explains it, also where the diagnosis has left that out.
    public func ranked(_ id: CaseID) -> RankedCase? {
        guard let place = diagnosis.cases.firstIndex(where: { $0.id == id }) else { return nil }
        let ranked = diagnosis.cases[place]
        return place < Conversation.detailedCases ? ranked : engine.detail(ranked, observations)
    }
}
