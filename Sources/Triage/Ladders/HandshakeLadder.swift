import Casebook
public import TrafficAnalysis

/// A drawing of handshakes that were held and then released: who was silent, who waited, and that
/// the waiting ended together.
///
///     flow 0 silent |..............................x      |
///     flow 3 waited |      wwwwwwwwwwwwwwwwwwwwwwwwwS---  |
public struct HandshakeLadder: Sendable {
    private typealias Row = HandshakeWaits.Wait

    /// One connection.
    public struct Line: Sendable {
        /// `flow 3 waited`
        public var name: String
        public var drawing: String
    }

    private static let finding = "capture.tls.hello-released-by-silent-flow-end"
    private static let columns: Int64 = 52
    private static let maximumRows = 12

    private let server: String
    private let waits: [Row]
    private let start: Int64
    private let end: Int64

    /// `nil` when the capture shows no such thing.
    public init?(_ report: CaptureReport) {
        guard let evidence = report.findings.first(where: { $0.id == Self.finding }),
            evidence.state == .present, let cited = evidence.locations.compactMap(\.flow).first
        else { return nil }
        guard let endpoint = report.server(ofFlow: cited) else { return nil }
        server = "\(endpoint.address) port \(endpoint.port)"
        let waits = report.handshakeWaits(at: endpoint)
        let waiting = waits.filter { $0.answered != nil }
        let silent = waits.filter { $0.answered == nil }
        guard let first = waiting.map(\.first).min(),
            let released = waiting.compactMap(\.answered).max()
        else { return nil }
        let holders = silent.filter { $0.first <= released && $0.last >= first }
        let rows = (holders.prefix(Self.maximumRows / 2) + waiting.prefix(Self.maximumRows / 2))
            .sorted { ($0.first, $0.flow) < ($1.first, $1.flow) }
        self.waits = rows
        start = rows.map(\.first).min() ?? first
        end = max(rows.map(\.last).max() ?? released, start + 1)
    }

    public var title: String {
        "Handshakes held at \(server), \(Figures.seconds(end - start)) across"
    }

    public static let legend = ". open and silent, x its end; w waiting, S ServerHello"

    public var lines: [Line] {
        waits.map { wait in
            Line(
                name: "flow \(wait.flow) \(wait.answered == nil ? "silent" : "waited")",
                drawing: "|" + drawing(wait) + "|")
        }
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
