internal import Glibc

/// The kernel's ring of messages, as far as it reaches back (Documentation/ABI/testing/dev-kmsg).
public struct KernelLog: Sendable {
    /// Lines `SECONDS.MICROSECONDS kernel: TEXT`.
    public var text: [UInt8]
    /// Sequence number of the first record: 0 when the ring still holds everything since boot.
    public var firstNumber: UInt64
    /// Nanoseconds since 1970 of the first record.
    public var since: Int64?

    /// The ring has a megabyte or so; a larger one is read from its beginning as far as this.
    private static let limit = 64 << 20
    /// A record is at most 8 KiB (CONSOLE_EXT_LOG_MAX).
    private static let recordSize = 8192

    public var coverage: LogReport.Coverage {
        if firstNumber == 0 { return .kernelSinceBoot }
        return since.map { .kernel(since: $0) } ?? .unknown
    }

    /// - Parameter path: another place only in tests.
    public static func read(_ path: String = "/dev/kmsg") -> Observed<KernelLog> {
        do { return .known(try records(path)) } catch { return .unknown(error) }
    }

    private static func records(_ path: String) throws(Obstacle) -> KernelLog {
        let descriptor = try Descriptor(opening: path)
        var log = KernelLog(text: [], firstNumber: 0)
        let boot = bootTime()
        var isFirst = true
        var record = [UInt8](repeating: 0, count: recordSize)
        while log.text.count < limit {
            let count = unsafe record.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor.number, $0.baseAddress, $0.count)
            }
            if count < 0 {
                let code = errno
                // The record was overwritten before we came to it; the next read goes on.
                if code == EPIPE || code == EINTR { continue }
                if code == EAGAIN { break }
                throw Obstacle(errno: code, path)
            }
            if count == 0 { break }
            log.add(record[..<count], boot: boot, isFirst: isFirst)
            isFirst = false
        }
        return log
    }

    /// `priority,number,microseconds,flags;text`, then lines with properties that begin with a space.
    private mutating func add(_ record: ArraySlice<UInt8>, boot: Int64, isFirst: Bool) {
        guard let mark = record.firstIndex(of: UInt8(ascii: ";")) else { return }
        let fields = record[..<mark].split(separator: UInt8(ascii: ","))
        guard fields.count >= 3, let number = Self.number(fields[1]),
            let microseconds = Self.number(fields[2]).flatMap({ Int64(exactly: $0) })
        else { return }
        let time = boot &+ (microseconds &* 1000)
        if isFirst { (firstNumber, since) = (number, time) }
        let line = record[(mark + 1)...].prefix { $0 != UInt8(ascii: "\n") }
        text += Array("\(time / 1_000_000_000).\(Self.padded(time)) kernel: ".utf8)
        text += line
        text.append(UInt8(ascii: "\n"))
    }

    private static func padded(_ time: Int64) -> String {
        let digits = String(time % 1_000_000_000 / 1000)
        return String(repeating: "0", count: 6 - digits.count) + digits
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64? {
        UInt64(String(decoding: bytes, as: UTF8.self))
    }

    /// Nanoseconds since 1970 at which the kernel's clock began.
    private static func bootTime() -> Int64 {
        var wall = timespec()
        var kernel = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &wall)
        unsafe clock_gettime(CLOCK_MONOTONIC, &kernel)
        return Int64(wall.tv_sec - kernel.tv_sec) * 1_000_000_000
            + Int64(wall.tv_nsec - kernel.tv_nsec)
    }
}
