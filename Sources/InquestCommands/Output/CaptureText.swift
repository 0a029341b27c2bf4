import Casebook
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
        warnings(&page)
        return page
    }

    private func totals(_ page: inout TextPage) {
        let links = report.linkTypes.joined(separator: ", ")
        let format = [report.format, report.compression].compactMap(\.self)
            .joined(separator: " in ")
        page.paragraph("\(report.file): \(format), \(links)", style: .bold)
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
    }

    private func present(_ page: inout TextPage) {
        let present = report.findings.filter { $0.state == .present }
        page.heading("Found")
        if present.isEmpty { page.line("  nothing that a case asks for") }
        for finding in present {
            let figures = EvidenceText.figures(finding)
            page.paragraph(
                finding.id + (figures.isEmpty ? "" : " (\(figures))"), label: "* ", indent: 2,
                style: .bold)
            if !finding.summary.isEmpty { page.paragraph(finding.summary, indent: 4) }
            let places = EvidenceText.places([finding], severalFiles: false)
            if !places.isEmpty { page.paragraph(places, indent: 4, style: .dim) }
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
