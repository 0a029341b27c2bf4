import Casebook
import Diagnosis
import Triage

extension PlainDialogue {
    func show(_ question: Question, number: Int) {
        switch question {
        case .guess(let guess):
            let text = state.session.casebook[symptom: guess.fact]?.question ?? guess.fact
            let hint = guess.negated ? " Your words seem to deny it." : ""
            tell("Question \(number), from your words: \(text)\(hint)")
        case .step(let proposal): show(describe(proposal), number)
        case .probes(let proposals): show(proposals, number)
        }
    }

    private func show(_ step: NextStep, _ number: Int) {
        let time = "about " + Figures.seconds(Int64(step.costSeconds * 1e9))
        if step.id == OpenSteps.captureStep {
            tell("Question \(number) (\(time)): \(step.question)")
            tell("Type the path of a pcap or pcapng file, or ? if there is none.")
        } else if step.id == OpenSteps.hostStep {
            tell("Question \(number) (\(time)): \(step.question)")
            tell("y looks at this host now, twice; it only reads. n if the trouble is elsewhere.")
        } else if step.byHand {
            tell("Question \(number), by hand (\(time)): is this so? \(step.question)")
            if step.effect > .normal {
                tell("Effect: \(step.effect.rawValue). Ask before you run it, or answer ?.")
            }
            tell("To see it: \(step.command)")
        } else {
            tell("Question \(number) (\(time)): \(step.question)")
        }
        if !step.outcomes.isEmpty { tell("Asked because: " + outcomes(step)) }
    }

    private func outcomes(_ step: NextStep) -> String {
        step.outcomes.map(\.sentence).joined(separator: "; ")
    }

    private func describe(_ proposal: Proposal) -> NextStep {
        state.session.openSteps().describe(
            proposal, engine: state.session.engine, state.dialogue.observations)
    }

    private func show(_ proposals: [Proposal], _ number: Int) {
        let steps = proposals.map(describe)
        let seconds = steps.map(\.costSeconds).max() ?? 0
        let time = "at most " + Figures.seconds(Int64(seconds * 1e9))
        guard !state.session.targets.isEmpty else {
            let names = steps.map(\.id).joined(separator: ", ")
            tell("Question \(number): which target may be asked over the network (\(names))?")
            tell("Type host:port or a URL, or ? if there is none.")
            return
        }
        tell("Question \(number) (\(time)): may this be sent now?")
        for step in steps {
            tell("  \(step.command)")
            tell("    \(step.question); effect: \(step.effect.rawValue)")
            if let needs = step.needs { tell("    It needs \(needs).") }
        }
        if steps.contains(where: { $0.effect > .normal }) {
            tell("It may harm the service: ask before you agree; then type 'yes' in full.")
        }
    }

    /// What the answer would separate: who expects the fact, and how much it would tell.
    func why(_ question: Question) -> String {
        let proposal: Proposal
        switch question {
        case .guess: return "Your own words may have meant this; words alone never judge a case."
        case .probes(let proposals):
            return proposals.map { proposal in
                "\(proposal.step.id) may settle \(Figures.plural(proposal.step.facts.count, "fact"))"
                    + ", up to \(Figures.fixed(proposal.gainBits, 2)) bits."
            }.joined(separator: " ")
        case .step(let open): proposal = open
        }
        let step = describe(proposal)
        let bits = Figures.fixed(step.gainBits, 2)
        if step.facts.count > 1 {
            return "It may settle \(Figures.plural(step.facts.count, "fact")), up to \(bits) bits"
                + (step.needs.map { ". It needs \($0)." } ?? ".")
        }
        let expecting = expectations(of: step.id)
        return "\(step.id) would tell \(bits) bits. \(outcomes(step)). Expected by: "
            + (expecting.isEmpty ? "no leading case" : expecting.joined(separator: ", ")) + "."
    }

    /// The leading cases that list the fact, with their word for it.
    private func expectations(of fact: FactID) -> [String] {
        let casebook = state.session.casebook
        let ranking = state.session.engine.rank(state.dialogue.observations, limit: 8)
        return ranking.places.compactMap { place in
            guard let entry = casebook[case: place.id] else { return nil }
            let listing = (entry.symptoms + entry.findings).first { $0.fact == fact }
            return listing.map { "\(place.id) (\($0.frequency.rawValue))" }
        }
    }

    /// The command line that holds everything that was typed, so that it can be taken up again.
    func tellHowToGoOn() {
        let words =
            state.session.targets.map { CommandFilling.quoted($0.words) }
            + state.session.log.entries.compactMap(word)
            + state.session.captures.filter { $0 != "-" }
            .map { "--capture \(CommandFilling.quoted($0))" }
        if words.isEmpty { return }
        tell(
            "To take it up again: inquest diagnose --interactive=plain "
                + words.joined(separator: " "))
    }

    private func word(_ evidence: Evidence) -> String? {
        let isGraded = evidence.source == "operator:probably"
        switch (evidence.instrument, evidence.state) {
        case (.operator, .present):
            return "--symptom \(evidence.id)=\(isGraded ? "probably" : "yes")"
        case (.operator, .absent):
            return "--symptom \(evidence.id)=\(isGraded ? "probably-not" : "no")"
        case (.operator, .unknown): return "--symptom \(evidence.id)=unknown"
        case (.report, .present): return "--symptom \(evidence.id)=yes"
        default: return nil
        }
    }
}
