import Casebook
import Diagnosis
import Triage

/// The confusion matrix of cases over replays, and every fault.
struct CaseTestText {
    let results: CasebookTest

    func page(_ empty: TextPage) -> TextPage {
        var page = empty
        matrix(&page)
        healthy(&page)
        faults(&page)
        summary(&page)
        return page
    }

    /// A row a case with replays, a column a case that led somewhere; one letter a case, so that
    /// fifty fit on a line.
    private func matrix(_ page: inout TextPage) {
        let owners = unique(results.replays.map(\.caseID))
        let leaders = unique(owners + results.replays.compactMap(\.leader))
        if owners.isEmpty { return }
        page.heading("Leading case (columns) on the replays of each case (rows)")
        let letters = leaders.indices.map(Self.letter)
        page.line("  " + DisplayWidth.pad("", to: 45) + " " + letters.joined())
        for (index, leader) in leaders.enumerated() where owners.contains(leader) {
            let name = DisplayWidth.pad(
                "\(letters[index]) \(DisplayWidth.cut(leader, to: 42))", to: 45)
            page.line("  " + name + " " + leaders.map { cell(row: leader, column: $0) }.joined())
        }
        for (index, leader) in leaders.enumerated() where !owners.contains(leader) {
            page.line("  \(letters[index]) \(leader) (no replay of its own)", .dim)
        }
    }

    private func unique(_ ids: [CaseID]) -> [CaseID] {
        var seen: Set<CaseID> = []
        return ids.filter { seen.insert($0).inserted }
    }

    private static func letter(_ index: Int) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        return index < letters.count ? String(letters[index]) : "+"
    }

    private func cell(row: CaseID, column: CaseID) -> String {
        let count = results.replays.count { $0.caseID == row && $0.leader == column }
        return count == 0 ? "." : count < 10 ? String(count) : "#"
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

    private func faults(_ page: inout TextPage) {
        for test in results.replays where !test.passed {
            tell("\(test.caseID)/\(test.replay.file)", test.faults, &page)
        }
        for test in results.healthy where !test.passed { tell(test.file, test.faults, &page) }
    }

    private func tell(_ name: String, _ faults: [String], _ page: inout TextPage) {
        page.gap()
        page.paragraph(name, label: "FAILED ", style: .bold, labelStyle: .alarm)
        for fault in faults { page.paragraph(fault, label: "- ", indent: 4) }
    }

    private func summary(_ page: inout TextPage) {
        page.gap()
        if !results.withoutReplays.isEmpty {
            page.paragraph(
                "\(Figures.plural(results.withoutReplays.count, "case")) without a replay: "
                    + results.withoutReplays.joined(separator: ", "), style: .dim)
        }
        if results.errors > 0 {
            page.paragraph(
                "\(Figures.plural(results.errors, "error")) in the case files; "
                    + "'inquest case lint' shows them", style: .caution)
        }
        let failed =
            results.replays.count { !$0.passed } + results.healthy.count { !$0.passed }
        page.paragraph(
            "\(Figures.plural(results.replays.count, "replay")) and "
                + "\(Figures.plural(results.healthy.count, "healthy capture")), \(failed) failed",
            style: failed == 0 ? .good : .alarm)
    }
}
