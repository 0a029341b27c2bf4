internal import Glibc

/// Reading whole small files, bounded, with the reason when it fails.
enum HostFile {
    /// Larger than any file of /proc that we read but the socket tables.
    static let usualLimit = 4 << 20

    /// Reads up to `limit` bytes; a longer file is `truncated`.
    ///
    /// Files of /proc say that they are empty and are produced while they are read, so only the
    /// end of the data tells their size.
    static func bytes(_ path: String, limit: Int = usualLimit) -> Observed<[UInt8]> {
        do { return .known(try read(path, limit: limit)) } catch { return .unknown(error) }
    }

    private static func read(_ path: String, limit: Int) throws(Obstacle) -> [UInt8] {
        let file = try Descriptor(opening: path)
        var bytes = [UInt8](repeating: 0, count: min(limit + 1, 4096))
        var length = 0
        while true {
            if length == bytes.count {
                guard length <= limit else {
                    throw Obstacle(.truncated, path, "larger than \(limit) bytes")
                }
                let growth = min(max(length, 4096), limit + 1 - length)
                bytes.append(contentsOf: repeatElement(0, count: growth))
            }
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(
                    file.number, buffer.baseAddress! + length, buffer.count - length)
            }
            if count < 0 {
                let code = errno
                guard code == EINTR else { throw Obstacle(errno: code, path) }
            } else if count == 0 {
                bytes.removeLast(bytes.count - length)
                return bytes
            } else {
                length += count
            }
        }
    }

    /// The first `limit` bytes; that there are more is no error.
    static func prefix(_ path: String, _ limit: Int) -> Observed<[UInt8]> {
        do throws(Obstacle) {
            let file = try Descriptor(opening: path)
            var bytes = [UInt8](repeating: 0, count: limit)
            let count = unsafe bytes.withUnsafeMutableBytes {
                unsafe Glibc.read(file.number, $0.baseAddress!, $0.count)
            }
            guard count >= 0 else { throw Obstacle(errno: errno, path) }
            return .known(Array(bytes[..<count]))
        } catch { return .unknown(error) }
    }

    /// The file as text; bytes that are no UTF-8 become U+FFFD.
    static func text(_ path: String, limit: Int = usualLimit) -> Observed<String> {
        bytes(path, limit: limit).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Visits lines without their ends until `visit` says `false`; holds one piece at a time.
    ///
    /// A line over 64 KiB is cut into several; a file over `limit` bytes is `truncated`.
    static func forEachLine(
        _ path: String, limit: Int, _ visit: (ArraySlice<UInt8>) -> Bool
    ) -> Obstacle? {
        do { return try lines(path, limit, visit) } catch { return error }
    }

    private static func lines(
        _ path: String, _ limit: Int, _ visit: (ArraySlice<UInt8>) -> Bool
    ) throws(Obstacle) -> Obstacle? {
        let file = try Descriptor(opening: path)
        var buffer = [UInt8](repeating: 0, count: 128 << 10)
        var held = 0
        var total = 0
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe Glibc.read(file.number, bytes.baseAddress! + held, bytes.count - held)
            }
            if count < 0 {
                let code = errno
                guard code == EINTR else { throw Obstacle(errno: code, path) }
                continue
            }
            let end = held + count
            total += count
            var start = 0
            while let newline = buffer[start..<end].firstIndex(of: 0x0A) {
                guard visit(buffer[start..<newline]) else { return nil }
                start = newline + 1
            }
            if count == 0 {
                return start == end
                    ? nil : Obstacle(.truncated, path, "its last line has no end")
            }
            if end - start >= 64 << 10 {
                guard visit(buffer[start..<end]) else { return nil }
                start = end
            }
            if total > limit { throw Obstacle(.truncated, path, "over \(limit) bytes") }
            buffer.replaceSubrange(0..<end - start, with: Array(buffer[start..<end]))
            held = end - start
        }
    }

    /// Text that the kernel ends with a newline; without one it was cut short.
    static func wholeText(_ path: String, limit: Int = usualLimit) -> Observed<String> {
        text(path, limit: limit).flatMap { text in
            text.hasSuffix("\n")
                ? .known(text) : .unknown(Obstacle(.truncated, path, "its last line has no end"))
        }
    }

    /// The one number that the file holds (a sysctl, a cgroup value).
    static func number(_ path: String) -> Observed<UInt64> {
        wholeText(path, limit: 4096).flatMap { text in
            let word = text.split(whereSeparator: \.isWhitespace).first ?? ""
            guard let number = UInt64(word) else {
                return .unknown(Obstacle(.malformed, path, "no number"))
            }
            return .known(number)
        }
    }

    /// Names in a folder without `.` and `..`, at most `limit`, in the order of the system.
    static func names(_ path: String, limit: Int = 1 << 20) -> Observed<[String]> {
        guard let folder = unsafe opendir(path) else {
            return .unknown(Obstacle(errno: errno, path))
        }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while names.count < limit {
            errno = 0
            guard let entry = unsafe readdir(folder) else {
                let code = errno
                return code == 0 ? .known(names) : .unknown(Obstacle(errno: code, path))
            }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return .known(names)
    }

    /// Where a symbolic link points, at most 4 KiB.
    static func link(_ path: String) -> Observed<String> {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe buffer.withUnsafeMutableBytes { buffer in
            unsafe readlink(path, buffer.baseAddress!, buffer.count)
        }
        guard count >= 0 else { return .unknown(Obstacle(errno: errno, path)) }
        return .known(String(decoding: buffer[..<count], as: UTF8.self))
    }
}

/// An open file descriptor, closed when it goes out of scope.
@safe struct Descriptor: ~Copyable {
    let number: Int32

    /// Takes over an open descriptor.
    init(owning number: Int32) { self.number = number }

    /// Opens for reading; never waits, even when somebody put a FIFO there.
    init(opening path: String) throws(Obstacle) {
        let number = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else { throw Obstacle(errno: errno, path) }
        self.number = number
    }

    deinit { close(number) }
}

extension Obstacle {
    /// - Parameter code: of `errno`, taken right after the call.
    init(errno code: Int32, _ subject: String) {
        let reason: Reason =
            switch code {
            case ENOENT, ENOTDIR: .missing
            case EACCES, EPERM: .notPermitted
            case ESRCH: .vanished
            case EOPNOTSUPP, ENOSYS, EPROTONOSUPPORT, EAFNOSUPPORT: .unsupported
            case ETIMEDOUT, EAGAIN: .timedOut
            default: .failed
            }
        self.init(reason, subject, unsafe String(cString: strerror(code)))
    }
}
