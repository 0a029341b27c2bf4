internal import Glibc

extension DatabaseFile {
    /// Renames a damaged database and its `-wal` and `-shm` to the first free `NAME.corrupt-N`.
    ///
    /// - Parameter seen: the file that was found damaged; when another process has put a new one
    ///   in its place, nothing is done.
    /// - Returns: the new path, or `nil` when nothing was done.
    func setAside(seen: Identity?) throws(StoreError) -> String? {
        let folder = openFolder()
        // The lock on the folder goes with the descriptor.
        defer { if folder >= 0 { close(folder) } }
        guard let seen, identity == seen else { return nil }
        for number in 1...9_999 {
            let target = "\(path).corrupt-\(number)"
            let files = ["", "-wal", "-shm"]
            guard files.allSatisfy({ access(target + $0, F_OK) != 0 }) else { continue }
            // The companions first: without the database they could be taken for a new one's.
            for suffix in ["-wal", "-shm", ""] where access(path + suffix, F_OK) == 0 {
                if rename(path + suffix, target + suffix) != 0 {
                    throw .folder(path: path, reason: String(cString: strerror(errno)))
                }
            }
            return target
        }
        throw .folder(path: path, reason: "9999 damaged databases lie there already")
    }

    /// Opens the folder of the database and waits at most two seconds for the lock on it.
    private func openFolder() -> Int32 {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let name = parts.joined(separator: "/")
        let folder = Glibc.open(
            name.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : name,
            O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return folder }
        for _ in 0..<40 where flock(folder, LOCK_EX | LOCK_NB) != 0 { usleep(50_000) }
        return folder
    }
}
