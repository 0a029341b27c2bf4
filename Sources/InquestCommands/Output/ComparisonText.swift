import Casebook
import TrafficAnalysis
import Triage

/// Captures of several points for a person: the points, what happened between them, what was found,
/// and the connections in trouble packet by packet.
struct ComparisonText {
    let run: ComparisonRun

    private var comparison: PathComparison { run.comparison }

    /// Points are called A, B, C from the client's side on.
    static func letter(_ point: Int) -> String {
        String(UnicodeScalar(UInt8(ascii: "A") + UInt8(clamping: point)))
    }

    func page(_ empty: TextPage) -> TextPage {
        var page = empty
        points(&page)
        hops(&page)
        findings(&page)
        for path in comparison.troubled.prefix(Self.shownPaths) {
            PathLadder(path: path).write(&page)
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
                "\(point.name): \(Figures.plural(point.packets, "packet")), "
                    + "\(Figures.plural(point.flows, "flow")), "
                    + "\(Figures.grouped(point.matched)) seen elsewhere too; "
                    + clock(point, isFirst: index == 0),
                label: Self.letter(index) + "  ", indent: 2, labelStyle: .bold)
        }
        page.paragraph(
            "\(Figures.plural(comparison.connections, "connection")), "
                + "\(Figures.grouped(comparison.matched)) seen at two points or more, "
                + "\(Figures.grouped(comparison.troubledCount)) in trouble", indent: 2)
    }

    private func clock(_ point: PathComparison.Point, isFirst: Bool) -> String {
        if isFirst { return "all times are by its clock" }
        guard let clock = point.clock else { return "its clock cannot be told" }
        let sign = clock.offset < 0 ? "-" : "+"
        var text = "clock \(sign)\(Figures.seconds(abs(clock.offset)))"
        if let uncertainty = clock.uncertainty {
            text += " (within \(Figures.seconds(uncertainty)))"
        } else {
            text += " (travel time included: packets of one direction only)"
        }
        if abs(clock.drift) >= 0.5 {
            text +=
                ", \(Figures.number(abs(clock.drift))) ppm "
                + (clock.drift > 0 ? "fast" : "slow")
        }
        return text
    }

    private func hops(_ page: inout TextPage) {
        guard !comparison.hops.isEmpty else { return }
        page.heading("Between the points")
        for hop in comparison.hops {
            let name = "\(Self.letter(hop.from)) - \(Self.letter(hop.to))"
            page.paragraph(
                Figures.plural(hop.connections, "connection") + identities(hop),
                label: name + "  ", indent: 2, labelStyle: .bold)
            side("client's", hop.sides.client, &page)
            side("server's", hop.sides.server, &page)
            for (change, count) in hop.optionChanges.sorted(by: { $0.key < $1.key }) {
                page.paragraph(
                    "\(change) (\(Figures.plural(count, "connection")))", indent: 9,
                    style: .caution)
            }
        }
    }

    private func identities(_ hop: PathHop) -> String {
        FlowIdentity.allCases.filter { $0 != .same }.compactMap { identity in
            hop.identities[identity].map { "; \(Figures.grouped($0)) \(Self.words(identity))" }
        }.joined()
    }

    private static func words(_ identity: FlowIdentity) -> String {
        switch identity {
        case .same: "the same"
        case .renumbered: "with sequence numbers counted anew"
        case .translated: "with translated addresses"
        case .proxied: "over a proxy that passes TLS on"
        case .timeAndSize: "joined by time and size alone (a guess)"
        }
    }

    private func side(
        _ whose: String, _ side: PathHop.Direction, _ page: inout TextPage
    ) {
        let total =
            side.crossed + side.lost + side.appeared + side.lostACKs
            + side.appearedACKs + side.resegmented
        guard total > 0 else { return }
        var parts = ["\(whose): \(Figures.grouped(side.crossed)) passed"]
        if let delay = side.delay {
            parts[0] +=
                " in \(Figures.seconds(delay.least)) to \(Figures.seconds(delay.most)), "
                + "median \(Figures.seconds(delay.median))"
        }
        if side.lost > 0 {
            parts.append(
                "\(Figures.grouped(side.lost)) lost"
                    + (side.lostForGood > 0
                        ? ", \(Figures.grouped(side.lostForGood)) of them for good" : ""))
        }
        if side.lostACKs > 0 {
            parts.append("\(Figures.plural(side.lostACKs, "bare ACK")) lost")
        }
        if side.appeared > 0 {
            parts.append("\(Figures.grouped(side.appeared)) that nobody was seen to send")
        }
        if side.appearedACKs > 0 {
            parts.append(
                "\(Figures.plural(side.appearedACKs, "bare ACK")) that nobody was seen to send")
        }
        if side.resegmented > 0 { parts.append("\(Figures.grouped(side.resegmented)) cut anew") }
        if let step = side.ttlStep, step != 0 {
            parts.append("TTL \(step > 0 ? "-" : "+")\(abs(step))")
        }
        page.paragraph(
            parts.joined(separator: "; "), indent: 9,
            style: side.lostForGood > 0 ? .alarm : .plain)
    }

    private func findings(_ page: inout TextPage) {
        page.heading("Found")
        let present = comparison.findings.filter { $0.state == .present }
        if present.isEmpty { page.line("  nothing that a case asks for") }
        for finding in present {
            let figures = EvidenceText.figures(finding)
            page.paragraph(
                finding.id + (figures.isEmpty ? "" : " (\(figures))"), label: "* ", indent: 2,
                style: .bold)
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
