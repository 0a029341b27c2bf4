import Casebook
import CasebookFiles

/// The casebook that new cases are put into.
enum CasebookTarget {
    /// What `--into` names, else the user's own casebook; it need not be there yet.
    static func root(_ named: String?, _ settings: Settings) throws(Failure) -> String {
        if let named {
            if named.isEmpty {
                throw .badValue(option: "--into", value: "", expected: ["a folder"])
            }
            return named.utf8.last == UInt8(ascii: "/") && named.utf8.count > 1
                ? String(named.dropLast()) : named
        }
        guard let path = CasebookLocator.personal(settings.environment) else {
            throw .casework(.noHome)
        }
        return path
    }

    /// Refuses an id that is taken, in the casebooks in use or where the case is to go.
    static func checkFree(_ id: String, _ casebook: Casebook, _ root: String) throws(Failure) {
        if let entry = casebook[case: id] {
            throw .casework(.taken(id: id, path: entry.folder))
        }
        for family in Case.families where OutputFile.exists("\(root)/\(family)/\(id)") {
            throw .casework(.taken(id: id, path: "\(root)/\(family)/\(id)"))
        }
    }
}
