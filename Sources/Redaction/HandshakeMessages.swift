/// Handshake messages of one direction over the borders of records and segments.
struct HandshakeMessages {
    /// A part of the unfinished message, in a packet's payload.
    private struct Part {
        var packet: Int
        var range: Range<Int>
    }

    private var head: [UInt8] = []
    private var left = 0
    private var keepsBody = false
    /// The message being put together, `nil` for one whose bytes are kept or not as they come.
    private var whole: [UInt8]?
    private var parts: [Part] = []
    /// Payloads of earlier packets that the unfinished message has parts of.
    private var held: [Int: [UInt8]] = [:]
    /// A chain of certificates is rarely longer; larger ones become blanks.
    private static let longest = 64 << 10

    /// Takes bytes of handshake records and writes to `result` what may be kept of them.
    ///
    /// - Returns: payloads of earlier packets that are settled now.
    mutating func take(
        _ piece: TLSStream.Piece, _ range: Range<Int>, _ result: inout [UInt8],
        _ edit: HandshakeEdit
    ) -> [(packet: Int, bytes: [UInt8])] {
        var settled: [(packet: Int, bytes: [UInt8])] = []
        var place = range.lowerBound
        while place < range.upperBound {
            if head.count < 4 {
                head.append(piece.bytes[place])
                result[place] = piece.bytes[place]
                place += 1
                if head.count == 4 { begin() }
                continue
            }
            let end = min(range.upperBound, place + left)
            if whole != nil {
                whole?.append(contentsOf: piece.bytes[place..<end])
                parts.append(Part(packet: piece.packet, range: place..<end))
            } else if keepsBody {
                result.replaceSubrange(place..<end, with: piece.bytes[place..<end])
            }
            left -= end - place
            place = end
            if left == 0 { settled += finish(piece.packet, &result, edit) }
        }
        return settled
    }

    private mutating func begin() {
        left = Int(head[1]) << 16 | Int(head[2]) << 8 | Int(head[3])
        // ClientHello and Certificate have names; CertificateRequest and CertificateStatus have
        // names and nothing that tells a failure.
        let hasNames = head[0] == 1 || head[0] == 11
        whole = hasNames && left <= Self.longest ? [] : nil
        keepsBody = !hasNames && head[0] != 13 && head[0] != 22
        if left == 0 { head = [] }
    }

    private mutating func finish(
        _ packet: Int, _ result: inout [UInt8], _ edit: HandshakeEdit
    ) -> [(packet: Int, bytes: [UInt8])] {
        defer {
            head = []
            whole = nil
            parts = []
            held = [:]
        }
        guard let whole else { return [] }
        let edited = edit.edited(type: head[0], whole)
        var place = 0
        for part in parts {
            let bytes = edited[place..<place + part.range.count]
            place += part.range.count
            if part.packet == packet {
                result.replaceSubrange(part.range, with: bytes)
            } else {
                held[part.packet]?.replaceSubrange(part.range, with: bytes)
            }
        }
        return held.sorted { $0.key < $1.key }.map { (packet: $0.key, bytes: $0.value) }
    }

    /// Keeps a packet's payload, as it is so far, while it has a part of an unfinished message.
    mutating func hold(_ payload: [UInt8], packet: Int) {
        if parts.contains(where: { $0.packet == packet }) { held[packet] = payload }
    }
}
