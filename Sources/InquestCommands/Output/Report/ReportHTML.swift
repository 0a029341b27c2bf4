/// A report as one HTML file: no script, nothing loaded from anywhere, all foreign text escaped.
enum ReportHTML {
    static func write(_ document: ReportDocument) -> [UInt8] {
        let title = escaped(document.title)
        var text = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <meta http-equiv="Content-Security-Policy" \
            content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(title)</title>
            <style>
            \(style)
            </style>
            </head>
            <body>
            <h1>\(title)</h1>

            """
        for block in document.blocks { text += write(block) + "\n" }
        return Array((text + "</body>\n</html>\n").utf8)
    }

    private static func write(_ block: ReportDocument.Block) -> String {
        switch block {
        case .heading(let text): return "<h2>\(escaped(text))</h2>"
        case .text(let text): return "<p>\(escaped(text))</p>"
        case .list(let items):
            return "<ul>\n" + items.map { "<li>\(escaped($0))</li>\n" }.joined() + "</ul>"
        case .table(let header, let rows):
            return "<table>\n<thead>\(head(header))</thead>\n<tbody>\n"
                + rows.map { row($0, header) + "\n" }.joined() + "</tbody>\n</table>"
        case .code(let lines):
            return "<pre>" + lines.map(escaped).joined(separator: "\n") + "</pre>"
        case .blank(let text):
            return "<p class=\"blank\"><b>Fill in:</b> \(escaped(text))</p>"
        case .figure(let figure):
            return "<figure>\n\(ReportSVG.write(figure))\n"
                + "<figcaption>\(escaped(figure.caption))</figcaption>\n</figure>"
        }
    }

    private static func head(_ header: [String]) -> String {
        "<tr>" + header.map { "<th>\(escaped($0))</th>" }.joined() + "</tr>"
    }

    /// Each cell says its column, for screens on which the columns stand below one another.
    private static func row(_ cells: [String], _ header: [String]) -> String {
        "<tr>"
            + zip(cells, header).map { cell, name in
                "<td data-column=\"\(escaped(name))\">\(escaped(cell))</td>"
            }.joined() + "</tr>"
    }

    /// Harmless as text and inside of a quoted attribute.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in SafeText.lines(text).joined(separator: " ").unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static let style = """
        :root { color-scheme: light dark; }
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto;
          padding: 0 1rem; color: #1a1a1a; background: #fff; overflow-wrap: anywhere; }
        h1 { font-size: 1.6rem; line-height: 1.25; }
        h2 { font-size: 1.2rem; margin-top: 2rem; border-bottom: 1px solid #8886; }
        table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
        th, td { text-align: left; vertical-align: top; padding: .3rem .6rem;
          border: 1px solid #8886; }
        th { overflow-wrap: normal; }
        td { min-width: 5rem; } td:first-child { min-width: 6rem; }
        pre { padding: .6rem; background: #8882; overflow-x: auto; white-space: pre-wrap; }
        .blank { border-left: .3rem solid #c60; padding: .4rem .6rem; background: #c601; }
        figure { margin: 1rem 0; overflow-x: auto; }
        figcaption { font-size: .9rem; position: sticky; left: 0; }
        svg { max-width: 100%; height: auto; min-width: 40rem; }
        \(ReportSVG.style)
        svg .a { stroke: #0b62b5; fill: none; stroke-width: 2.5; }
        svg .b { stroke: #b5510b; fill: none; stroke-width: 2; stroke-dasharray: 6 3; }
        svg .c { stroke: #5c7a00; fill: none; stroke-width: 2; stroke-dasharray: 2 3; }
        svg .d { stroke: #777; fill: none; stroke-width: 1.5; stroke-dasharray: 10 4; }
        @media (max-width: 40rem) {
          thead { display: none; }
          table, tbody, tr, td { display: block; width: auto; }
          tr { border: 1px solid #8886; margin: .6rem 0; }
          td, td:first-child { border: 0; min-width: 0; }
          td:empty { display: none; }
          td::before { content: attr(data-column) ": "; font-weight: bold; }
        }
        @media (prefers-color-scheme: dark) {
          body { color: #e8e8e8; background: #16181b; }
          svg .a { stroke: #6fb1f0; } svg .b { stroke: #f0a56f; } svg .c { stroke: #b4d455; }
          svg .d { stroke: #aaa; }
        }
        @media print { body { margin: 0; max-width: none; } svg { min-width: 0; }
          figure, tr { break-inside: avoid; } }
        """
}
