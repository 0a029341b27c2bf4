internal import Glibc

/// A file that is there whole or not at all: written beside its place, put there at the end.
struct NewFile: ~Copyable {
    /// Handed to the system at this size.
    private static let bufferSize = 256 << 10

    let path: String
    private let temporary: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var isInPlace = false

    /// Readable for its owner alone: packets hold other people's words.
    ///
    /// - Throws: `exists`; a file is never overwritten.
    init(path: String) throws(CaptureWriteError) {
        let temporary = "\(path).\(getpid()).tmp"
        descriptor = try Self.opened(temporary, for: path)
        self.path = path
        self.temporary = temporary
    }

    private static func opened(
        _ temporary: String, for path: String
    ) throws(CaptureWriteError) -> Int32 {
        if unsafe access(path, F_OK) == 0 { throw .exists(path: path) }
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY
        let descriptor = unsafe open(temporary, flags, 0o600)
        if descriptor < 0 { throw .io(path: path, errno: errno) }
        return descriptor
    }

    deinit {
        _ = close(descriptor)
        if !isInPlace { _ = unsafe unlink(temporary) }
    }

    mutating func append(_ bytes: [UInt8]) throws(CaptureWriteError) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferSize { try flush() }
    }

    mutating func append(_ bytes: RawSpan) throws(CaptureWriteError) {
        unsafe bytes.withUnsafeBytes { unsafe buffer.append(contentsOf: $0) }
        if buffer.count >= Self.bufferSize { try flush() }
    }

    private mutating func flush() throws(CaptureWriteError) {
        var written = 0
        while written < buffer.count {
            let (count, code) = unsafe buffer.withUnsafeBytes { bytes in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
                let count = unsafe write(descriptor, rest.baseAddress, rest.count)
                return (count, count < 0 ? errno : 0)
            }
            if count < 0, code != EINTR { throw .io(path: path, errno: code) }
            written += max(0, count)
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Puts the file in its place, where there is still none.
    mutating func finish() throws(CaptureWriteError) {
        try flush()
        if fsync(descriptor) != 0 { throw .io(path: path, errno: errno) }
        if unsafe link(temporary, path) == 0 { return }
        let code = errno
        if code == EEXIST { throw .exists(path: path) }
        // Not every file system has hard links.
        guard unsafe access(path, F_OK) != 0, unsafe rename(temporary, path) == 0 else {
            throw .io(path: path, errno: code)
        }
        isInPlace = true
    }
}
