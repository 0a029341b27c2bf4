public import Dissection
internal import Glibc

/// Why packets cannot be saved, with the `errno` of open(2) or write(2).
public enum CaptureWriteError: Error, Equatable, Sendable {
    /// The file is there already and was left alone.
    case exists(path: String)
    case io(path: String, errno: Int32)
}

/// Saves packets as a pcap file with nanoseconds (draft-ietf-opsawg-pcap), in the machine's order.
///
/// The file ends behind a whole packet whenever `flush` has returned, also on a full disk.
public struct CaptureWriter: ~Copyable {
    /// Handed to the system at this size, or by `flush`.
    private static let bufferSize = 256 << 10
    /// Bytes before each packet's own.
    private static let recordHeader = 16

    public let path: String
    /// Packets that are in the file for certain.
    public private(set) var savedPackets = 0
    /// Bytes of the file once all is flushed, its header included.
    public private(set) var size = 0
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    /// Where each packet of the buffer ends.
    private var ends: [Int] = []

    /// Creates `path`, readable for its owner alone: packets hold other people's words.
    ///
    /// - Throws: `exists`; a file is never overwritten.
    public init(path: String, link: LinkType, snapLength: Int) throws(CaptureWriteError) {
        self.path = path
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0o600)
        if descriptor < 0 {
            let code = errno
            throw code == EEXIST ? .exists(path: path) : .io(path: path, errno: code)
        }
        buffer.reserveCapacity(Self.bufferSize + 300_000)
        append(0xA1B2_3C4D)
        append(UInt32(2) | UInt32(4) << 16)
        append(0)
        append(0)
        append(UInt32(truncatingIfNeeded: snapLength))
        append(link.rawValue)
        size = buffer.count
        try flush()
    }

    deinit { _ = close(descriptor) }

    /// What tells the file from others on this machine.
    var identity: (device: UInt64, inode: UInt64) {
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0 else { return (0, 0) }
        return (UInt64(facts.st_dev), UInt64(facts.st_ino))
    }

    /// Adds a packet; seconds beyond the year 2106 do not fit the format and wrap.
    public mutating func write(
        _ record: PacketRecord, _ bytes: RawSpan
    ) throws(CaptureWriteError) {
        append(UInt32(truncatingIfNeeded: record.time / 1_000_000_000))
        append(UInt32(truncatingIfNeeded: record.time % 1_000_000_000))
        append(UInt32(truncatingIfNeeded: bytes.byteCount))
        append(UInt32(truncatingIfNeeded: record.wireLength))
        unsafe bytes.withUnsafeBytes { unsafe buffer.append(contentsOf: $0) }
        ends.append(buffer.count)
        size += Self.recordHeader + bytes.byteCount
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Hands everything to the system; on a failure the file is cut behind its last whole packet.
    public mutating func flush() throws(CaptureWriteError) {
        let (written, code) = put()
        savedPackets += ends.count { $0 <= written }
        if let code {
            let whole = ends.last { $0 <= written } ?? 0
            let size = lseek(descriptor, 0, SEEK_CUR)
            if size >= 0 { _ = ftruncate(descriptor, size - written + whole) }
            throw .io(path: path, errno: code)
        }
        buffer.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// - Returns: how many bytes of the buffer were written, and what stopped it.
    private func put() -> (written: Int, code: Int32?) {
        var written = 0
        while written < buffer.count {
            let (count, code) = unsafe buffer.withUnsafeBytes { bytes in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
                let count = unsafe systemWrite(descriptor, rest.baseAddress, rest.count)
                return (count, count < 0 ? errno : 0)
            }
            if count < 0 {
                if code == EINTR { continue }
                return (written, code)
            }
            written += count
        }
        return (written, nil)
    }

    private mutating func append(_ value: UInt32) {
        unsafe withUnsafeBytes(of: value) { unsafe buffer.append(contentsOf: $0) }
    }
}

/// write(2), under a name that the method above does not hide.
private func systemWrite(_ descriptor: Int32, _ source: UnsafeRawPointer?, _ count: Int) -> Int {
    unsafe write(descriptor, source, count)
}
