import Dissection
import TerminalUI
import TrafficAnalysis
import Triage

/// Questions of DNS and requests of HTTP, a row each.
struct RowLists {
    let rows: TrafficRows?
    let isHTTP: Bool

    var count: Int { (isHTTP ? rows?.httpRequests.rows.count : rows?.dnsQueries.rows.count) ?? 0 }

    private var left: Int { (isHTTP ? rows?.httpRequests.left : rows?.dnsQueries.left) ?? 0 }

    /// The flow of a row; DNS over UDP has none.
    func flow(_ row: Int) -> Int? {
        guard isHTTP, let rows, rows.httpRequests.rows.indices.contains(row) else { return nil }
        return rows.httpRequests.rows[row].flow
    }

    static func page(_ rect: Rect) -> Int { max(1, rect.height - 1) }

    func draw(_ list: ListState, in rect: Rect, on grid: inout CellGrid) {
        let (top, body) = rect.split(top: 1)
        guard count > 0 else {
            let what = isHTTP ? "request of HTTP/1 in clear" : "question of DNS over UDP"
            grid.write(
                rows == nil ? "They are listed when all is read." : "No \(what).", x: rect.x + 1,
                y: rect.y, style: .dim, limit: rect.x + rect.width)
            return
        }
        let note = left > 0 ? "\(Figures.grouped(left)) more had no room" : ""
        let heads = isHTTP ? requestHeads(rect.width) : questionHeads(rect.width)
        grid.write(heads, x: top.x + 1, y: top.y, style: .dim, limit: top.x + top.width)
        if !note.isEmpty {
            grid.write(
                note, x: top.x + max(1, top.width - CharacterWidth.of(note) - 1), y: top.y,
                style: .dim)
        }
        var list = list
        list.clamp(count: count, page: body.height)
        for place in list.offset..<min(count, list.offset + body.height) {
            let y = body.y + place - list.offset
            let (text, style) = isHTTP ? request(place, rect.width) : question(place, rect.width)
            grid.write(text, x: body.x + 1, y: y, style: style, limit: body.x + body.width - 1)
            if place == list.selected {
                grid.select(Rect(x: body.x, y: y, width: body.width, height: 1))
            }
        }
        Scroll.marks(first: list.offset, count: count, in: body, on: &grid)
    }

    // packet, answer, time, then what is asked for and by whom as far as there is room.
    private static let number = 8
    private var answer: Int { isHTTP ? 6 : 10 }
    private static let time = 10

    private func questionHeads(_ width: Int) -> String {
        line("packet", "answer", "after", "type  name", "client", width)
    }

    private func requestHeads(_ width: Int) -> String {
        line("packet", "status", "after", "method  server, path's hash", "client", width)
    }

    private func line(
        _ number: String, _ answer: String, _ time: String, _ what: String, _ who: String,
        _ width: Int
    ) -> String {
        let rest = max(10, width - Self.number - self.answer - Self.time - 7)
        let client = width >= 76 ? min(24, rest / 3) : 0
        return Self.right(number, Self.number) + "  " + CharacterWidth.fit(answer, to: self.answer)
            + Self.right(time, Self.time) + "  " + CharacterWidth.fit(what, to: rest - client)
            + (client > 0 ? " " + CharacterWidth.cut(who, to: client) : "")
    }

    private func question(_ place: Int, _ width: Int) -> (String, Style) {
        guard let row = rows?.dnsQueries.rows[place] else { return ("", .plain) }
        let isBad = row.code.map { "\($0)" != "NOERROR" } ?? true
        let again = row.attempt > 1 ? " (asked \(row.attempt) times)" : ""
        let text = line(
            String(row.packet), row.code.map { "\($0)" } ?? "none",
            row.latency.map(Figures.seconds) ?? "-", "\(row.type)  \(row.name)\(again)",
            "\(row.client.address)", width)
        return (text, row.code == nil ? .alarm : isBad ? .caution : .plain)
    }

    private func request(_ place: Int, _ width: Int) -> (String, Style) {
        guard let row = rows?.httpRequests.rows[place] else { return ("", .plain) }
        let text = line(
            String(row.packet), row.status.map(String.init) ?? "none",
            row.answeredAfter.map(Figures.seconds) ?? "-",
            "\(row.method)  \(row.server.text), \(row.pathHash)", row.client.text, width)
        return (text, row.status == nil ? .alarm : row.status ?? 0 >= 400 ? .caution : .plain)
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - CharacterWidth.of(text))) + text
    }
}
