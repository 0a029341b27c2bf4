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

    init(title: String) { self.title = title }

    mutating func heading(_ text: String) { blocks.append(.heading(text)) }
    mutating func text(_ text: String) { blocks.append(.text(text)) }
    mutating func blank(_ text: String) { blocks.append(.blank(text)) }

    mutating func list(_ items: [String]) {
        if !items.isEmpty { blocks.append(.list(items)) }
    }

    mutating func table(_ header: String..., rows: [[String]]) {
        if !rows.isEmpty { blocks.append(.table(header: header, rows: rows)) }
    }

    mutating func code(_ lines: [String]) {
        if !lines.isEmpty { blocks.append(.code(lines)) }
    }

    mutating func figure(_ figure: ReportFigure?) {
        if let figure { blocks.append(.figure(figure)) }
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
        (self.caption, self.width, self.height) = (caption, width, height)
    }
}
