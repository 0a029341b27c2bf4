import Glibc

/// Where the capture, or the truth about it, goes.
public protocol ByteSink: ~Copyable {
    mutating func write(_ bytes: UnsafeRawBufferPointer) throws
}

/// Keeps everything in memory.
public struct MemorySink: ByteSink {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func write(_ bytes: UnsafeRawBufferPointer) {
        self.bytes.append(contentsOf: bytes)
    }
}

/// A failed system call, with the path and the reason.
public struct FileFailure: Error, CustomStringConvertible {
    public let path: String
    public let code: CInt

    public var description: String { "\(path): \(String(cString: strerror(code)))" }
}

/// A file descriptor, written with write(2); `-` is standard output.
public struct FileSink: ByteSink, ~Copyable {
    private let path: String
    private let descriptor: CInt

    public init(path: String) throws {
        self.path = path
        descriptor = path == "-" ? 1 : Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        if descriptor < 0 { throw FileFailure(path: path, code: errno) }
    }

    deinit {
        if descriptor != 1 { close(descriptor) }
    }

    public mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            let written = Glibc.write(descriptor, start, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw FileFailure(path: path, code: errno)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }
}
