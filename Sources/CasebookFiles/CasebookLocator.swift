/// Where the casebook lies.
public enum CasebookLocator {
    public enum Location: Hashable, Sendable {
        /// One folder, or several of which the later win.
        case found([String])
        /// In the order of looking.
        case notFound(tried: [String])
    }

    /// Looks for the casebook; the first of these that is given or exists:
    /// 1. `explicit` (`--casebook`), 2. `INQUEST_CASEBOOK`, folders with `:` between,
    /// 3. `casebook/` in the folder of the executable or above it (a build tree),
    /// 4. `PREFIX/share/inquest/casebook` for the executable `PREFIX/bin/inquest`,
    /// 5. `inquest/casebook` in `XDG_DATA_HOME`, else in `~/.local/share`.
    ///
    /// What was asked for by name is not replaced by anything else when it is missing.
    /// - Parameters:
    ///   - executable: absolute, links resolved.
    ///   - exists: whether a path leads to a file or folder.
    public static func find(
        explicit: [String], environment: [String: String], executable: String,
        exists: (String) -> Bool
    ) -> Location {
        let named =
            explicit.isEmpty
            ? (environment["INQUEST_CASEBOOK"] ?? "").split(separator: ":").map(String.init)
            : explicit
        if !named.isEmpty {
            let missing = named.filter { !exists($0) }
            return missing.isEmpty ? .found(named) : .notFound(tried: missing)
        }
        let candidates = candidates(environment: environment, executable: executable)
        guard let folder = candidates.first(where: { exists("\($0)/symptoms.yaml") }) else {
            return .notFound(tried: candidates)
        }
        return .found([folder])
    }

    /// As above, asking the file system.
    public static func find(
        explicit: [String], environment: [String: String], executable: String
    ) -> Location {
        find(
            explicit: explicit, environment: environment, executable: executable,
            exists: fileExists)
    }

    private static func candidates(
        environment: [String: String], executable: String
    ) -> [String] {
        var result: [String] = []
        if executable.hasPrefix("/") {
            let parts = executable.split(separator: "/").dropLast()
            for count in stride(from: parts.count, through: 0, by: -1) {
                result.append(path(parts.prefix(count)) + "/casebook")
            }
            result.append(path(parts.dropLast()) + "/share/inquest/casebook")
        }
        if let data = dataHome(environment) { result.append("\(data)/inquest/casebook") }
        return result
    }

    private static func path(_ parts: ArraySlice<Substring>) -> String {
        parts.map { "/\($0)" }.joined()
    }

    /// XDG Base Directory Specification: a relative path is to be ignored.
    private static func dataHome(_ environment: [String: String]) -> String? {
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data }
        if let home = environment["HOME"], home.hasPrefix("/") { return "\(home)/.local/share" }
        return nil
    }
}
