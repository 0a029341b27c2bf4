/// A report on disk: HTML where the name ends in `.html` or `.htm`, else Markdown.
enum ReportFile {
    static func write(_ report: IncidentReport, to path: String) throws(Failure) {
        let name = path.lowercased()
        let isHTML = name.hasSuffix(".html") || name.hasSuffix(".htm")
        try OutputFile.write(
            isHTML ? ReportHTML.write(report.document) : ReportMarkdown.write(report.document),
            to: path)
    }
}
