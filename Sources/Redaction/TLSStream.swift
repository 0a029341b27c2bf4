import Dissection

/// Follows the records of one direction, as `TrafficAnalysis` does, and keeps what frames them.
struct TLSStream {
    /// A segment's payload.
    struct Piece {
        var packet: Int
        var sequence: UInt32
        var bytes: [UInt8]
    }

    private enum State {
        /// No TLS so far.
        case plain
        /// Every byte so far was there.
        case whole
        /// Bytes are missing; waits for a segment that begins with a record.
        case lost
    }

    /// Bytes of packets that were seen before what they mean was known.
    var settled: [(packet: Int, bytes: [UInt8])] = []
    let base: UInt32
    private var state = State.plain
    private var expected: UInt32
    private var isFresh = true
    private var header: [UInt8] = []
    private var remaining = 0
    private var type: UInt8 = 0
    private var recordLength = 0
    private var cipherChanged = false
    private var isOpaque = false
    private var messages = HandshakeMessages()
    /// Segments that came before others that are before them.
    private var ahead: [Piece] = []
    private static let aheadLimit = 64
    private static let longestGap: Int32 = 1 << 24

    init(expected: UInt32) {
        base = expected
        self.expected = expected
    }

    /// - Returns: the piece's bytes as they are to be written; `nil` when they are no TLS.
    mutating func take(_ piece: Piece, cut: Int, _ edit: HandshakeEdit) -> [UInt8]? {
        let gap = Int32(bitPattern: piece.sequence &- expected)
        let length = Int32(truncatingIfNeeded: piece.bytes.count + cut)
        if state == .plain {
            if gap > 0, gap < 65536, isFresh { return keepAhead(piece) }
            guard 0...Self.longestGap ~= gap, opens(piece.bytes) else {
                isFresh = false
                if gap >= 0 { expected = piece.sequence &+ UInt32(bitPattern: length) }
                return nil
            }
            (state, expected) = (.whole, piece.sequence)
        } else if gap &+ length <= 0 {
            // Sent again: what was in it is known.
            return [UInt8](repeating: 0, count: piece.bytes.count)
        } else if gap > 0 {
            if !isOpaque, state == .whole, ahead.count < Self.aheadLimit { return keepAhead(piece) }
            skip(gap)
        }
        let start = gap < 0 ? Int(-gap) : 0
        let result = read(piece, from: start, edit)
        expected = piece.sequence &+ UInt32(bitPattern: length)
        if cut > 0 { loseTail(cut) }
        drain(edit)
        return result
    }

    private mutating func keepAhead(_ piece: Piece) -> [UInt8] {
        ahead.append(piece)
        return [UInt8](repeating: 0, count: piece.bytes.count)
    }

    /// Reads what the stream has reached meanwhile.
    private mutating func drain(_ edit: HandshakeEdit) {
        while state == .whole,
            let next = ahead.firstIndex(where: {
                Int32(bitPattern: $0.sequence &- expected) <= 0
            })
        {
            let piece = ahead.remove(at: next)
            let start = Int(expected &- piece.sequence)
            guard start < piece.bytes.count else { continue }
            let bytes = read(piece, from: start, edit)
            expected = piece.sequence &+ UInt32(piece.bytes.count)
            settled.append((piece.packet, bytes))
        }
    }

    private func opens(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first, first & 0xFC == 0x14 else { return false }
        let span = unsafe bytes.span.bytes
        guard let record = tlsRecord(span, at: 0) else { return false }
        // A hello of a version that does not exist is one all the same.
        let isHello = record.contentType == 22 && (bytes.count == 5 || 1...2 ~= bytes[5])
        return isHello || looksLikeTLS(span)
    }

    private mutating func skip(_ gap: Int32) {
        if state == .whole, isOpaque, remaining >= Int(gap) {
            remaining -= Int(gap)
        } else {
            lose()
        }
    }

    private mutating func loseTail(_ cut: Int) {
        if remaining >= cut, isOpaque { remaining -= cut } else { lose() }
    }

    private mutating func lose() {
        state = .lost
        (remaining, header, ahead) = (0, [], [])
        messages = HandshakeMessages()
    }

    /// Goes from record to record; what is not kept is a blank.
    private mutating func read(_ piece: Piece, from start: Int, _ edit: HandshakeEdit) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: piece.bytes.count)
        if state == .lost {
            guard opens(piece.bytes) else { return result }
            (state, isOpaque) = (.whole, true)
        }
        var place = start
        while place < piece.bytes.count {
            if remaining == 0 {
                result[place] = piece.bytes[place]
                header.append(piece.bytes[place])
                place += 1
                if header.count == 5 {
                    guard begin() else {
                        lose()
                        return result
                    }
                    if remaining > 0 { look(ahead: piece.bytes, place) }
                }
                continue
            }
            let end = min(piece.bytes.count, place + remaining)
            body(piece, place..<end, &result, edit)
            remaining -= end - place
            place = end
        }
        messages.hold(result, packet: piece.packet)
        return result
    }

    private mutating func begin() -> Bool {
        defer { header = [] }
        guard let record = unsafe tlsRecord(header.span.bytes, at: 0) else { return false }
        type = record.contentType
        remaining = record.length
        recordLength = record.length
        if type == 20 { cipherChanged = true }
        if type == 23 { isOpaque = true }
        return true
    }

    /// After ChangeCipherSpec a handshake record is encrypted, but for the hellos that TLS 1.3
    /// sends behind one that means nothing (RFC 8446 appendix D.4).
    private mutating func look(ahead bytes: [UInt8], _ place: Int) {
        guard type == 22, cipherChanged else { return }
        isOpaque = true
        guard bytes.count - place >= 4, 1...2 ~= bytes[place],
            Int(bytes.uint32(place) & 0xFF_FFFF) + 4 == recordLength
        else { return }
        isOpaque = false
    }

    private mutating func body(
        _ piece: Piece, _ range: Range<Int>, _ result: inout [UInt8], _ edit: HandshakeEdit
    ) {
        switch type {
        case 20: result.replaceSubrange(range, with: piece.bytes[range])
        // In clear an alert is level and description.
        case 21 where recordLength == 2:
            result.replaceSubrange(range, with: piece.bytes[range])
        case 22 where !isOpaque:
            settled += messages.take(piece, range, &result, edit)
        default: break
        }
    }
}
