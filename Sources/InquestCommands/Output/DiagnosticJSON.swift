import CasebookFiles
import Triage

extension JSONWriter {
    /// A fault of a case file, with its place.
    mutating func diagnostic(_ diagnostic: Diagnostic) {
        object { writer in
            writer.member("path", diagnostic.path)
            writer.member("line", diagnostic.line)
            writer.member("column", diagnostic.column)
            writer.member("severity", diagnostic.severity.rawValue)
            writer.member("fault", diagnostic.fault)
            writer.member("suggestion", ifPresent: diagnostic.suggestion)
        }
    }
}
