import Casebook
import CasebookFiles
import Glibc
import Triage

/// Cases in folders: one case, a family of them, or a whole casebook.
enum CaseTree {
    /// - Parameters:
    ///   - folder: canonical.
    ///   - name: as it was given, for messages.
    static func read(_ folder: String, named name: String) throws(Failure) -> CaseBundle {
        let parts = folder.split(separator: "/").map(String.init)
        func up(_ levels: Int) -> String { "/" + parts.dropLast(levels).joined(separator: "/") }
        if OutputFile.exists("\(folder)/case.md") {
            return single(folder, named: name)
        }
        let isFamily = visibleNames(in: folder).contains {
            OutputFile.exists("\(folder)/\($0)/case.md")
        }
        let base = isFamily ? up(1) : folder
        let families = isFamily ? [parts.last ?? ""] : visibleNames(in: folder)
        let ids = families.flatMap { family in
            visibleNames(in: "\(base)/\(family)").filter {
                OutputFile.exists("\(base)/\(family)/\($0)/case.md")
            }.map { "\(family)/\($0)" }
        }
        if ids.isEmpty { throw .casework(.emptyBundle(path: name)) }
        var bundle = CaseBundle { "\(base)/\($0)" }
        for id in ids {
            let (value, faults) = CaseFolder.read("\(base)/\(id)")
            bundle.cases.append(value)
            bundle.faults += faults
        }
        return bundle
    }

    /// A folder of any name; the case itself says what it is called.
    private static func single(_ folder: String, named name: String) -> CaseBundle {
        var (value, faults) = CaseFolder.read(folder)
        if let (family, id) = nameOfCase(value.text) { (value.family, value.id) = (family, id) }
        let own = "\(value.family)/\(value.id)/"
        var bundle = CaseBundle { path in
            path.hasPrefix(own) ? "\(name)/\(path.dropFirst(own.count))" : "\(name)/\(path)"
        }
        bundle.cases = [value]
        bundle.faults = faults
        return bundle
    }
}

extension CaseBundle {
    static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }

    struct NotRegular: Error {}

    /// A device may never end; a pipe that somebody names is what they want to be read.
    static func refuseDevices(_ path: String) throws {
        var facts = stat()
        guard path != "-", stat(path, &facts) == 0 else { return }
        let kind = facts.st_mode & S_IFMT
        if kind == S_IFCHR || kind == S_IFBLK || kind == S_IFSOCK { throw NotRegular() }
    }
}
