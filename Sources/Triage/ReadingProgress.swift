import Glibc
import PacketCapture

/// How much of a capture file has been read, by the packets that came out of it.
struct ReadingProgress {
    /// A packet's header in pcap; pcapng's is twice that (pcapng §4.3), with options more.
    private static let header = 16
    private let size: Int?
    private var used = 0

    /// - Parameter path: `nil` for what its size tells nothing of.
    init(path: String?) {
        var facts = stat()
        let isFile =
            path.map { stat($0, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG } ?? false
        size = isFile && facts.st_size > 0 ? Int(facts.st_size) : nil
    }

    mutating func add(_ record: PacketRecord) { used += record.capturedLength + Self.header }

    var share: Double? { size.map { min(1, Double(used) / Double($0)) } }
}
