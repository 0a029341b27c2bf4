public import Casebook
public import Diagnosis
import Probes

/// What can be done here and now to learn facts: questions, probes, a new capture, and findings
/// that a person establishes by hand because this build has no command for them.
public struct OpenSteps: Sendable {
    /// The id of the step that reads a new capture.
    public static let captureStep = "capture"
    /// The id of the step that compares captures of several points.
    public static let comparisonStep = "compare"
    /// The id of the step that looks at this host.
    public static let hostStep = "host"
    /// Between the two looks of that step.
    public static let hostWatchSeconds = 10.0

    /// Reading a question and answering it: the example of the interface, section 3.
    private static let questionSeconds = 5.0
    /// Finding the host, starting tcpdump there, waiting for the trouble to show.
    private static let captureSeconds = 60.0
    /// As a capture, at two hosts at the same time.
    private static let comparisonSeconds = 180.0
    /// Opening a shell, filling in a command, reading what it prints.
    private static let byHandSeconds = 60.0

    public let casebook: Casebook
    let commands: CommandFilling
    let probing: ProbeSteps
    /// Unique ids.
    public let steps: [Step]

    /// - Parameter target: where probes would go; `nil` when nobody knows.
    init(casebook: Casebook, log: EvidenceLog, commands: CommandFilling, target: ProbeTarget?) {
        self.casebook = casebook
        self.commands = commands
        probing = ProbeSteps(casebook: casebook, log: log, target: target)
        let captured = log.facts(of: .capture)
        var steps = casebook.symptoms.map { symptom in
            Step(
                id: symptom.id, facts: [symptom.id], instrument: .operator,
                seconds: Self.questionSeconds)
        }
        let inspected = Set(log.entries.lazy.filter { $0.instrument == .host }.map(\.id))
        var readable: [FactID] = []
        var lookable: [FactID] = []
        var comparable: [FactID] = []
        for finding in casebook.findings where !probing.covered.contains(finding.id) {
            if HostRun.establishes.contains(finding.id)
                || finding.establishedBy == CustomFinding.Source.host.command
            {
                if !inspected.contains(finding.id) { lookable.append(finding.id) }
            } else if finding.establishedBy.contains(" --compare ") {
                if !captured.contains(finding.id) { comparable.append(finding.id) }
            } else if CommandFilling.establishesByReading(finding.establishedBy), !finding.isProbed
            {
                // The same capture read again says the same again.
                if !captured.contains(finding.id) { readable.append(finding.id) }
            } else if !finding.byHand.isEmpty {
                steps.append(
                    Step(
                        id: finding.id, facts: [finding.id], instrument: .operator,
                        seconds: Self.byHandSeconds, effect: finding.effect))
            }
        }
        if !readable.isEmpty {
            steps.append(
                Step(
                    id: Self.captureStep, facts: readable, instrument: .capture,
                    seconds: Self.captureSeconds, privileged: true))
        }
        if !comparable.isEmpty {
            steps.append(
                Step(
                    id: Self.comparisonStep, facts: comparable, instrument: .capture,
                    seconds: Self.comparisonSeconds, privileged: true))
        }
        if !lookable.isEmpty {
            // As with a capture: the host in trouble is often not this one.
            steps.append(
                Step(
                    id: Self.hostStep, facts: lookable, instrument: .host,
                    seconds: Self.hostWatchSeconds + 2, privileged: true))
        }
        self.steps = steps + probing.steps
    }

    /// A proposal as a person or a program reads it.
    public func describe(
        _ proposal: Proposal, engine: Engine, _ observations: Observations
    ) -> NextStep {
        let step = proposal.step
        var next = NextStep(
            kind: .ask, id: step.id, facts: step.facts, question: "", command: "",
            effect: step.effect, byHand: false, gainBits: proposal.gainBits,
            costSeconds: step.seconds, outcomes: [])
        if step.id == Self.captureStep {
            describeCapture(&next)
        } else if step.id == Self.comparisonStep {
            describeComparison(&next)
        } else if step.id == Self.hostStep {
            describeHost(&next)
        } else if let probe = probing.probe(of: step) {
            probing.describe(probe, commands, &next)
        } else if let symptom = casebook[symptom: step.id] {
            next.question = symptom.question
        } else if let finding = casebook[finding: step.id] {
            next.kind = .run
            next.question = finding.definition
            next.command = commands.fill(finding.byHand)
            next.byHand = true
        }
        if let fact = step.facts.first, step.facts.count == 1 {
            next.outcomes = engine.whatIf(fact, askedOf: step.instrument, observations)
        }
        return next
    }

    private func describeHost(_ next: inout NextStep) {
        next.kind = .run
        next.question = "What do the sockets, counters, limits and processes of the host show?"
        next.command = "inquest diagnose --host --watch \(Int(Self.hostWatchSeconds))"
        next.needs =
            "to run on the host in trouble; from there, 'inquest host --json --watch 10 > host.json' "
            + "brings it here for --evidence"
    }

    private func describeComparison(_ next: inout NextStep) {
        next.kind = .run
        next.question = "At which point of the way are packets lost, changed or made up?"
        next.command = "inquest diagnose --compare <client.pcap> <server.pcap>"
        next.needs =
            "captures of the trouble taken at the same time at two points or more, the client's "
            + "side first; clocks need not agree"
    }

    private func describeCapture(_ next: inout NextStep) {
        next.kind = .run
        next.question = "What does a packet capture of the trouble show?"
        next.command = "inquest diagnose --capture <file.pcap>"
        // Where it is taken, and with whose rights, is often not this host and not this user.
        next.needs =
            "a capture of the trouble; with the rights for it, "
            + "'tcpdump -i any -c 20000 -w file.pcap' takes one"
    }
}

extension FindingKind {
    /// Whether a probe of this or a later version establishes it.
    var isProbed: Bool { establishedBy.hasPrefix("inquest probe ") }
}
