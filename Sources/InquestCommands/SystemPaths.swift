import Glibc

/// Places of the XDG Base Directory Specification, and who this program is.
enum SystemPaths {
    /// - Returns: `nil` when nothing names a place.
    static func cache(_ environment: [String: String]) -> String? {
        // A relative path is to be ignored, says the specification.
        if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return cache }
        if let home = environment["HOME"], home.hasPrefix("/") { return home + "/.cache" }
        return nil
    }

    /// Changes with every build of the program.
    static func programIdentity() -> String {
        var status = stat()
        guard stat("/proc/self/exe", &status) == 0 else { return Inquest.version }
        return "\(Inquest.version) \(status.st_size) \(status.st_ino) \(status.st_mtim.tv_sec)."
            + "\(status.st_mtim.tv_nsec)"
    }
}
