import Casebook
import Diagnosis
import PacketCapture
public import Probes

/// The probes that could be run now, as steps: each settles all that one run of it tells.
struct ProbeSteps {
    let target: ProbeTarget?
    let steps: [Step]
    /// Findings that a probe of this build establishes for the target, run already or not.
    let covered: Set<FactID>
    private let probes: [String: any Probe.Type]

    static let missingTarget = "the address and port of the service, as host:port"
    /// Naming a target and starting the command.
    private static let startSeconds = 2.0

    init(casebook: Casebook, log: EvidenceLog, target: ProbeTarget?) {
        self.target = target
        let fitting = ProbeList.all.filter { probe in
            target.map { $0.fitted(to: probe) != nil } ?? true
        }
        let known = log.facts(of: .probe)
        covered = Set(fitting.flatMap { $0.findings }.filter { casebook[finding: $0] != nil })
        probes = Dictionary(
            fitting.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        steps = fitting.compactMap { probe in
            // The same probe again says the same again.
            let facts = probe.findings.filter {
                casebook[finding: $0] != nil && !known.contains($0)
            }
            if facts.isEmpty { return nil }
            return Step(
                id: probe.name, facts: facts, instrument: .probe,
                seconds: Self.startSeconds
                    + probe.usualSeconds(Self.place(probe, target), ProbeOptions()),
                // Who must first find out where the service is, or what it speaks, has as much
                // trouble as who must find rights.
                privileged: target.map { !probe.schemes.contains($0.scheme) } ?? true
                    || Self.lacksRights(probe, target),
                effect: probe.effect)
        }
    }

    func probe(of step: Step) -> (any Probe.Type)? {
        step.instrument == .probe ? probes[step.id] : nil
    }

    func describe(_ probe: any Probe.Type, _ commands: CommandFilling, _ next: inout NextStep) {
        next.kind = .run
        next.question = probe.summary.prefix(1).uppercased() + probe.summary.dropFirst() + "."
        let place = target?.words(for: probe) ?? "TARGET"
        let consent = probe.effect > .normal ? " --allow \(probe.effect.rawValue)" : ""
        next.command =
            commands.fill("inquest probe \(CommandFilling.quoted(place)) \(probe.name)") + consent
        let plan = Self.plan(probe, target)
        let needs = plan.needs
        next.sends = Self.words(plan)
        if target == nil {
            next.needs = Self.missingTarget
        } else if Self.lacksRights(probe, target) {
            next.needs = needs.joined(separator: ", ")
        }
    }

    private static func words(_ plan: ProbePlan) -> String {
        let connections = plan.connections == 1 ? "connection" : "connections"
        let bytes =
            plan.bytes < 10_000 ? "\(plan.bytes) bytes" : "\((plan.bytes + 500) / 1000) kB"
        return "at most \(plan.connections) \(connections), \(bytes): \(plan.description)"
    }

    private static func plan(_ probe: any Probe.Type, _ target: ProbeTarget?) -> ProbePlan {
        probe.plan(place(probe, target), ProbeOptions(), addresses: 1)
    }

    /// The target, or any that the probe has a question to.
    private static func place(_ probe: any Probe.Type, _ target: ProbeTarget?) -> ProbeTarget {
        target?.fitted(to: probe)
            ?? ProbeTarget(
                scheme: ProbeTarget.Scheme.allCases.first { probe.schemes.contains($0) } ?? .tcp,
                host: "target.invalid", port: 443)
    }

    /// The rights that probes name are those of raw sockets.
    private static func lacksRights(_ probe: any Probe.Type, _ target: ProbeTarget?) -> Bool {
        !plan(probe, target).needs.isEmpty && !CaptureRights.mayCapture
    }
}

extension ProbeTarget {
    /// As a person would write it: a bare `host:port` for plain TCP.
    public var words: String { scheme == .tcp ? authority : description }

    /// The target as the probe can ask it: a bare port may speak anything. `nil` where it speaks
    /// something else.
    public func fitted(to probe: any Probe.Type) -> ProbeTarget? {
        if probe.schemes.contains(scheme) { return self }
        guard scheme == .tcp, let other = Scheme.allCases.first(where: probe.schemes.contains)
        else { return nil }
        return ProbeTarget(scheme: other, host: host, port: port, path: path)
    }

    func words(for probe: any Probe.Type) -> String {
        probe.schemes.contains(scheme) ? words : authority
    }
}
