internal import Glibc

/// Who could have written what a casebook says: its commands are offered as ours only where
/// nobody but the user and the system's administrator could.
public enum CasebookTrust {
    /// The first thing that lets others write a case: a folder, or a file of it.
    public enum Doubt: Hashable, Sendable {
        case foreignOwner(path: String)
        case writableByOthers(path: String)
    }

    /// Looks at the folder, its families, the folders of their cases and each `case.md`; links are
    /// followed, for what they lead to is what is read.
    ///
    /// - Parameter user: whose files are trusted, by default the effective user's; those of root
    ///   are as good.
    public static func doubt(of folder: String, user: UInt32? = nil) -> Doubt? {
        let user = user ?? geteuid()
        var paths = [folder]
        for name in visibleNames(in: folder) {
            paths.append("\(folder)/\(name)")
            for id in visibleNames(in: "\(folder)/\(name)") {
                paths += ["\(folder)/\(name)/\(id)", "\(folder)/\(name)/\(id)/case.md"]
            }
        }
        for path in paths {
            var status = stat()
            guard stat(path, &status) == 0 else { continue }
            if status.st_uid != user, status.st_uid != 0 { return .foreignOwner(path: path) }
            if status.st_mode & (S_IWGRP | S_IWOTH) != 0 { return .writableByOthers(path: path) }
        }
        return nil
    }

    /// The path without links and dots, as trust lists have it; `nil` when nothing is there.
    public static func canonical(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
