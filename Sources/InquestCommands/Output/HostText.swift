import Casebook
import HostInspection
import Triage

/// A look at a host for a person: what is wrong first, then what supports it.
struct HostText {
    let record: HostRecord

    private static let shownGroups = 12
    private static let shownCounters = 20
    private static let shownLimits = 8
    /// Share of a limit from which it is worth a line.
    private static let tellingShare = 0.5

    func page(_ empty: TextPage) -> TextPage {
        var page = empty
        head(&page)
        wrong(&page)
        service(&page)
        sockets(&page)
        counters(&page)
        limits(&page)
        services(&page)
        logs(&page)
        rest(&page)
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
        let present = record.findings.filter { $0.state == .present }
        page.heading("Found")
        if present.isEmpty { page.line("  nothing that a case asks for") }
        for finding in present {
            let figures = EvidenceText.figures(finding)
            page.paragraph(
                finding.id + (figures.isEmpty ? "" : " (\(figures))"), label: "* ", indent: 2,
                style: .bold)
            if !finding.summary.isEmpty { page.paragraph(finding.summary, indent: 4) }
            let places = EvidenceText.places([finding], severalFiles: true)
            if !finding.locations.isEmpty { page.paragraph(places, indent: 4, style: .dim) }
        }
    }

    private func sockets(_ page: inout TextPage) {
        guard case .known(let table) = record.latest.sockets, !table.sockets.isEmpty else { return }
        let groups = record.groups
        page.heading(
            "Sockets: \(Figures.grouped(table.sockets.count)) in "
                + Figures.plural(groups.count, "group") + ", the most silent first")
        for group in SocketGroup.ordered(groups).prefix(Self.shownGroups) {
            page.paragraph(told(group), label: "- ", indent: 2)
        }
        let rest = groups.count - Self.shownGroups
        if rest > 0 { page.line("  and \(rest) more groups ('--json' lists them)", .dim) }
        if table.unreadableProcesses > 0 {
            let hidden = Figures.plural(table.unreadableProcesses, "process", "processes")
            page.paragraph(
                "Owners may be missing: \(hidden) may not be looked into; root may.", indent: 2,
                style: .dim)
        }
    }

    /// `111 ESTABLISHED of apache2 to [2001:db8::1]:80, silent 38 to 40 min, no timer`
    private func told(_ group: SocketGroup) -> String {
        let owner = group.program ?? (group.state.hasOwner ? "an unknown owner" : "the kernel")
        let direction = group.state == .listen ? "on" : group.isOutbound ? "to" : "at"
        var text =
            "\(Figures.grouped(group.count)) \(group.state.name) of \(owner) \(direction) "
            + record.redactor.endpoint(group.endpoint)
        if group.state == .listen {
            if group.receiveQueue > 0 { text += ", \(group.receiveQueue) waiting to be accepted" }
            return text
        }
        // Of a connection that was never made the kernel tells no age.
        if group.withInfo > 0, group.state != .synSent {
            let (least, most) = (seconds(group.shortestSilence), seconds(group.longestSilence))
            text += ", silent " + (least == most ? most : "\(least) to \(most)")
        }
        if group.askedNeverAnswered > 0 {
            text += ", \(group.askedNeverAnswered) asked and never answered"
        }
        if group.state == .established, group.withoutTimer == group.count {
            text += ", no timer: the kernel will not end them"
        }
        if group.receiveQueue > 0 { text += ", \(Figures.bytes(group.receiveQueue)) unread" }
        if group.sendQueue > 0 { text += ", \(Figures.bytes(group.sendQueue)) unsent" }
        return text
    }

    private func seconds(_ milliseconds: UInt32) -> String {
        Figures.seconds(Int64(milliseconds) * 1_000_000)
    }

    private func counters(_ page: inout TextPage) {
        guard record.run.context.second != nil else {
            if record.run.wish.looksAtHost {
                page.heading("Counters")
                page.line("  need a second look: --watch 10", .dim)
            }
            return
        }
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
}

extension TCPState {
    /// Others live on without a process, or do not have one yet.
    fileprivate var hasOwner: Bool {
        switch self {
        case .timeWait, .synReceived, .newSynReceived, .finWait1, .finWait2, .closing, .lastACK:
            false
        default: true
        }
    }
}
