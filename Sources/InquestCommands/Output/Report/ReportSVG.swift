/// A drawing as SVG 1.1: inside of HTML, or a file by itself; no script, nothing loaded.
enum ReportSVG {
    /// Inside of HTML, whose style sheet it follows.
    static func write(_ figure: ReportFigure) -> String {
        let name = ReportHTML.escaped(figure.caption)
        return "<svg \(box(figure)) role=\"img\" aria-label=\"\(name)\">\n"
            + figure.marks.map { write($0) + "\n" }.joined() + "</svg>"
    }

    /// A file: its title is what a screen reader says, its texts are texts.
    static func file(_ figure: ReportFigure) -> [UInt8] {
        let title = ReportHTML.escaped(figure.caption)
        let head =
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + "<svg xmlns=\"http://www.w3.org/2000/svg\" \(box(figure)) "
            + "height=\"\(number(figure.height))\" role=\"img\" aria-labelledby=\"title\">\n"
            + "<title id=\"title\">\(title)</title>\n"
            + "<style>\nsvg { color: #1a1a1a; background: #fff; }\n\(style)\n</style>\n"
        let marks = figure.marks.map { write($0) + "\n" }.joined()
        return Array((head + marks + "</svg>\n").utf8)
    }

    private static func box(_ figure: ReportFigure) -> String {
        "viewBox=\"0 0 \(number(figure.width)) \(number(figure.height))\" "
            + "width=\"\(number(figure.width))\""
    }

    /// What every drawing needs.
    static let style = """
        svg text { font: 12px sans-serif; fill: currentColor; }
        svg .axis { stroke: currentColor; stroke-opacity: .4; fill: none; }
        svg .packet { stroke: #0b62b5; fill: #0b62b5; stroke-width: 1.3; }
        svg .trouble { stroke: #b00020; fill: #b00020; stroke-width: 1.6; }
        svg .dot { fill: #0b62b5; stroke: none; }
        svg text.alarm { fill: #b00020; font-weight: bold; }
        svg text.note { fill-opacity: .7; }
        svg text.number { font-family: monospace; }
        @media (prefers-color-scheme: dark) { svg .packet { stroke: #6fb1f0; fill: #6fb1f0; }
          svg .trouble { stroke: #ff8a80; fill: #ff8a80; } svg .dot { fill: #6fb1f0; }
        svg text.alarm { fill: #ff8a80; } }
        """

    private static func write(_ mark: ReportFigure.Mark) -> String {
        switch mark {
        case .line(let x, let y, let toX, let toY, let style):
            return "<line class=\"\(style)\" x1=\"\(number(x))\" y1=\"\(number(y))\" "
                + "x2=\"\(number(toX))\" y2=\"\(number(toY))\"/>"
        case .path(let points, let style):
            let list = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
            return "<polyline class=\"\(style)\" points=\"\(list)\"/>"
        case .dot(let x, let y, let style, let tip):
            return "<circle class=\"\(style)\" cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"4\">"
                + "<title>\(ReportHTML.escaped(tip))</title></circle>"
        case .arrow(let from, let to, let y, let style): return arrow(from, to, y, style)
        case .text(let x, let y, let words, let style): return text(x, y, words, style, "")
        case .centred(let x, let y, let words, let style):
            return text(x, y, words, style, " text-anchor=\"middle\"")
        }
    }

    private static func text(
        _ x: Double, _ y: Double, _ words: String, _ style: String, _ anchor: String
    ) -> String {
        // Columns of numbers are filled up with blanks.
        let space = words.hasPrefix(" ") ? " xml:space=\"preserve\"" : ""
        return "<text class=\"\(style)\" x=\"\(number(x))\" y=\"\(number(y))\"\(anchor)\(space)>"
            + "\(ReportHTML.escaped(words))</text>"
    }

    private static func arrow(
        _ from: Double, _ to: Double, _ y: Double, _ style: String
    ) -> String {
        let back = to > from ? to - 8 : to + 8
        return "<line class=\"\(style)\" x1=\"\(number(from))\" y1=\"\(number(y))\" "
            + "x2=\"\(number(back))\" y2=\"\(number(y))\"/><polygon class=\"\(style)\" "
            + "points=\"\(number(to)),\(number(y)) \(number(back)),\(number(y - 4)) "
            + "\(number(back)),\(number(y + 4))\"/>"
    }

    /// Tenths are finer than a screen shows.
    private static func number(_ value: Double) -> String {
        let tenths = Int((min(1e6, max(-1e6, value)) * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        return "\(sign)\(abs(tenths) / 10)" + (tenths % 10 == 0 ? "" : ".\(abs(tenths) % 10)")
    }
}
