import Casebook
import TrafficAnalysis
import Triage

/// Captures of several points for a person: the points, what happened between them, what was found,
/// and the connections in trouble packet by packet.
struct ComparisonText {
    let run: ComparisonRun

    private var comparison: PathComparison { run.comparison }

    func page(_ empty: TextPage) -> TextPage {
        var page = empty
        points(&page)
        hops(&page)
        findings(&page)
        for path in comparison.troubled.prefix(Self.shownPaths) {
            write(PathLadder(path), &page)
        }
        more(&page)
        warnings(&page)
        return page
    }

    private static let shownPaths = 3

    private func points(_ page: inout TextPage) {
        page.paragraph(
            "\(comparison.points.count) points, from the client to the server", style: .bold)
        if run.interrupted {
            page.paragraph("Interrupted: this is what was seen until then.", style: .caution)
        }
        for (index, point) in comparison.points.enumerated() {
            page.paragraph(
                PointWords.point(point, isFirst: index == 0),
                label: PointWords.letter(index) + "  ", indent: 2, labelStyle: .bold)
        }
        page.paragraph(PointWords.connections(comparison), indent: 2)
    }

    private func hops(_ page: inout TextPage) {
        guard !comparison.hops.isEmpty else { return }
        page.heading("Between the points")
        for hop in comparison.hops {
            page.paragraph(
                PointWords.connections(hop), label: PointWords.name(hop) + "  ", indent: 2,
                labelStyle: .bold)
            for (whose, side) in [("client's", hop.sides.client), ("server's", hop.sides.server)] {
                guard let words = PointWords.side(whose, side) else { continue }
                page.paragraph(words, indent: 9, style: side.lostForGood > 0 ? .alarm : .plain)
            }
            for change in PointWords.changes(hop) {
                page.paragraph(change, indent: 9, style: .caution)
            }
        }
    }

    private func write(_ ladder: PathLadder, _ page: inout TextPage) {
        page.heading(ladder.title)
        for line in ladder.lines(width: page.width) {
            let style: TextPage.Style =
                switch line.kind {
                case .packet: .plain
                case .lost: .alarm
                case .heads, .pause, .more: .dim
                }
            page.line("  " + line.text, style)
        }
        page.paragraph(PathLadder.legend, indent: 2, style: .dim)
    }

    private func findings(_ page: inout TextPage) {
        page.heading("Found")
        let present = comparison.findings.filter { $0.state == .present }
        if present.isEmpty { page.line("  nothing that a case asks for") }
        for finding in present {
            EvidenceText.head(finding, &page)
            page.paragraph(finding.summary, indent: 4)
            page.paragraph(
                EvidenceText.places([finding], severalFiles: true), indent: 4, style: .dim)
        }
        for state in [FactState.absent, .unknown] {
            let names = comparison.findings.filter { $0.state == state }.map(\.id)
            if names.isEmpty { continue }
            page.paragraph(
                (state == .absent ? "not found: " : "could not be told: ")
                    + names.joined(separator: ", "), indent: 2, style: .dim)
        }
    }

    private func more(_ page: inout TextPage) {
        let left = comparison.troubledCount - min(comparison.troubled.count, Self.shownPaths)
        guard left > 0 else { return }
        page.gap()
        page.paragraph(
            "\(Figures.plural(left, "more connection")) in trouble; the first "
                + "\(comparison.troubled.count) are in --json", style: .dim)
    }

    private func warnings(_ page: inout TextPage) {
        if run.warnings.isEmpty { return }
        page.heading("Warnings")
        for warning in run.warnings {
            page.paragraph(warning.summary, label: "! ", indent: 2, labelStyle: .caution)
        }
    }
}
