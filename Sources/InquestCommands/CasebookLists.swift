import CasebookFiles
import Glibc
import Triage

/// The two lists of folders in the user's configuration, a path a line, `#` begins a remark.
struct CasebookLists {
    /// `nil` without a home directory.
    private let folder: String?
    private let environment: [String: String]

    init(environment: [String: String]) {
        self.environment = environment
        // XDG Base Directory Specification: a relative path is to be ignored.
        if let home = environment["XDG_CONFIG_HOME"], home.hasPrefix("/") {
            folder = home + "/inquest"
        } else {
            folder = environment["HOME"].flatMap {
                $0.hasPrefix("/") ? $0 + "/.config/inquest" : nil
            }
        }
    }

    /// Casebooks of teams, read between the built-in one and the personal one.
    var teams: [String] { lines("casebooks") }

    /// Whose commands are trusted, whoever may write there; also in `INQUEST_TRUSTED_CASEBOOKS`.
    var trusted: Set<String> {
        let named = (environment["INQUEST_TRUSTED_CASEBOOKS"] ?? "").split(separator: ":")
        return Set(
            (lines("trusted-casebooks") + named.map(String.init)).compactMap(
                CasebookTrust.canonical))
    }

    var trustFile: String? { folder.map { $0 + "/trusted-casebooks" } }

    /// - Parameter path: canonical.
    func change(trusting path: String, to isTrusted: Bool) throws(Failure) {
        guard let trustFile else { throw .casework(.noHome) }
        var kept = lines("trusted-casebooks").filter { CasebookTrust.canonical($0) != path }
        if isTrusted { kept.append(path) }
        OutputFile.makeFolders(of: trustFile)
        try OutputFile.write(Array(kept.map { $0 + "\n" }.joined().utf8), to: trustFile)
    }

    private func lines(_ name: String) -> [String] {
        guard let folder,
            let bytes = try? InputFile.read("\(folder)/\(name)", limit: 1 << 20)
        else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            .map { Self.trimmed($0) }.filter { $0.hasPrefix("/") }
    }

    private static func trimmed(_ line: Substring) -> String {
        let isBlank = { (character: Character) in
            character == " " || character == "\t" || character == "\r"
        }
        let start = line.drop(while: isBlank)
        return String(start.reversed().drop(while: isBlank).reversed())
    }
}
