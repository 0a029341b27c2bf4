internal import Glibc

/// What the first 100 bytes of a file say (https://www.sqlite.org/fileformat2.html §1.3). Read
/// without SQLite, which may change or remove files beside a database that it opens.
enum DatabaseHeader: Equatable {
    /// No file, or one without a byte: a database can be made there.
    case empty
    /// The application's id is at offset 68, the user's version at offset 60, big-endian; what
    /// is only in the write-ahead log is not in them.
    case database(application: Int, version: Int)
    case garbage

    static func read(_ path: String) throws(StoreError) -> DatabaseHeader {
        let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        if file < 0, errno == ENOENT { return .empty }
        guard file >= 0 else { throw .failed(path: path, reason: String(cString: strerror(errno))) }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 100)
        let count = pread(file, &bytes, bytes.count, 0)
        guard count >= 0 else {
            throw .failed(path: path, reason: String(cString: strerror(errno)))
        }
        if count == 0 { return .empty }
        guard count == 100, bytes.starts(with: Array("SQLite format 3\0".utf8)) else {
            return .garbage
        }
        let number = { (offset: Int) in bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
        return .database(application: number(68), version: number(60))
    }
}
