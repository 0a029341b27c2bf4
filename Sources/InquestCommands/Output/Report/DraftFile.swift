import Casebook
import CasebookFiles
import Glibc
import Triage

/// A new case made of an incident, on disk.
enum DraftFile {
    /// Writes `FAMILY/ID/case.md`, the folders too; never over a file that is there.
    ///
    /// - Returns: what the check of the case says, a line each.
    static func write(_ report: IncidentReport, to path: String) throws(Failure) -> [String] {
        let parts = path.split(separator: "/")
        guard parts.count >= 3, parts.last == "case.md" else {
            throw .badValue(
                option: "the path of a draft", value: path, expected: ["FAMILY/ID/case.md"])
        }
        let draft = report.result.draftCase(
            id: String(parts[parts.count - 2]), family: String(parts[parts.count - 3]),
            said: report.said, story: report.story)
        let text = writeCase(draft)
        OutputFile.makeFolders(of: path)
        try OutputFile.create(Array(text.utf8), at: path)
        return parseCase(
            text: text, path: path, vocabulary: Vocabulary(report.result.casebook)
        ).diagnostics.map { diagnostic in
            "line \(diagnostic.line): \(diagnostic.fault)"
                + (diagnostic.suggestion.map { " (\($0))" } ?? "")
        }
    }
}

extension IncidentReport {
    /// What was done, a sentence each, with its time.
    fileprivate var story: [String] {
        moments.compactMap { moment in
            guard let move = moment.move, move.kind != .said else { return nil }
            let time = Self.time(moment.time)
            return (time.isEmpty ? "" : time + " UTC: ") + words(move)
        }
    }
}
