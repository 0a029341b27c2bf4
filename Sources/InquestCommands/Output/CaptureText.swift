import Casebook
import Dissection
import PacketCapture
import TrafficAnalysis
import Triage

/// A capture for a person: totals, what is wrong in it, what could not be told.
struct CaptureText {
    let capture: CaptureRun

    private var report: CaptureReport { capture.report }

    func page(_ empty: TextPage) -> TextPage {
        var page = empty
        totals(&page)
        present(&page)
        if let ladder = HandshakeLadder(report) { write(ladder, &page) }
        absent(&page)
        unknown(&page)
        notes(&page)
        warnings(&page)
        return page
    }

    private func totals(_ page: inout TextPage) {
        let links = report.linkTypes.joined(separator: ", ")
        let format = [report.format, report.compression].compactMap(\.self)
            .joined(separator: " in ")
        page.paragraph("\(report.file): \(format), \(links)", style: .bold)
        if !capture.files.isEmpty {
            page.paragraph(
                "\(Figures.plural(capture.files.count, "file")) as one capture, in the order of time",
                indent: 2)
        }
        if capture.interrupted {
            page.paragraph("Interrupted: this is what was seen until then.", style: .caution)
        }
        var span = "\(Figures.plural(report.packets, "packet")), \(Figures.bytes(report.bytes))"
        if let first = report.first, let last = report.last {
            span += ", \(Figures.seconds(last - first)) from \(Figures.instant(first))"
        }
        page.paragraph(span, indent: 2)
        let tcp = report.tcp
        page.paragraph(
            "TCP: \(Figures.plural(tcp.flows, "flow")), \(tcp.syn) SYN, \(tcp.rst) RST, "
                + "\(Figures.plural(tcp.retransmitted, "segment")) sent again", indent: 2)
        let tls = report.tls
        page.paragraph(
            "TLS: \(tls.clientHellos) ClientHello, \(tls.serverHellos) ServerHello, "
                + Figures.plural(tls.alerts, "alert"), indent: 2)
        let others = report.otherPackets.rows
        if !others.isEmpty {
            let named = others.prefix(Self.mostProtocols).map { "\($0.packets) \($0.name)" }
            let more = others.count - named.count
            page.paragraph(
                "Not TCP: " + named.joined(separator: ", ")
                    + (more > 0 ? ", and \(more) more" : ""), indent: 2)
        }
    }

    private static let mostProtocols = 8

    private func present(_ page: inout TextPage) {
        let present = report.findings.filter { $0.state == .present }
        page.heading("Found")
        if present.isEmpty { page.line("  nothing that a case asks for") }
        for finding in present {
            EvidenceText.head(finding, &page)
            if !finding.summary.isEmpty { page.paragraph(finding.summary, indent: 4) }
            let places = EvidenceText.places(
                [finding], severalFiles: capture.files.count > 1)
            if !places.isEmpty { page.paragraph(places, indent: 4, style: .dim) }
            for (packet, comment) in comments(finding) {
                page.paragraph("packet \(packet) has a comment: \(comment)", indent: 4)
            }
        }
    }

    private static let mostComments = 5

    /// What somebody wrote at the packets that a finding cites.
    private func comments(_ finding: Evidence) -> [(Int, String)] {
        let packets = Set(finding.locations.compactMap(\.packet))
        return capture.notes.packetComments.filter { packets.contains($0.key) }
            .sorted { $0.key < $1.key }.prefix(Self.mostComments).map { ($0.key, $0.value) }
    }

    /// Remarks on the whole file, and the names of addresses that findings speak of.
    private func notes(_ page: inout TextPage) {
        let notes = capture.notes
        let told = report.findings.map(\.summary).joined(separator: " ")
        let names = notes.names.sorted { $0.key < $1.key }
            .filter { Self.speaks(told, of: "\($0.key)") }
        if notes.comments.isEmpty, notes.packetComments.isEmpty, names.isEmpty { return }
        page.heading("Written in the file")
        for comment in notes.comments.prefix(Self.mostComments) {
            page.paragraph(comment, label: "- ", indent: 2)
        }
        if !notes.packetComments.isEmpty {
            page.paragraph(
                "\(Figures.plural(notes.packetComments.count, "packet")) with a comment",
                label: "- ", indent: 2)
        }
        for (address, name) in names.prefix(Self.mostNames) {
            page.paragraph("\(address) is \(name)", label: "- ", indent: 2)
        }
    }

    private static let mostNames = 20

    /// Whether the address stands there by itself: 10.0.0.1 is not in 10.0.0.12.
    private static func speaks(_ text: String, of address: String) -> Bool {
        text.ranges(of: address).contains { range in
            let before =
                range.lowerBound == text.startIndex
                ? nil : text[text.index(before: range.lowerBound)]
            let after = range.upperBound == text.endIndex ? nil : text[range.upperBound]
            return before?.isHexDigit != true && before != "." && after?.isHexDigit != true
        }
    }

    private func write(_ ladder: HandshakeLadder, _ page: inout TextPage) {
        if page.width == nil { return }
        page.heading(ladder.title)
        for line in ladder.lines {
            page.line("  " + DisplayWidth.pad(line.name, to: 18) + line.drawing)
        }
        page.paragraph(HandshakeLadder.legend, indent: 2, style: .dim)
    }

    private func absent(_ page: inout TextPage) {
        let absent = report.findings.filter { $0.state == .absent }
        if absent.isEmpty { return }
        page.heading("Looked for and not found (\(absent.count))")
        let names = absent.map { $0.id.replacing("capture.", with: "", maxReplacements: 1) }
        page.paragraph(names.joined(separator: ", "), indent: 2, style: .dim)
    }

    private func unknown(_ page: inout TextPage) {
        let unknown = report.findings.filter { $0.state == .unknown }
        if unknown.isEmpty { return }
        page.heading("Could not be told (\(unknown.count))")
        for finding in unknown {
            page.paragraph("\(finding.id): \(finding.summary)", indent: 2, style: .dim)
        }
    }

    private func warnings(_ page: inout TextPage) {
        if capture.warnings.isEmpty { return }
        page.heading("Warnings")
        for warning in capture.warnings {
            page.paragraph(warning.summary, label: "! ", indent: 2, labelStyle: .caution)
        }
    }
}
