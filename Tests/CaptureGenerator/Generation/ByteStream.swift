/// The bytes that one side sends over a connection, mostly by reference: random payload and
/// certificates are shared by all connections, so a connection itself holds a few hundred bytes.
struct ByteStream {
    enum Source: UInt8 { case own, pool, certificates }

    struct Piece {
        /// Where the piece begins in the stream.
        var start: UInt32
        /// Where it begins in its source.
        var offset: UInt32
        var source: Source
    }

    private(set) var own: [UInt8] = []
    private(set) var pieces: [Piece] = []
    private(set) var length = 0

    mutating func append(_ bytes: [UInt8]) {
        if pieces.last?.source != .own { open(.own, at: own.count) }
        own.append(contentsOf: bytes)
        length += bytes.count
    }

    mutating func append(_ source: Source, at offset: Int, count: Int) {
        open(source, at: offset)
        length += count
    }

    private mutating func open(_ source: Source, at offset: Int) {
        pieces.append(Piece(start: UInt32(length), offset: UInt32(offset), source: source))
    }

    /// The last piece that begins at or before the position.
    func piece(at position: Int) -> Int {
        var (low, high) = (0, pieces.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(pieces[middle].start) <= position { low = middle } else { high = middle }
        }
        return low
    }

    /// Where a piece ends in the stream.
    func end(ofPiece index: Int) -> Int {
        index + 1 < pieces.count ? Int(pieces[index + 1].start) : length
    }
}
