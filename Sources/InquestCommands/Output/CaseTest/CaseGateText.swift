import Casebook
import Diagnosis
import Triage

/// One case in full: what was looked at, what came out, what would make it stronger.
struct CaseGateText {
    let gate: CaseGate
    let passed: Bool

    private static let label = 12
    private static let mostNeighbours = 3

    func write(_ page: inout TextPage) {
        page.gap()
        page.paragraph(
            "\(gate.id) (\(gate.entry.status.rawValue))",
            label: passed ? "PASSED " : "FAILED ", style: .bold,
            labelStyle: passed ? .good : .alarm)
        fact("Replays", replays, &page)
        fact("Confusion", confusion, &page)
        fact("Decided by", decision, &page)
        fact("Nearest", nearest, &page)
        fact("Found", found, &page)
        for test in gate.replays where !test.passed {
            for fault in CaseTestResults.faults(test) {
                remark("\(test.replay.file): \(fault)", "FAILED ", .alarm, &page)
            }
        }
        for failure in gate.failures { remark(failure.text, "FAILED ", .alarm, &page) }
        for warning in gate.warnings { remark(warning.text, "WARNING ", .caution, &page) }
        if gate.advice.isEmpty { return }
        page.paragraph("What would make it stronger:", indent: 2)
        for advice in gate.advice { page.paragraph(advice.text, label: "- ", indent: 4) }
    }

    private func fact(_ name: String, _ text: String, _ page: inout TextPage) {
        if text.isEmpty { return }
        page.paragraph(text, label: DisplayWidth.pad(name, to: Self.label), indent: 2)
    }

    private func remark(
        _ text: String, _ label: String, _ style: TextPage.Style, _ page: inout TextPage
    ) {
        page.paragraph(text, label: label, indent: 2, labelStyle: style)
    }

    private var replays: String {
        let failed = gate.replays.count { !$0.passed }
        return
            "\(gate.firing.count) must fire, \(gate.replays.count - gate.firing.count) must not: "
            + (failed == 0 ? "all as they must" : "\(failed) not as they must")
    }

    private var confusion: String {
        let wrong = gate.failures.count { $0.check == .confusion }
        let others = Figures.plural(gate.foreignReplays, "replay")
        return wrong == 0
            ? "confirmed on none of \(others) of other cases"
            : "confirmed on \(wrong) of \(others) of other cases"
    }

    private var decision: String {
        if let reason = gate.entry.decision.undecidable { return "undecidable: \(reason)" }
        let rivals = gate.entry.decision.rivals.map(\.id)
        return gate.entry.decision.test
            + (rivals.isEmpty ? " No rivals." : " Rivals: \(rivals.joined(separator: ", ")).")
    }

    private var nearest: String {
        let near = gate.neighbours.prefix(Self.mostNeighbours).map { near in
            let best = near.facts.prefix(2).map(\.fact).joined(separator: ", ")
            return "\(near.other) \(Figures.fixed(near.decibans, 1)) dB"
                + (best.isEmpty ? "" : " (by \(best))")
        }
        return near.isEmpty
            ? "every other case is \(Int(CaseGate.farthest)) dB away or more"
            : near.joined(separator: "; ")
    }

    private var found: String {
        guard let strength = gate.strength else { return "" }
        return "first in \(Figures.share(strength.first)) simulated incidents with typical "
            + "evidence, among the first three in \(Figures.share(strength.firstThree))"
    }
}
