import Casebook
import Probes
import Triage

/// What probes would send, at most: shown before anything is sent.
struct ProbePlans {
    struct Entry {
        var target: ProbeTarget
        var probe: any Probe.Type
        var plan: ProbePlan
        /// Whether the figures are for each address that the host's name has.
        var isPerAddress: Bool
    }

    let entries: [Entry]
    let omitted: [(ProbeTarget, ProbeBundle.Omission)]
    let inFlight: Int

    /// - Parameter effect: only probes with more effect than this; `nil` for all.
    init(_ request: ProbeRequest, atLeast effect: EffectClass? = nil, bundles: Bool = false) {
        entries = request.jobs.flatMap { job in
            job.probes.filter { probe in effect.map { probe.effect > $0 } ?? true }.map { probe in
                Entry(
                    target: job.target, probe: probe,
                    plan: probe.plan(job.target, request.options, addresses: 1),
                    isPerAddress: SocketAddress(numeric: job.target.host, port: 1) == nil)
            }
        }
        omitted =
            bundles
            ? request.jobs.flatMap { job in
                ProbeBundle(for: job.target, request.options).omitted.map { (job.target, $0) }
            } : []
        inFlight = request.inFlight
    }

    var connections: Int { entries.reduce(0) { $0 + $1.plan.connections } }
    var bytes: Int { entries.reduce(0) { $0 + $1.plan.bytes } }

    /// More entries than this are counted, not listed.
    private static let shown = 200

    func page(_ empty: TextPage) -> TextPage {
        var page = empty
        page.line("What would be sent, at most:", .bold)
        var last: ProbeTarget?
        for entry in entries.prefix(Self.shown) {
            if entry.target != last {
                page.gap()
                page.paragraph(entry.target.description, style: .bold)
                last = entry.target
            }
            write(entry, &page)
        }
        if entries.count > Self.shown {
            page.line("  and \(Figures.grouped(entries.count - Self.shown)) more")
        }
        page.gap()
        page.paragraph(
            "In all \(Figures.plural(connections, "connection")) and "
                + "\(Figures.bytes(UInt64(bytes)))\(entries.contains(where: \.isPerAddress) ? ", times the addresses that a name has" : "")."
        )
        if !omitted.isEmpty { writeOmitted(&page) }
        return page
    }

    private func write(_ entry: Entry, _ page: inout TextPage) {
        let plan = entry.plan
        page.paragraph(
            "\(Figures.plural(plan.connections, "connection")), "
                + "\(Figures.bytes(UInt64(plan.bytes))), \(Figures.number(plan.seconds)) s"
                + (entry.isPerAddress ? ", for each address" : "")
                + "; effect: \(entry.probe.effect.rawValue)",
            label: DisplayWidth.pad(entry.probe.name + ":", to: 18), indent: 2,
            labelStyle: entry.probe.effect > .normal ? .caution : .bold)
        page.paragraph(plan.description, indent: 20, style: .dim)
        if !plan.needs.isEmpty {
            page.paragraph("It needs \(plan.needs.joined(separator: ", ")).", indent: 20)
        }
    }

    private func writeOmitted(_ page: inout TextPage) {
        page.heading("Left out unless named")
        for (_, omission) in omitted.prefix(Self.shown) {
            page.paragraph(
                "\(omission.probe.name) (\(Self.words(omission.reason)))", label: "- ", indent: 2,
                style: .dim)
        }
    }

    static func words(_ reason: ProbeBundle.Reason) -> String {
        switch reason {
        case .tooLong(let seconds): "takes up to \(Figures.number(seconds)) s"
        case .effect(let effect): "effect: \(effect.rawValue)"
        }
    }

    /// `inquest.probe-plan/1`.
    func document() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", "inquest.probe-plan/1")
            writer.member("inquest", Inquest.version)
            writer.member("checks", array: entries) { $0.plan($1) }
            writer.member("connections", connections)
            writer.member("bytes", bytes)
            writer.member("in_flight", inFlight)
            writer.member("left_out", array: omitted) { writer, entry in
                writer.object { writer in
                    writer.member("target", entry.0.description)
                    writer.member("check", entry.1.probe.name)
                    writer.member("reason", Self.words(entry.1.reason))
                }
            }
        }
        writer.endLine()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func plan(_ entry: ProbePlans.Entry) {
        object { writer in
            writer.member("target", entry.target.description)
            writer.member("check", entry.probe.name)
            writer.member("effect", entry.probe.effect.rawValue)
            writer.member("connections", entry.plan.connections)
            writer.member("bytes", entry.plan.bytes)
            writer.member("seconds", number: entry.plan.seconds)
            writer.member("per_address", entry.isPerAddress)
            writer.member("needs", strings: entry.plan.needs)
            writer.member("does", entry.plan.description)
        }
    }
}
