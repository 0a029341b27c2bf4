/// Gathers lines from pieces: the end is CR LF, or LF alone (RFC 9112 §2.2).
struct HTTPLineBuffer: Sendable {
    private var pending: [UInt8] = []
    /// Bytes of all lines that were taken, with their ends.
    private(set) var taken = 0
    /// The lines have together more bytes than they may.
    private(set) var isOverLimit = false
    private let limit: Int

    /// - Parameter limit: bytes of all lines together.
    init(limit: Int) {
        self.limit = limit
    }

    /// The next line without its end; `nil` when `bytes` are used up first, or too many.
    mutating func take(
        _ bytes: inout ArraySlice<UInt8>
    ) -> (content: ArraySlice<UInt8>, isBare: Bool)? {
        guard !isOverLimit else { return nil }
        let end = bytes.firstIndex(of: 0x0A)
        let piece = bytes[..<(end.map { $0 + 1 } ?? bytes.endIndex)]
        taken += piece.count
        if taken > limit {
            isOverLimit = true
            return nil
        }
        bytes = bytes[piece.endIndex...]
        pending += piece
        guard end != nil else { return nil }
        var line = pending[...]
        pending = []
        line.removeLast()
        guard line.last == 0x0D else { return (line, true) }
        line.removeLast()
        return (line, false)
    }
}
