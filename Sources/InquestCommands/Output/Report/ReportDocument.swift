/// A report as its parts, before it is Markdown or HTML. No text is escaped yet.
struct ReportDocument {
    enum Block {
        case heading(String)
        case text(String)
        case list([String])
        case table(header: [String], rows: [[String]])
        /// Commands, a line each.
        case code([String])
        /// What only people know: what they should write here.
        case blank(String)
        case figure(ReportFigure)
    }

    let title: String
    private(set) var blocks: [Block] = []

    /// Of one text; names from outside may be as long as somebody likes.
    private static let longestText = 2_000
    private static let longestTitle = 200

    init(title: String) { self.title = Self.bounded(title, Self.longestTitle) }

    mutating func heading(_ text: String) { blocks.append(.heading(text)) }
    mutating func text(_ text: String) { blocks.append(.text(Self.bounded(text))) }
    mutating func blank(_ text: String) { blocks.append(.blank(text)) }

    mutating func list(_ items: [String]) {
        if !items.isEmpty { blocks.append(.list(items.map { Self.bounded($0) })) }
    }

    /// A column in which no row says anything is left out.
    mutating func table(_ header: String..., rows: [[String]]) {
        if rows.isEmpty { return }
        let told = header.indices.filter { column in rows.contains { !$0[column].isEmpty } }
        blocks.append(
            .table(
                header: told.map { header[$0] },
                rows: rows.map { row in told.map { Self.bounded(row[$0]) } }))
    }

    mutating func code(_ lines: [String]) {
        if !lines.isEmpty { blocks.append(.code(lines.map { Self.bounded($0) })) }
    }

    mutating func figure(_ figure: ReportFigure?) {
        if let figure { blocks.append(.figure(figure)) }
    }

    private static func bounded(_ text: String, _ limit: Int = longestText) -> String {
        text.utf8.count <= limit || text.unicodeScalars.count <= limit
            ? text : String(text.unicodeScalars.prefix(limit)) + "…"
    }
}

/// A drawing in lines and texts, in the units of its own plane; x to the right, y down.
struct ReportFigure {
    enum Mark {
        case line(Double, Double, Double, Double, style: String)
        case path([(x: Double, y: Double)], style: String)
        /// `tip` is told by a browser when one points at it.
        case dot(Double, Double, style: String, tip: String)
        /// A level line with a head at its end.
        case arrow(fromX: Double, toX: Double, y: Double, style: String)
        case text(Double, Double, String, style: String)
        /// The same, its middle at the place.
        case centred(Double, Double, String, style: String)
    }

    /// What it shows, as a sentence: stands below it, and in its place where nothing can be drawn.
    let caption: String
    let width: Double
    let height: Double
    var marks: [Mark] = []

    init(caption: String, width: Double, height: Double) {
        self.caption = String(caption.unicodeScalars.prefix(600))
        (self.width, self.height) = (width, height)
    }
}
