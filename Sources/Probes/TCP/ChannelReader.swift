/// Reads lines and counted bytes from a channel; what came beyond them waits for the next call.
struct ChannelReader {
    let channel: any ByteChannel
    /// Received and not yet given out.
    private(set) var pending: [UInt8] = []

    /// A line longer than this is given out in parts; text protocols allow far less (RFC 5321
    /// §4.5.3.1.5: 512 bytes, RFC 9051 §4: 8192).
    static let longestLine = 8192

    init(_ channel: any ByteChannel) { self.channel = channel }

    /// The next `count` bytes.
    ///
    /// - Throws: `closed` when the peer ends before.
    mutating func bytes(_ count: Int, by deadline: Deadline) throws(NetworkFailure) -> [UInt8] {
        while pending.count < count { try fill(by: deadline) }
        defer { pending.removeFirst(count) }
        return Array(pending.prefix(count))
    }

    /// The next line without its end (CR LF, or LF alone).
    ///
    /// - Throws: `closed` when the peer ends before a whole line.
    mutating func line(by deadline: Deadline) throws(NetworkFailure) -> [UInt8] {
        var searched = 0
        while true {
            if let end = pending[searched...].firstIndex(of: 0x0A) {
                let line = pending[..<end]
                defer { pending.removeFirst(end + 1) }
                return Array(line.last == 0x0D ? line.dropLast() : line)
            }
            searched = pending.count
            if pending.count >= Self.longestLine {
                defer { pending = [] }
                return pending
            }
            try fill(by: deadline)
        }
    }

    private mutating func fill(by deadline: Deadline) throws(NetworkFailure) {
        let more = try channel.receive(atMost: 16 * 1024, by: deadline)
        guard !more.isEmpty else { throw .closed }
        pending += more
    }
}
