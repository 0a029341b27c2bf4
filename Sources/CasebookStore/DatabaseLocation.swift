/// Where the database lies.
public enum DatabaseLocation {
    /// `explicit` (`--database`), else `INQUEST_DATABASE`, else `inquest/casebook.db` in
    /// `XDG_DATA_HOME`, else in `~/.local/share`.
    ///
    /// - Returns: `nil` when nothing names a place: then the index is kept in memory.
    public static func path(explicit: String?, environment: [String: String]) -> String? {
        if let explicit, !explicit.isEmpty { return explicit }
        if let path = environment["INQUEST_DATABASE"], !path.isEmpty { return path }
        // XDG Base Directory Specification: a relative path is to be ignored.
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
            return "\(data)/inquest/casebook.db"
        }
        if let home = environment["HOME"], home.hasPrefix("/") {
            return "\(home)/.local/share/inquest/casebook.db"
        }
        return nil
    }
}
