import Casebook
import HostInspection
import Triage

/// A look at a host for a person: what is wrong first, then what supports it.
struct HostText {
    let record: HostRecord

    private static let shownCounters = 20
    private static let shownLimits = 8
    /// Share of a limit from which it is worth a line.
    private static let tellingShare = 0.5
    /// Percent of a minute in which a task stood still, from which that is worth a line.
    private static let tellingPressure = 10.0

    func page(_ empty: TextPage) -> TextPage {
        var page = empty
        head(&page)
        wrong(&page)
        service(&page)
        sockets(&page)
        counters(&page)
        limits(&page)
        pressure(&page)
        services(&page)
        logs(&page)
        absent(&page)
        unknown(&page)
        warnings(&page)
        next(&page)
        return page
    }

    private func head(_ page: inout TextPage) {
        let run = record.run
        var text = "\(record.name): Linux \(record.latest.kernel), \(Figures.instant(run.time))"
        if run.context.second != nil {
            text += ", two looks \(Figures.number(run.context.interval)) s apart"
        }
        page.paragraph(text, style: .bold)
        if run.interrupted {
            page.paragraph("Interrupted: this is what was seen until then.", style: .caution)
        }
    }

    private func wrong(_ page: inout TextPage) {
        let all = record.findings.filter { $0.state == .present }
        // Settings are risks; what happens now comes first.
        let isSetting = { (finding: Evidence) in finding.id.hasPrefix("host.sysctl.") }
        let present = all.filter { !isSetting($0) } + all.filter(isSetting)
        page.heading("Found")
        if present.isEmpty { page.line("  nothing that a case asks for") }
        for finding in present {
            // How many there are is in the sentence.
            let measure = finding.measure.flatMap { $0.unit == "count" ? nil : $0 }
            let figures = measure.map(Figures.measure) ?? ""
            page.paragraph(
                finding.id + (figures.isEmpty ? "" : " (\(figures))"), label: "* ", indent: 2,
                style: .bold)
            if !finding.summary.isEmpty { page.paragraph(finding.summary, indent: 4) }
            let places = EvidenceText.places([finding], severalFiles: true)
            if !finding.locations.isEmpty { page.paragraph(places, indent: 4, style: .dim) }
        }
    }

    private func counters(_ page: inout TextPage) {
        // Without a second look, `unknown` says what would give one.
        guard record.run.context.second != nil else { return }
        let moved = record.moved.compactMap { rate in
            CounterMeaning.text(of: rate.name).map { (rate, $0) }
        }
        page.heading("Counters that moved (per minute)")
        if moved.isEmpty { page.line("  none that we have words for") }
        for (rate, meaning) in moved.prefix(Self.shownCounters) {
            page.paragraph(
                "\(Figures.number(rate.perMinute))  \(record.redactor.text(rate.name)): \(meaning)",
                label: "- ", indent: 2)
        }
        let rest = moved.count - Self.shownCounters
        if rest > 0 { page.line("  and \(rest) more ('--json' lists them)", .dim) }
    }

    private func limits(_ page: inout TextPage) {
        let used = record.latest.limits.compactMap { limit in limit.share.map { (limit, $0) } }
            .filter { $0.1 >= Self.tellingShare && !$0.0.name.hasPrefix("entropy") }.sorted {
                $0.1 > $1.1
            }
        if used.isEmpty { return }
        page.heading("Limits more than half used")
        for (limit, share) in used.prefix(Self.shownLimits) {
            let subject = limit.subject.isEmpty ? "" : " of \(record.redactor.text(limit.subject))"
            page.paragraph(
                "\(Int((share * 100).rounded())) %  \(limit.name)\(subject)", label: "- ",
                indent: 2)
        }
        let rest = used.count - Self.shownLimits
        if rest > 0 { page.line("  and \(rest) more ('--json' lists them)", .dim) }
    }

    /// Pressure stall information: how long tasks waited for something that was short.
    private func pressure(_ page: inout TextPage) {
        let high = record.latest.system.pressure
            .filter { $0.average60 >= Self.tellingPressure && $0.kind == "some" }
            .sorted { $0.average60 > $1.average60 }
        if high.isEmpty { return }
        page.heading("Pressure: of the last minute some task waited")
        for pressure in high.prefix(Self.shownLimits) {
            let place =
                pressure.subject.isEmpty ? "" : " in " + record.redactor.text(pressure.subject)
            page.paragraph(
                "\(Figures.number(pressure.average60)) % for \(pressure.resource)\(place)",
                label: "- ", indent: 2)
        }
    }

    private func next(_ page: inout TextPage) {
        page.gap()
        page.line("'inquest diagnose --host --watch 10' looks twice and names likely causes.")
    }
}
