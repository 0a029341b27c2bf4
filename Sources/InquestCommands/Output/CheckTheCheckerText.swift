import Probes
import Triage

/// What a health check can and cannot see, for a person.
struct CheckTheCheckerText {
    let report: CheckTheCheckerReport
    let limit: Double

    /// Lines of the check's own output; the first ones usually say why.
    private static let shownLines = 3
    private static let longestLine = 160

    func page(_ empty: TextPage) -> TextPage {
        var page = empty
        page.paragraph(summary, style: report.unseen.isEmpty ? .bold : .alarm)
        page.command(report.command)
        for trial in report.trials { write(trial, &page) }
        habits(&page)
        return page
    }

    static func nagiosLine(_ report: CheckTheCheckerReport) -> [UInt8] {
        let summary = CheckTheCheckerText(report: report, limit: 0).summary
        let word =
            !report.isMeaningful || report.interrupted
            ? "UNKNOWN" : report.unseen.isEmpty ? "OK" : "CRITICAL"
        return NagiosLine.line(word, summary, "unseen=\(report.unseen.count);;;0;4")
    }

    private var summary: String {
        if report.interrupted { return "Interrupted: this is what was tried until then." }
        if report.trials.contains(where: { $0.verdict == .neverConnected }) {
            return "The check did not connect to the server it was given; it asks somebody else."
        }
        if !report.isMeaningful {
            return "The check does not pass a server that works, so its failures say nothing here."
        }
        let limits =
            report.outOfReach.isEmpty ? "" : " It speaks no TLS, so it knows nothing of TLS faults."
        if report.unseen.isEmpty {
            return "The check sees every fault that it was tried on." + limits
        }
        let faults = report.unseen.map(\.fault).joined(separator: "; ")
        return "The check cannot see a server that: \(faults)." + limits
    }

    private func write(_ trial: CheckTrial, _ page: inout TextPage) {
        let (mark, style) = Self.mark(trial.verdict)
        page.gap()
        page.paragraph(
            "a server that \(trial.server.fault): \(Self.sentence(trial, limit))",
            label: DisplayWidth.pad(mark, to: 7), labelStyle: style)
        for line in shown(trial.output) {
            page.paragraph(line, label: "| ", indent: 7, style: .dim)
        }
    }

    private func shown(_ output: String) -> [String] {
        let lines = output.split(whereSeparator: \.isNewline)
        return lines.prefix(Self.shownLines).map { String($0.prefix(Self.longestLine)) }
    }

    private static func mark(_ verdict: CheckTrial.Verdict) -> (String, TextPage.Style) {
        switch verdict {
        case .right: ("ok", .good)
        case .blind, .falseAlarm: ("WRONG", .alarm)
        case .hangs: ("HANGS", .caution)
        case .notApplicable, .neverConnected, .interrupted: ("-", .dim)
        }
    }

    static func sentence(_ trial: CheckTrial, _ limit: Double) -> String {
        let took = Figures.seconds(Int64(trial.seconds * 1e9))
        let ended =
            switch trial.end {
            case .exited(let code): "exit \(code) after \(took)"
            case .signalled(let number): "ended by signal \(number) after \(took)"
            case .killed: "still running after \(Figures.number(limit)) s, and killed"
            case .interrupted: "interrupted after \(took)"
            }
        return switch trial.verdict {
        case .right where trial.server == .good: "passes (\(ended))"
        case .right: "noticed (\(ended))"
        case .blind: "passes all the same (\(ended))"
        case .falseAlarm: "fails (\(ended))"
        case .hangs: "\(ended); who runs it must give it a deadline and count that as failed"
        case .notApplicable: "the check speaks no TLS, so it never meets this fault (\(ended))"
        case .neverConnected: "the check did not connect (\(ended))"
        case .interrupted: ended
        }
    }

    private func habits(_ page: inout TextPage) {
        if report.habits.isEmpty { return }
        page.heading("What the check itself does to a server")
        for habit in report.habits {
            page.paragraph(Self.sentence(habit), label: "! ", indent: 2, labelStyle: .caution)
        }
    }

    static func sentence(_ habit: CheckTheCheckerReport.Habit) -> String {
        switch habit {
        case .saysNothing:
            "It connects and says nothing: it sees that the kernel accepts connections, which it "
                + "does for a hung process too."
        case .holdsSilently:
            "It keeps a connection open for a second or more without a byte: a server that "
                + "handshakes in its accept loop serves nobody meanwhile "
                + "(inquest case show blocking-tls-accept-held-by-silent-client)."
        case .skipsCloseNotify:
            "It ends TLS without close_notify: some servers then forget the session, and every "
                + "later check costs a full handshake "
                + "(inquest case show tls-session-invalidated-by-missing-close-notify)."
        }
    }
}
