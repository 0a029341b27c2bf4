public import Dissection
internal import Glibc

/// Saves packets in one file, or in a ring of files of which the oldest make room for the newest.
///
/// `now.pcap` as a ring is `now-00001.pcap`, `now-00002.pcap` and so on: names sort by time, and
/// none is used twice. No file that was there before is overwritten, and only files that were
/// created here are removed.
public struct CaptureRing: ~Copyable {
    /// How many files are kept, and how large one may become.
    public struct Bounds: Hashable, Sendable {
        /// 2 or more.
        public var files: Int
        /// Bytes of one file; the packet that reaches them is its last.
        public var size: Int

        public init(files: Int, size: Int) {
            self.files = files
            self.size = size
        }
    }

    /// A file that holds packets of the capture.
    public struct Saved: Hashable, Sendable {
        public var path: String
        /// One-based number of its first packet in the whole capture.
        public var firstPacket: Int
        public var packets: Int
    }

    private struct Closed {
        var saved: Saved
        var device: UInt64
        var inode: UInt64
    }

    private let path: String
    private let bounds: Bounds?
    private let link: LinkType
    private let snapLength: Int
    private var writer: CaptureWriter
    /// Oldest first.
    private var closed: [Closed] = []
    private var opened = 1
    private var firstPacket = 1
    /// Packets that are in files for certain, also in files that were removed since.
    public var savedPackets: Int { firstPacket - 1 + writer.savedPackets }

    /// - Throws: `exists`; a file is never overwritten.
    public init(
        path: String, bounds: Bounds?, link: LinkType, snapLength: Int
    ) throws(CaptureWriteError) {
        (self.path, self.bounds) = (path, bounds)
        (self.link, self.snapLength) = (link, snapLength)
        let first = bounds == nil ? path : Self.name(path, 1)
        writer = try CaptureWriter(path: first, link: link, snapLength: snapLength)
    }

    /// The files that are there, oldest first.
    public var files: [Saved] {
        closed.map(\.saved) + [
            Saved(path: writer.path, firstPacket: firstPacket, packets: writer.savedPackets)
        ]
    }

    public mutating func write(
        _ record: PacketRecord, _ bytes: RawSpan
    ) throws(CaptureWriteError) {
        try writer.write(record, bytes)
        if let bounds, writer.size >= bounds.size { try turn(bounds) }
    }

    /// Hands everything to the system.
    public mutating func flush() throws(CaptureWriteError) { try writer.flush() }

    /// Goes on with a new file, then removes the oldest beyond the bound.
    private mutating func turn(_ bounds: Bounds) throws(CaptureWriteError) {
        try writer.flush()
        let saved = Saved(
            path: writer.path, firstPacket: firstPacket, packets: writer.savedPackets)
        let identity = writer.identity
        opened += 1
        writer = try CaptureWriter(
            path: Self.name(path, opened), link: link, snapLength: snapLength)
        firstPacket += saved.packets
        closed.append(Closed(saved: saved, device: identity.device, inode: identity.inode))
        while closed.count >= bounds.files { Self.remove(closed.removeFirst()) }
    }

    /// What somebody else put in its place stays.
    private static func remove(_ file: Closed) {
        var facts = stat()
        guard unsafe lstat(file.saved.path, &facts) == 0, UInt64(facts.st_dev) == file.device,
            UInt64(facts.st_ino) == file.inode
        else { return }
        _ = unsafe unlink(file.saved.path)
    }

    /// `dir/now-00001.pcap` of `dir/now.pcap`.
    private static func name(_ path: String, _ number: Int) -> String {
        let digits = String(number)
        let place = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
        let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        guard let dot = path[start...].lastIndex(of: "."), dot > start else {
            return "\(path)-\(place)"
        }
        return "\(path[..<dot])-\(place)\(path[dot...])"
    }
}
