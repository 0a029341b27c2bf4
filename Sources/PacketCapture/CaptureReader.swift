public import Dissection

/// Reads a pcap or pcapng file, or a stream of one, packet by packet.
///
/// One buffer of bounded size holds what was read and not yet visited; the visitor sees spans of it,
/// which end with its call. Nothing in the file makes the reader allocate by its word. Files
/// compressed with gzip, zstd or LZ4 are unpacked on the way.
public struct CaptureReader: ~Copyable {
    /// read(2) is asked for this much: 64 KiB costs more, 1 MiB is not faster (measured on Linux
    /// 6).
    static let readSize = 256 << 10
    /// An unfinished block and a full read behind it, which begins at a line of the cache; the longest
    /// only when it comes.
    private static let bufferSize = PcapngDecoder.longestBlock + cacheLine + readSize
    private static let firstSize = (64 << 10) + readSize

    private let file: InputFile
    private let path: String
    let format: CaptureFormat
    private let unpacker: Unpacker?
    private(set) var buffer: [UInt8]
    /// Where in `buffer` the bytes are that no decoder has been shown, or that it wants to see again.
    private(set) var unread: Range<Int>

    /// How the file is compressed, `nil` when it is not.
    public var compression: Compression? { unpacker?.compression }

    /// Opens `path` and looks at its first bytes; `-` is standard input. A FIFO waits for its
    /// writer.
    public init(path: String) throws(CaptureError) {
        let file = try InputFile(path: path)
        if file.isDirectory { throw .isDirectory(path: path) }
        var buffer = [UInt8](repeating: 0, count: Self.firstSize)
        var count = try Self.begin(file, nil, &buffer)
        var unpacker: Unpacker?
        if let compression = unsafe Compression(buffer.span.bytes.extracting(0..<count)) {
            unpacker = Unpacker(compression, first: buffer[..<count])
            count = try Self.begin(file, unpacker, &buffer)
        }
        // `Span.bytes` is called unsafe for elements with padding; bytes have none.
        let head = unsafe buffer.span.bytes.extracting(0..<min(count, CaptureFormat.decisive))
        let format = CaptureFormat(head)
        if let fault = unpacker?.fault, count < CaptureFormat.decisive {
            throw .noPacketReadable(path: path, reason: fault)
        }
        try Self.check(format, path: path, head: head)
        self.path = path
        self.unpacker = unpacker
        self.format = format
        self.file = file
        self.buffer = buffer
        unread = 0..<count
    }

    /// Reads until the format can be told, or to the end.
    ///
    /// - Returns: bytes in the buffer.
    private static func begin(
        _ file: borrowing InputFile, _ unpacker: Unpacker?, _ buffer: inout [UInt8]
    ) throws(CaptureError) -> Int {
        var count = 0
        while count < CaptureFormat.decisive {
            let got = try read(file, unpacker, into: &buffer, after: count)
            if got == 0 { break }
            count += got
        }
        return count
    }

    /// A decoder has used the first `count` of the unread bytes.
    mutating func use(_ count: Int) { unread.removeFirst(count) }

    /// Adds to the unread bytes.
    ///
    /// - Returns: how many; 0 at the end.
    mutating func readMore() throws(CaptureError) -> Int {
        unread = moveToFront(unread, of: &buffer)
        let got = try Self.read(file, unpacker, into: &buffer, after: unread.upperBound)
        unread = unread.lowerBound..<unread.upperBound + got
        return got
    }

    private static func read(
        _ file: borrowing InputFile, _ unpacker: Unpacker?, into buffer: inout [UInt8],
        after count: Int
    ) throws(CaptureError) -> Int {
        if count + readSize > buffer.count {
            buffer += repeatElement(0, count: bufferSize - buffer.count)
        }
        guard let unpacker else {
            return try file.read(into: &buffer, after: count, limit: readSize)
        }
        return try unpacker.read(from: file, into: &buffer, after: count, limit: readSize)
    }

    private static func check(
        _ format: CaptureFormat, path: String, head: RawSpan
    ) throws(CaptureError) {
        switch format {
        case .pcap, .pcapng: return
        case .unfinished(let have, let needed):
            let reason = endsInside("its header", have: have, needed: needed)
            throw .noPacketReadable(path: path, reason: reason)
        case .unsupported(let what): throw .unsupported(path: path, what: what)
        case .unknown:
            if head.byteCount == 0 { throw .empty(path: path) }
            throw .notACapture(path: path, firstBytes: head.array(0..<16))
        }
    }

    /// Visits every packet in the file's order, until the end, damage, or `false` from `visit`;
    /// once.
    ///
    /// - Parameters:
    ///   - expect: Shown packets, three at most, before they are visited, when they are in the buffer
    ///     anyway; asked again from time to time when it says `false`. Twice for some.
    ///   - visit: The packet's bytes are valid during the call only.
    /// - Throws: `noPacketReadable` when damage came before the first packet, `io` likewise.
    public mutating func forEachPacket(
        expecting expect: Expectation = { _, _ in false },
        _ visit: (PacketRecord, RawSpan) -> Bool
    ) throws(CaptureError) -> CaptureFacts {
        switch format {
        case .pcap(let header):
            var decoder = PcapDecoder(header)
            return try pump(&decoder, expect, visit)
        default:
            var decoder = PcapngDecoder()
            return try pump(&decoder, expect, visit)
        }
    }

    private mutating func pump<Decoder: PacketDecoder>(
        _ decoder: inout Decoder, _ expect: Expectation,
        _ visit: (PacketRecord, RawSpan) -> Bool
    ) throws(CaptureError) -> CaptureFacts {
        var readError: CaptureError?
        while !decoder.isDone {
            use(
                unsafe decoder.consume(
                    buffer.span.bytes.extracting(unread), expecting: expect, visit))
            if decoder.isDone { break }
            var got = 0
            do throws(CaptureError) {
                got = try readMore()
            } catch {
                readError = error
            }
            if got == 0 {
                unsafe decoder.end(buffer.span.bytes.extracting(unread))
                break
            }
        }
        return try judged(decoder.facts, readError)
    }

    /// What was delivered stays delivered: an error is thrown only when that is nothing.
    func judged(
        _ facts: CaptureFacts, _ readError: CaptureError?
    ) throws(CaptureError) -> CaptureFacts {
        var facts = facts
        facts.compression = compression
        if let fault = unpacker?.fault {
            facts.stop(facts.cutShortReason.map { "\(fault): \($0)" } ?? fault)
        }
        if unpacker?.hasTail == true { facts.note("bytes behind the compressed data, left out") }
        if let readError {
            guard facts.packets > 0 else { throw readError }
            if case .io(_, let code) = readError { facts.stop("reading failed (errno \(code))") }
        }
        if facts.packets == 0, facts.cutShort {
            throw .noPacketReadable(path: path, reason: facts.cutShortReason ?? "")
        }
        return facts
    }
}
