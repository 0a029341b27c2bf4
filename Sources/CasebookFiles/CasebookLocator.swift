internal import Casebook

/// Where the casebook lies.
public enum CasebookLocator {
    public enum Location: Hashable, Sendable {
        /// One folder, or several of which the later win.
        case found([String])
        /// In the order of looking.
        case notFound(tried: [String])
    }

    /// Looks for the casebooks, the later ones win.
    ///
    /// 1. What `explicit` (`--casebook`) names, else `INQUEST_CASEBOOK` (folders with `:` between):
    ///    these and no others, if one of them has a vocabulary. If none has, they are additions and
    ///    stand between the built-in casebook and the personal one.
    /// 2. Otherwise the built-in casebook, those of `listed` and the personal one.
    ///
    /// The built-in casebook is the first of these that exists: `casebook/` in the folder of the
    /// executable or above it (a build tree); `PREFIX/share/inquest/casebook` for the executable
    /// `PREFIX/bin/inquest`. The personal one is `inquest/casebook` in `XDG_DATA_HOME`, else in
    /// `~/.local/share`; it may stand alone if it has a vocabulary.
    ///
    /// What was asked for by name is not replaced by anything else when it is missing.
    /// - Parameters:
    ///   - executable: absolute, links resolved.
    ///   - listed: folders of teams, from the user's configuration.
    ///   - exists: whether a path leads to a file or folder.
    public static func find(
        explicit: [String], environment: [String: String], executable: String,
        listed: [String] = [], exists: (String) -> Bool
    ) -> Location {
        let named =
            explicit.isEmpty
            ? (environment["INQUEST_CASEBOOK"] ?? "").split(separator: ":").map(String.init)
            : explicit
        let missing = named.filter { !exists($0) }
        if !missing.isEmpty { return .notFound(tried: missing) }
        if !named.isEmpty, named.contains(where: { !isAddition($0, exists) }) {
            return .found(named)
        }
        let candidates = candidates(executable: executable)
        let personal = personal(environment)
        guard
            let base = (candidates + [personal].compactMap(\.self)).first(where: {
                exists("\($0)/symptoms.yaml")
            })
        else { return .notFound(tried: candidates + [personal].compactMap(\.self)) }
        let own = personal.flatMap { path in
            let isThere = exists(path) || exists("\(path)/symptoms.yaml")
            return isThere && path != base && !named.contains(path) ? path : nil
        }
        let teams = named.isEmpty ? listed.filter(exists) : named
        return .found([base] + teams + [own].compactMap(\.self))
    }

    /// A folder with families of cases and no words of its own.
    private static func isAddition(_ path: String, _ exists: (String) -> Bool) -> Bool {
        !exists("\(path)/symptoms.yaml") && !exists("\(path)/findings.yaml")
            && Case.families.contains { exists("\(path)/\($0)") }
    }

    /// The casebook that came with the program; `nil` when there is none.
    public static func builtIn(executable: String) -> String? {
        candidates(executable: executable).first { fileExists("\($0)/symptoms.yaml") }
    }

    /// As above, asking the file system.
    public static func find(
        explicit: [String], environment: [String: String], executable: String,
        listed: [String] = []
    ) -> Location {
        find(
            explicit: explicit, environment: environment, executable: executable, listed: listed,
            exists: fileExists)
    }

    private static func candidates(executable: String) -> [String] {
        var result: [String] = []
        if executable.hasPrefix("/") {
            let parts = executable.split(separator: "/").dropLast()
            for count in stride(from: parts.count, through: 0, by: -1) {
                result.append(path(parts.prefix(count)) + "/casebook")
            }
            result.append(path(parts.dropLast()) + "/share/inquest/casebook")
        }
        return result
    }

    private static func path(_ parts: ArraySlice<Substring>) -> String {
        parts.map { "/\($0)" }.joined()
    }

    /// The user's own casebook, there or not; `nil` without a home directory.
    public static func personal(_ environment: [String: String]) -> String? {
        dataHome(environment).map { "\($0)/inquest/casebook" }
    }

    /// XDG Base Directory Specification: a relative path is to be ignored.
    private static func dataHome(_ environment: [String: String]) -> String? {
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data }
        if let home = environment["HOME"], home.hasPrefix("/") { return "\(home)/.local/share" }
        return nil
    }
}
