import Casebook
import Probes
import Triage

/// What probes did and saw, for a person.
struct ProbeText {
    let reports: [TargetReport]
    /// For the definitions of findings; without it their ids must do.
    let casebook: Casebook?
    let verbose: Bool
    let isTruncated: Bool
    /// The title of the case that the reports speak for, if one is likely.
    let cause: String?

    func page(_ empty: TextPage) -> TextPage {
        var page = empty
        if isTruncated {
            page.paragraph("Interrupted: this is what was seen until then.", style: .caution)
        }
        if reports.count > 1 && !verbose {
            for report in reports { line(report, &page) }
            totals(&page)
        } else {
            for report in reports { write(report, &page) }
        }
        if let cause {
            page.heading("What it looks like")
            page.paragraph("\(cause). 'inquest diagnose <target> --probe' tells why.", indent: 2)
        }
        return page
    }

    // MARK: Many targets

    private func line(_ report: TargetReport, _ page: inout TextPage) {
        let (mark, style) = Self.mark(report)
        let trouble = report.troubles.map {
            "\($0.check): \($0.result.address) \($0.result.summary)"
        }
        let blind = report.sawNothing ? report.reports.compactMap(\.failure) : []
        page.paragraph(
            (["\(report.target) (\(Figures.seconds(report.duration)))"] + trouble.prefix(2)
                + blind.prefix(1)).joined(separator: "; "),
            label: DisplayWidth.pad(mark, to: 6), labelStyle: style)
    }

    private func totals(_ page: inout TextPage) {
        let bad = reports.count(where: \.hasTrouble)
        let blind = reports.count(where: \.sawNothing)
        page.gap()
        page.paragraph(
            "\(Figures.plural(reports.count, "target")): \(bad) in trouble, \(blind) could not be "
                + "looked at. '-v' shows each at length.")
    }

    private static func mark(_ report: TargetReport) -> (String, TextPage.Style) {
        if report.hasTrouble { return ("BAD", .alarm) }
        return report.sawNothing ? ("?", .caution) : ("ok", .good)
    }

    // MARK: One target

    private func write(_ report: TargetReport, _ page: inout TextPage) {
        page.gap()
        page.paragraph(report.target.description, style: .bold)
        let connections = report.reports.reduce(0) {
            $0 + $1.timelines.count { $0.label != "resolve" }
        }
        page.paragraph(
            "\(Figures.plural(report.reports.count, "check")), "
                + "\(Figures.plural(connections, "connection")), "
                + Figures.seconds(report.duration), indent: 2)
        // Checks that did not even begin are told together.
        let begun = report.reports.filter { $0.failure == nil || !$0.timelines.isEmpty }
        for (place, probe) in begun.enumerated() {
            ProbeCheckText(probe: probe, verbose: verbose, showsLookup: place == 0).write(&page)
        }
        notBegun(report, &page)
        findings(report, &page)
        if let packets = report.packets {
            page.heading("On the wire")
            page.paragraph(
                ProbePacketsText.sentence(packets), indent: 2,
                style: packets.blindness == nil ? .plain : .dim)
        }
    }

    private func notBegun(_ report: TargetReport, _ page: inout TextPage) {
        let groups = report.failuresByReason.filter { reason, _ in !reason.isEmpty }
        let begun = Set(report.reports.filter { !$0.timelines.isEmpty }.map(\.check))
        for (reason, checks) in groups {
            let idle = checks.filter { !begun.contains($0) }
            if idle.isEmpty { continue }
            page.gap()
            page.paragraph(
                "\(idle.joined(separator: ", ")): \(reason)", label: "?   ",
                labelStyle: .caution)
        }
    }

    private func findings(_ report: TargetReport, _ page: inout TextPage) {
        let present = report.evidence.filter { $0.state == .present }
        page.heading("Found")
        if present.isEmpty { page.line("  nothing that a case asks for") }
        for finding in present {
            EvidenceText.head(finding, &page)
            if !finding.summary.isEmpty { page.paragraph(finding.summary, indent: 4) }
            if let kind = casebook?[finding: finding.id] {
                page.paragraph("It means: \(kind.definition)", indent: 4, style: .dim)
            }
        }
        let absent = report.evidence.filter { $0.state == .absent }.map(\.id)
        if !absent.isEmpty {
            page.heading("Looked for and not found (\(absent.count))")
            page.paragraph(absent.joined(separator: ", "), indent: 2, style: .dim)
        }
        unknown(report, &page)
    }

    /// Findings with the same reason stand together.
    private func unknown(_ report: TargetReport, _ page: inout TextPage) {
        let unknown = report.evidence.filter { $0.state == .unknown }
        if unknown.isEmpty { return }
        page.heading("Could not be told (\(unknown.count))")
        var reasons: [String] = []
        for finding in unknown where !reasons.contains(finding.summary) {
            reasons.append(finding.summary)
        }
        for reason in reasons {
            let ids = unknown.filter { $0.summary == reason }.map(\.id)
            page.paragraph(
                "\(ids.joined(separator: ", ")): \(reason)", indent: 2, style: .dim)
        }
    }
}
