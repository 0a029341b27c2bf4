internal import Glibc

/// Why a file or folder of a casebook could not be read.
enum FileFault: Error, Equatable {
    case missing
    /// A folder, a pipe, a device, a socket where a file should be; or a file instead of a folder.
    case wrongKind(String)
    case tooLarge(size: Int, limit: Int)
    /// A symbolic link, or a folder that is one, leads to a file elsewhere.
    case outside
    /// The system's own words.
    case unreadable(String)

    var text: String {
        switch self {
        case .missing: "no such file"
        case .wrongKind(let kind): "this is \(kind), not a regular file"
        case .tooLarge(let size, let limit): CasebookFiles.tooLarge(size, limit: limit)
        case .outside: "a symbolic link leads out of the casebook"
        case .unreadable(let reason): "cannot be read: \(reason)"
        }
    }

    /// From `errno`, read by the caller on the line after the call that set it.
    init(code: Int32) {
        switch code {
        case ENOENT: self = .missing
        case ENOTDIR: self = .wrongKind("not a folder")
        default: self = .unreadable(String(cString: strerror(code)))
        }
    }
}

/// Reads a regular file of at most `limit` bytes; a larger one is not read at all, and nothing
/// but a regular file is opened for longer than it takes to see what it is.
///
/// - Parameter following: `false` refuses a symbolic link at the end of the path.
func readFile(
    _ path: String, limit: Int, following: Bool = true
) throws(FileFault) -> [UInt8] {
    // Without O_NONBLOCK, opening a pipe would wait for a writer for ever.
    let flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | (following ? 0 : O_NOFOLLOW)
    let file = open(path, flags)
    guard file >= 0 else { throw FileFault(code: errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw FileFault(code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
        throw .wrongKind(kind(ofMode: status.st_mode))
    }
    guard status.st_size <= limit else {
        throw .tooLarge(size: Int(status.st_size), limit: limit)
    }
    return try readToEnd(file, size: Int(status.st_size), limit: limit)
}

/// The file may grow while it is read, therefore one byte more than its size is asked for.
private func readToEnd(_ file: Int32, size: Int, limit: Int) throws(FileFault) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: size + 1)
    var count = 0
    while true {
        if count == bytes.count {
            guard count <= limit else { throw .tooLarge(size: count, limit: limit) }
            bytes += [UInt8](repeating: 0, count: min(65_536, limit + 1 - count))
        }
        let room = bytes.count - count
        let got = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress! + count, room) }
        if got < 0 {
            let code = errno
            if code == EINTR { continue }
            throw FileFault(code: code)
        }
        if got == 0 { break }
        count += got
    }
    bytes.removeLast(bytes.count - count)
    return bytes
}

/// The names in a folder but hidden ones, sorted by their bytes; none where it cannot be read.
public func visibleNames(in folder: String) -> [String] { (try? listFolder(folder)) ?? [] }

/// As above, with the reason why a folder could not be read.
func listFolder(_ path: String, limit: Int = 10_000) throws(FileFault) -> [String] {
    try listEntries(path, limit: limit).map(\.name)
}

/// As above, with whether each may be a symbolic link.
func listEntries(
    _ path: String, limit: Int = 10_000
) throws(FileFault) -> [(name: String, mayBeLink: Bool)] {
    guard let folder = opendir(path) else { throw FileFault(code: errno) }
    defer { closedir(folder) }
    var names: [(name: String, mayBeLink: Bool)] = []
    while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        guard !name.hasPrefix(".") else { continue }
        guard names.count < limit else { throw .unreadable("more than \(limit) entries") }
        let type = Int(entry.pointee.d_type)
        names.append((name, type == Int(DT_LNK) || type == Int(DT_UNKNOWN)))
    }
    return names.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
}

/// Whether `path`, with all links resolved, lies elsewhere than below `root`.
func leadsOut(_ path: String, of root: String) -> Bool {
    guard let place = CasebookTrust.canonical(path), let home = CasebookTrust.canonical(root)
    else { return false }
    return place != home && !place.hasPrefix(home == "/" ? home : home + "/")
}

/// Whether the last part of `path` is a symbolic link.
func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
}

/// What is there instead of a regular file; `nil` for a regular file and for nothing.
func otherKind(_ path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return nil }
    return kind(ofMode: status.st_mode)
}

/// The size of a file and its first bytes, at most `count`; `nil` when it cannot be read.
func beginning(_ path: String, count: Int) -> (size: Int, bytes: [UInt8])? {
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    var bytes = [UInt8](repeating: 0, count: count)
    guard fstat(file, &status) == 0 else { return nil }
    let got = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress, count) }
    return got < 0 ? nil : (Int(status.st_size), Array(bytes[..<got]))
}

/// Whether `path` leads to a regular file.
func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}

private func kind(ofMode mode: mode_t) -> String {
    switch mode & S_IFMT {
    case S_IFDIR: "a folder"
    case S_IFIFO: "a pipe"
    case S_IFSOCK: "a socket"
    case S_IFCHR, S_IFBLK: "a device"
    default: "of an unknown kind"
    }
}

/// Whether `path` leads to anything.
func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }
