import Casebook
import Diagnosis
import Triage

extension PlainDialogue {
    func show(_ question: Question, number: Int) {
        switch question {
        case .guess(let guess):
            let text = conversation.casebook[symptom: guess.fact]?.question ?? guess.fact
            let hint = guess.negated ? " Your words seem to deny it." : ""
            tell("Question \(number), from your words: \(text)\(hint)")
        case .step(let step):
            assessment.together.isEmpty
                ? show(step, number) : show(probes: assessment.together, number)
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

    private func show(probes steps: [NextStep], _ number: Int) {
        let seconds = steps.map(\.costSeconds).max() ?? 0
        let time = "at most " + Figures.seconds(Int64(seconds * 1e9))
        guard !conversation.session.targets.isEmpty else {
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
        guard case .step(let step) = question else {
            return "Your own words may have meant this; words alone never judge a case."
        }
        guard assessment.together.isEmpty else {
            return assessment.together.map { step in
                "\(step.id) may settle \(Figures.plural(step.facts.count, "fact"))"
                    + ", up to \(Figures.fixed(step.gainBits, 2)) bits."
            }.joined(separator: " ")
        }
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
        assessment.result.diagnosis.cases.prefix(8).compactMap { ranked in
            guard let entry = conversation.casebook[case: ranked.id] else { return nil }
            let listing = (entry.symptoms + entry.findings).first { $0.fact == fact }
            return listing.map { "\(ranked.id) (\($0.frequency.rawValue))" }
        }
    }

    /// The command line that holds everything that was typed, so that it can be taken up again.
    func tellHowToGoOn() {
        let words =
            conversation.session.targets.map { CommandFilling.quoted($0.words) }
            + conversation.evidence.compactMap(word)
            + conversation.session.captures.filter { $0 != "-" }
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
