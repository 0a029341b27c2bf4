import Casebook
import TrafficAnalysis

/// A drawing of handshakes that were held and then released: who was silent, who waited, and that
/// the waiting ended together.
///
///     flow 0 silent |..............................x      |
///     flow 3 waited |      wwwwwwwwwwwwwwwwwwwwwwwwwS---  |
struct HandshakeLadder {
    private struct Row {
        var flow: Int
        var first: Int64
        var last: Int64
        /// When the ServerHello came; `nil` for the silent flow.
        var answered: Int64?
    }

    private static let finding = "capture.tls.hello-released-by-silent-flow-end"
    /// A wait as long as the finding asks for, in nanoseconds.
    private static let longWait: Int64 = 1_000_000_000
    private static let columns: Int64 = 52
    private static let maximumRows = 12

    private let server: String
    private let rows: [Row]
    private let start: Int64
    private let end: Int64

    /// `nil` when the capture shows no such thing.
    init?(_ report: CaptureReport) {
        guard let evidence = report.findings.first(where: { $0.id == Self.finding }),
            evidence.state == .present, let cited = evidence.locations.compactMap(\.flow).first
        else { return nil }
        var endpoint: FlowRecord.Endpoint?
        report.forEachFlow { if $0.flow == cited { endpoint = $0.server } }
        guard let endpoint else { return nil }
        server = "\(endpoint.address) port \(endpoint.port)"
        var waiting: [Row] = []
        var silent: [Row] = []
        report.forEachFlow { flow in
            guard flow.server == endpoint else { return }
            if let wait = flow.tls?.serverHelloAfter, wait >= Self.longWait {
                waiting.append(Self.row(flow, answered: flow.first + wait))
            } else if (flow.tls?.serverHellos ?? 0) == 0, flow.last - flow.first >= Self.longWait {
                silent.append(Self.row(flow, answered: nil))
            }
        }
        guard let first = waiting.map(\.first).min(),
            let released = waiting.compactMap(\.answered).max()
        else { return nil }
        let holders = silent.filter { $0.first <= released && $0.last >= first }
        rows = (holders.prefix(Self.maximumRows / 2) + waiting.prefix(Self.maximumRows / 2))
            .sorted { ($0.first, $0.flow) < ($1.first, $1.flow) }
        start = rows.map(\.first).min() ?? first
        end = max(rows.map(\.last).max() ?? released, start + 1)
    }

    private static func row(_ flow: FlowRecord, answered: Int64?) -> Row {
        Row(flow: flow.flow, first: flow.first, last: flow.last, answered: answered)
    }

    func write(_ page: inout TextPage) {
        if page.width == nil { return }
        page.heading("Handshakes held at \(server), \(Figures.seconds(end - start)) across")
        for row in rows {
            let name = "flow \(row.flow) \(row.answered == nil ? "silent" : "waited")"
            page.line("  " + DisplayWidth.pad(name, to: 18) + "|" + drawing(row) + "|")
        }
        page.paragraph(
            ". open and silent, x its end; w waiting, S ServerHello", indent: 2,
            style: .dim)
    }

    private func drawing(_ row: Row) -> String {
        var cells = [Character](repeating: " ", count: Int(Self.columns))
        let from = column(row.first)
        let to = column(row.last)
        if let answered = row.answered {
            let release = min(column(answered), to)
            for cell in from..<max(from, release) { cells[cell] = "w" }
            for cell in release...to { cells[cell] = "-" }
            cells[release] = "S"
        } else {
            for cell in from...to { cells[cell] = "." }
            cells[to] = "x"
        }
        return String(cells)
    }

    private func column(_ time: Int64) -> Int {
        let share = Double(time - start) / Double(end - start)
        return min(Int(Self.columns) - 1, max(0, Int(share * Double(Self.columns - 1))))
    }
}
