import Casebook
import Diagnosis
import Triage

/// The results of the gate for a person.
struct CaseTestText {
    let results: CaseTestResults
    let showsMatrix: Bool
    /// Whether to tell each case in full, and what would make it stronger.
    let isDetailed: Bool

    /// Of many cases those that passed are counted only.
    private static let mostRows = 200

    func page(_ empty: TextPage) -> TextPage {
        var page = empty
        if isDetailed {
            for gate in results.gates {
                CaseGateText(gate: gate, passed: results.passed(gate)).write(&page)
            }
        } else {
            table(&page)
        }
        if showsMatrix { ConfusionMatrix(results.replays, width: page.width).draw(&page) }
        healthy(&page)
        if !isDetailed { remarks(&page) }
        summary(&page)
        return page
    }

    // MARK: All cases

    private static let name = 44

    private func table(_ page: inout TextPage) {
        if results.gates.isEmpty { return }
        page.line(
            "  " + DisplayWidth.pad("case", to: Self.name)
                + " fires  not  nearest  found", .bold)
        let isShort = results.gates.count > Self.mostRows
        let shown = results.gates.filter {
            !isShort || !results.passed($0) || !$0.warnings.isEmpty
        }
        for gate in shown.prefix(Self.mostRows) { page.line(row(gate), style(gate)) }
        if shown.count < results.gates.count || shown.count > Self.mostRows {
            let left = results.gates.count - min(shown.count, Self.mostRows)
            page.line("  and \(Figures.grouped(left)) more, see --json", .dim)
        }
        page.gap()
        page.paragraph(
            "fires, not: replays on which the case must fire and must not. nearest: decibans "
                + "that full evidence puts between it and the nearest other case, 10 at least. "
                + "found: how often it comes first in simulated incidents with typical evidence.",
            style: .dim)
    }

    private func row(_ gate: CaseGate) -> String {
        let near = gate.neighbours.first.map { Figures.fixed($0.decibans, 0) } ?? "> 30"
        let found = gate.strength.map { "\(Int(($0.first * 100).rounded())) %" } ?? ""
        let mark = !results.passed(gate) ? " FAILED" : gate.warnings.isEmpty ? "" : " !"
        return "  " + DisplayWidth.pad(DisplayWidth.cut(gate.id, to: Self.name), to: Self.name)
            + Self.right("\(gate.firing.count)", 6)
            + Self.right("\(gate.replays.count - gate.firing.count)", 5)
            + Self.right(near, 9) + Self.right(found, 7) + mark
    }

    private func style(_ gate: CaseGate) -> TextPage.Style {
        !results.passed(gate) ? .alarm : gate.warnings.isEmpty ? .plain : .caution
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - DisplayWidth.of(text))) + text
    }

    private func remarks(_ page: inout TextPage) {
        for gate in results.gates {
            for test in gate.replays where !test.passed {
                tell("\(gate.id)/\(test.replay.file)", CaseTestResults.faults(test), &page)
            }
            if !gate.failures.isEmpty { tell(gate.id, gate.failures.map(\.text), &page) }
        }
        for test in results.healthy where !test.passed {
            tell(test.file, CaseTestResults.faults(test), &page)
        }
        for gate in results.gates.prefix(Self.mostRows) where !gate.warnings.isEmpty {
            page.gap()
            page.paragraph(
                gate.id, label: "WARNING ", style: .bold,
                labelStyle: results.isStrict ? .alarm : .caution)
            for remark in gate.warnings { page.paragraph(remark.text, label: "- ", indent: 4) }
        }
    }

    private func tell(_ name: String, _ faults: [String], _ page: inout TextPage) {
        page.gap()
        page.paragraph(name, label: "FAILED ", style: .bold, labelStyle: .alarm)
        for fault in faults { page.paragraph(fault, label: "- ", indent: 4) }
    }

    private func healthy(_ page: inout TextPage) {
        if results.healthy.isEmpty { return }
        page.heading("Healthy traffic")
        var counts: [String: Int] = [:]
        for test in results.healthy {
            counts[test.verdict?.rawValue ?? "unreadable", default: 0] += 1
        }
        let words = counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        page.paragraph(
            "\(Figures.plural(results.healthy.count, "capture")): "
                + words.joined(separator: ", "), indent: 2)
    }

    private func summary(_ page: inout TextPage) {
        page.gap()
        if results.errors > 0 {
            page.paragraph(
                "\(Figures.plural(results.errors, "error")) in the case files; "
                    + "'inquest case lint' shows them", style: .caution)
        }
        let failed =
            results.gates.count { !results.passed($0) } + results.healthy.count { !$0.passed }
        let healthy =
            results.healthy.isEmpty
            ? "" : ", " + Figures.plural(results.healthy.count, "healthy capture")
        page.paragraph(
            "\(Figures.plural(results.gates.count, "case")), "
                + "\(Figures.plural(results.replays.count, "replay"))\(healthy): \(failed) failed, "
                + Figures.plural(results.warningCount, "warning"),
            style: failed == 0 ? .good : .alarm)
        let advice = results.gates.reduce(0) { $0 + $1.advice.count }
        if !isDetailed, advice > 0 {
            page.paragraph(
                "'inquest case test ID' tells what would make a case stronger", style: .dim)
        }
    }
}
