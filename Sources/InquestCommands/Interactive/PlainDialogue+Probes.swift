import Casebook
import Diagnosis
import Probes
import Triage

extension PlainDialogue {
    /// A target that was typed where one was missing.
    mutating func aim(_ text: String) -> Turn {
        guard conversation.session.targets.isEmpty else {
            tell("'\(text)' is no answer; type y or n.")
            return .again
        }
        do throws(Failure) {
            _ = try ProbeArguments.target(text)
        } catch {
            tell(ErrorText.report(error).text)
            return .again
        }
        return conversation.aim(at: text, at: now) == nil ? .next : .again
    }

    /// Runs the probes that were agreed to; those that were not are not asked for again.
    mutating func decide(_ answer: Answer, _ steps: [NextStep]) -> Turn {
        guard answer == .yes else {
            conversation.decline(steps.map(\.id), at: now)
            return .next
        }
        guard !conversation.session.targets.isEmpty else {
            tell("Type the target, as host:port.")
            return .again
        }
        let effect = steps.map(\.effect).max() ?? .normal
        if effect > options.allowed, !confirm(steps) {
            tell("Nothing was sent.")
            return .again
        }
        perform(steps, allowed: effect)
        return Interrupt.requested ? .end : .next
    }

    /// What may harm is shown once more, with figures.
    private mutating func confirm(_ steps: [NextStep]) -> Bool {
        let plans = ProbePlans(request(steps, allowed: .disruptive))
        let page = plans.page(TextPage(width: 80)).render(colour: false)
        tell(String(decoding: page, as: UTF8.self))
        console.prompt("Type 'yes' to send this > ")
        return input.next() == "yes"
    }

    private mutating func perform(_ steps: [NextStep], allowed: EffectClass) {
        var request = request(steps, allowed: allowed)
        request.watchesPackets = request.jobs.count == 1
        let cancellation = Cancellation()
        Interrupt.cancels(cancellation)
        let reports = ProbeRun.run(request, cancellation: cancellation)
        conversation.record(CheckOutcome(reports), from: steps.map(\.id), at: now)
        let present = reports.flatMap(\.evidence).filter { $0.state == .present }
        for evidence in present { tell("Found: \(evidence.id): \(evidence.summary)") }
        for (reason, checks) in reports.flatMap(\.failuresByReason) {
            tell("\(checks.joined(separator: ", ")): \(reason)")
        }
        if present.isEmpty { tell("Nothing that a case asks for was found.") }
    }

    private func request(_ steps: [NextStep], allowed: EffectClass) -> ProbeRequest {
        let names = Set(steps.map(\.id))
        let probes = ProbeList.all.filter { names.contains($0.name) }
        var options = options
        options.allowed = max(options.allowed, allowed)
        var jobs: [ProbeRequest.Job] = []
        for (target, probe) in conversation.session.targets.flatMap({ target in
            probes.compactMap { probe in target.fitted(to: probe).map { ($0, probe) } }
        }) {
            if let place = jobs.firstIndex(where: { $0.target == target }) {
                jobs[place].probes.append(probe)
            } else {
                jobs.append(ProbeRequest.Job(target: target, probes: [probe]))
            }
        }
        return ProbeRequest(jobs: jobs, options: options)
    }
}
