import Casebook
import Diagnosis
import Triage

/// What to look at next, for a person: the step, how long it takes and what it would tell.
struct NextStepText {
    let result: TriageResult

    private static let shownSteps = 6

    func write(_ page: inout TextPage) {
        if let stop = result.stop, result.diagnosis.verdict != .confirmed,
            result.diagnosis.ground != .nothingAbnormal
        {
            page.heading("No need to ask more")
            page.paragraph(stop.sentence, indent: 2)
        }
        if result.next.isEmpty { return }
        page.heading("Not looked at yet, the most telling for its time first")
        let groups = groupedSteps()
        for group in groups.prefix(Self.shownSteps) { write(group, &page) }
        let rest = groups.count - Self.shownSteps
        if rest > 0 { page.line("  and \(rest) more ('--json' lists them)", .dim) }
    }

    private func write(_ group: [NextStep], _ page: inout TextPage) {
        guard let step = group.first else { return }
        switch step.kind {
        case .ask:
            page.paragraph(step.question, label: "? ", indent: 2)
            page.paragraph("--symptom \(step.id)=yes|no", indent: 4, style: .bold)
        case .run:
            let effect = step.effect == .local ? "" : " (effect: \(step.effect.rawValue))"
            let name = step.byHand ? group.map(\.id).joined(separator: ", ") : step.question
            page.paragraph(name + effect, label: "> ", indent: 2)
            page.command(step.command)
            if step.byHand {
                page.paragraph("then --symptom \(step.id)=yes|no", indent: 4, style: .bold)
            }
        }
        if let needs = step.needs { page.paragraph("It needs \(needs).", indent: 4) }
        page.paragraph(Self.worth(step), indent: 4, style: .dim)
    }

    /// `takes about 5 s; yes: case-a, about 8 in 10; no: none of these, about 6 in 10`.
    static func worth(_ step: NextStep) -> String {
        let time = "takes about " + Figures.seconds(Int64(step.costSeconds * 1e9))
        if step.outcomes.isEmpty {
            let facts = Figures.plural(step.facts.count, "fact")
            return "\(time) and may settle \(facts)"
        }
        return ([time] + step.outcomes.map(\.sentence)).joined(separator: "; ")
    }

    /// One command may settle several findings; it stands where the first of them stood.
    private func groupedSteps() -> [[NextStep]] {
        var groups: [[NextStep]] = []
        for step in result.next {
            let place = groups.firstIndex {
                $0[0].kind == .run && step.kind == .run && $0[0].command == step.command
            }
            if let place { groups[place].append(step) } else { groups.append([step]) }
        }
        return groups
    }
}
