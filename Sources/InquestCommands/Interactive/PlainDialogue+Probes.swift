import Casebook
import Diagnosis
import Probes
import Triage

extension PlainDialogue {
    /// A target that was typed where one was missing.
    mutating func aim(_ text: String, _ proposals: [Proposal], _ question: Question) -> Turn {
        guard state.session.targets.isEmpty else {
            tell("'\(text)' is no answer; type y or n.")
            return .again
        }
        do throws(Failure) {
            let target = try ProbeArguments.target(text)
            history.append((state, question))
            state.session.aim(at: target)
            return .next
        } catch {
            tell(ErrorText.report(error).text)
            return .again
        }
    }

    /// Runs the probes that were agreed to; those that were not are not asked for again.
    mutating func decide(
        _ word: String, _ proposals: [Proposal], _ question: Question
    ) -> Turn {
        guard word == "yes", !state.session.targets.isEmpty else {
            if word == "yes" {
                tell("Type the target, as host:port.")
                return .again
            }
            history.append((state, question))
            state.dialogue.finish(proposals.map(\.step))
            return .next
        }
        let effect = proposals.map(\.step.effect).max() ?? .normal
        if effect > options.allowed, !confirm(proposals) {
            tell("Nothing was sent.")
            return .again
        }
        let before = state
        perform(proposals, allowed: effect)
        history.append((before, question))
        state.dialogue.observations = Observations(state.session.log.entries)
        state.dialogue.finish(proposals.map(\.step))
        return Interrupt.requested ? .end : .next
    }

    /// What may harm is shown once more, with figures.
    private mutating func confirm(_ proposals: [Proposal]) -> Bool {
        let plans = ProbePlans(request(proposals, allowed: .disruptive))
        let page = plans.page(TextPage(width: 80)).render(colour: false)
        tell(String(decoding: page, as: UTF8.self))
        console.prompt("Type 'yes' to send this > ")
        return input.next() == "yes"
    }

    private mutating func perform(_ proposals: [Proposal], allowed: EffectClass) {
        var request = request(proposals, allowed: allowed)
        request.watchesPackets = request.jobs.count == 1
        let cancellation = Cancellation()
        Interrupt.cancels(cancellation)
        let reports = state.session.probe(request, cancellation: cancellation)
        let present = reports.flatMap(\.evidence).filter { $0.state == .present }
        for evidence in present { tell("Found: \(evidence.id): \(evidence.summary)") }
        for (reason, checks) in reports.flatMap(\.failuresByReason) {
            tell("\(checks.joined(separator: ", ")): \(reason)")
        }
        if present.isEmpty { tell("Nothing that a case asks for was found.") }
    }

    private func request(_ proposals: [Proposal], allowed: EffectClass) -> ProbeRequest {
        let names = Set(proposals.map(\.step.id))
        let probes = ProbeList.all.filter { names.contains($0.name) }
        var options = options
        options.allowed = max(options.allowed, allowed)
        var jobs: [ProbeRequest.Job] = []
        for (target, probe) in state.session.targets.flatMap({ target in
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
