import Casebook
import HostInspection
import TerminalUI
import Triage

/// A picture of this host as text.
struct HostPage {
    let picture: HostPicture

    private static let (mostGroups, mostCounters, mostLimits) = (200, 60, 40)
    /// Share of a limit from which it is trouble.
    private static let nearlyFull = 0.8

    func page(width: Int) -> Page {
        var page = Page(width: width)
        found(on: &page)
        sockets(on: &page)
        counters(on: &page)
        limits(on: &page)
        if !picture.obstacles.isEmpty {
            page.heading("Could not be looked at")
            for obstacle in picture.obstacles { page.paragraph(obstacle, indent: 2, style: .dim) }
        }
        return page
    }

    private func found(on page: inout Page) {
        page.heading("Found")
        if picture.findings.isEmpty {
            page.paragraph("nothing that a case asks for", indent: 2, style: .dim)
        }
        for finding in picture.findings {
            page.paragraph(
                finding.summary.isEmpty ? finding.id : finding.summary, label: "! ", indent: 2,
                labelStyle: .alarm)
        }
    }

    private func sockets(on page: inout Page) {
        page.heading(
            "Sockets: \(Figures.grouped(picture.sockets)) in "
                + "\(Figures.plural(picture.groups.count, "group")), the most silent first")
        let narrow = page.width < 76
        let columns = narrow ? [7, 12, 11, 8] : [7, 13, 16, 10]
        let rest = page.width - columns.reduce(0, +) - 2
        row(["count", "state", "program", "silent", "where"], columns, rest, .dim, on: &page)
        for group in picture.groups.prefix(Self.mostGroups) {
            let words = trouble(group)
            let direction = group.state == .listen ? "on" : group.isOutbound ? "to" : "at"
            row(
                [
                    Figures.grouped(group.count), group.state.name,
                    group.program ?? "unknown", silence(group),
                    "\(direction) \(group.endpoint.description)"
                        + (words.isEmpty ? "" : ", " + words.joined(separator: ", ")),
                ], columns, rest, words.isEmpty ? .plain : .caution, on: &page)
        }
        more(picture.groups.count - Self.mostGroups, "group", on: &page)
    }

    private func row(
        _ texts: [String], _ columns: [Int], _ rest: Int, _ style: Style, on page: inout Page
    ) {
        let count = CharacterWidth.cut(texts[0], to: columns[0] - 2)
        var text = String(repeating: " ", count: columns[0] - 2 - CharacterWidth.of(count)) + count
        text += "  "
        for (word, width) in zip(texts[1...3], columns[1...]) {
            text += CharacterWidth.fit(word, to: width - 1) + " "
        }
        page.line(StyledLine(text + CharacterWidth.cut(texts[4], to: rest), style))
    }

    private func silence(_ group: SocketGroup) -> String {
        guard group.withInfo > 0, group.state != .listen, group.state != .synSent else {
            return "-"
        }
        return Figures.seconds(Int64(group.longestSilence) * 1_000_000)
    }

    private func trouble(_ group: SocketGroup) -> [String] {
        var words: [String] = []
        if group.state == .listen {
            if group.receiveQueue > 0 { words.append("\(group.receiveQueue) wait for accept") }
            return words
        }
        if group.askedNeverAnswered > 0 { words.append("\(group.askedNeverAnswered) unanswered") }
        if group.receiveQueue > 0 { words.append("\(Figures.bytes(group.receiveQueue)) unread") }
        if group.sendQueue > 0 { words.append("\(Figures.bytes(group.sendQueue)) unsent") }
        return words
    }

    private func counters(on page: inout Page) {
        let since = picture.since > 0 ? " in \(Figures.seconds(picture.since))" : ""
        page.heading("Counters that moved\(since)")
        if picture.since == 0 {
            return page.paragraph("come with the next look", indent: 2, style: .dim)
        }
        if picture.moved.isEmpty { page.paragraph("none", indent: 2, style: .dim) }
        if !picture.moved.isEmpty {
            let heads =
                CharacterWidth.fit("now", to: 14) + " " + CharacterWidth.fit("in all", to: 9)
            page.line(StyledLine("  " + heads + " counter", .dim))
        }
        for counter in picture.moved.prefix(Self.mostCounters) {
            let rate =
                counter.perMinute.map { $0 > 0 ? "\(Figures.number($0)) a min" : "still" } ?? ""
            let label =
                CharacterWidth.fit(rate, to: 14) + " "
                + CharacterWidth.fit("+" + Figures.grouped(Int(clamping: counter.increase)), to: 9)
            page.paragraph(
                [Span(counter.name, .strong), Span(": " + counter.meaning, .dim)],
                label: label + " ", indent: 2)
        }
        more(picture.moved.count - Self.mostCounters, "counter", on: &page)
    }

    private func limits(on page: inout Page) {
        page.heading("Limits")
        if picture.limits.isEmpty { page.paragraph("none could be read", indent: 2, style: .dim) }
        for use in picture.limits.prefix(Self.mostLimits) {
            let share = "\(Int((min(9.99, use.share) * 100).rounded())) %"
            let subject = use.limit.subject.isEmpty ? "" : " of \(use.limit.subject)"
            page.paragraph(
                [
                    Span(use.limit.name, .strong), Span(subject),
                    Span(
                        "  \(amount(use.limit.used.value, use.limit)) of "
                            + amount(use.limit.maximum.value ?? nil, use.limit), .dim),
                ],
                label: Widgets.bar(use.share, cells: 10) + CharacterWidth.fit(" " + share, to: 7),
                indent: 2, labelStyle: use.share >= Self.nearlyFull ? .alarm : .plain)
        }
        more(picture.limits.count - Self.mostLimits, "limit", on: &page)
    }

    private func amount(_ value: UInt64?, _ limit: Limit) -> String {
        guard let value else { return "?" }
        switch limit.unit {
        case "bytes": return Figures.bytes(value)
        case "percent": return "\(value) %"
        default: return Figures.grouped(Int(clamping: value))
        }
    }

    private func more(_ count: Int, _ word: String, on page: inout Page) {
        if count > 0 {
            page.paragraph("and \(Figures.plural(count, "more " + word))", indent: 2, style: .dim)
        }
    }
}
