import Glibc

/// Reads a whole small file, or standard input for `-`, up to a limit.
public enum InputFile {
    public enum Fault: Error, Equatable, Sendable {
        case noSuchFile(path: String)
        case isDirectory(path: String)
        case permission(path: String)
        case tooLarge(path: String, limit: Int)
        case io(path: String, code: Int32)
    }

    /// - Parameter limit: in bytes; a pipe that never ends is given up there.
    public static func read(_ path: String, limit: Int) throws(Fault) -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : try open(path)
        defer { if path != "-" { close(descriptor) } }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = chunk.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 {
                let code = errno
                if code == EINTR { continue }
                throw fault(path, code: code)
            }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
            if bytes.count > limit { throw .tooLarge(path: path, limit: limit) }
        }
    }

    private static func open(_ path: String) throws(Fault) -> Int32 {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw fault(path, code: errno) }
        return descriptor
    }

    /// - Parameter code: an `errno`.
    public static func fault(_ path: String, code: Int32) -> Fault {
        switch code {
        case ENOENT, ENOTDIR, ENAMETOOLONG: .noSuchFile(path: path)
        case EISDIR: .isDirectory(path: path)
        case EACCES, EPERM: .permission(path: path)
        default: .io(path: path, code: code)
        }
    }
}
