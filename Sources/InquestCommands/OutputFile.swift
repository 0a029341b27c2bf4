import Glibc

/// Writes a whole file so that a reader sees the old one or the new one, never a half.
enum OutputFile {
    static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        // A device or a pipe is written to; a rename would replace it.
        var facts = stat()
        if stat(path, &facts) == 0, facts.st_mode & S_IFMT != S_IFREG {
            return try append(bytes, to: path)
        }
        let temporary = "\(path).\(getpid()).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        if descriptor < 0 { throw .writing(path: path, code: errno) }
        var code = Console.writeAll(bytes, to: descriptor)
        if code == nil, fsync(descriptor) != 0 { code = errno }
        close(descriptor)
        if code == nil, rename(temporary, path) != 0 { code = errno }
        if let code {
            unlink(temporary)
            throw .writing(path: path, code: code)
        }
    }

    /// Writes a file that is not there yet.
    ///
    /// - Throws: `.writing` with EEXIST where there is one.
    static func create(_ bytes: [UInt8], at path: String) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        if descriptor < 0 { throw .writing(path: path, code: errno) }
        defer { close(descriptor) }
        if let code = Console.writeAll(bytes, to: descriptor) {
            unlink(path)
            throw .writing(path: path, code: code)
        }
    }

    static func isRegular(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 || path == "-" }

    /// The `errno` for which no file can be made at `path`; `nil` when nothing speaks against it.
    static func obstacle(to path: String) -> Int32? {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let name = folder.isEmpty ? "." : folder.joined(separator: "/") + "/"
        return access(name, W_OK | X_OK) == 0 ? nil : errno
    }

    /// Makes the folders that a file is to lie in.
    static func makeFolders(of path: String) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/").dropLast() {
            made += part + "/"
            mkdir(made, 0o777)
        }
    }

    private static func append(_ bytes: [UInt8], to path: String) throws(Failure) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        if descriptor < 0 { throw .writing(path: path, code: errno) }
        defer { close(descriptor) }
        if let code = Console.writeAll(bytes, to: descriptor) {
            throw .writing(path: path, code: code)
        }
    }
}
