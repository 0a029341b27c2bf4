internal import Dissection

/// One side's bytes of DNS over TCP, and the messages in them.
struct DNSStream {
    struct Message {
        var message: DNSMessage
        /// The packet whose bytes made it whole.
        var place: PacketPlace
    }

    private(set) var lastTime: Int64 = 0
    private var expected: UInt32?
    private var pending: [UInt8] = []
    private var place = PacketPlace(number: 0, time: 0)
    /// Bytes are missing: waits for a segment that holds a message and nothing else.
    private var isLost = false
    /// Messages that were there when bytes were missed.
    private var saved: [Message] = []
    private var ahead: [(sequence: UInt32, bytes: [UInt8], place: PacketPlace)] = []
    private static let aheadLimit = 64
    /// A header (RFC 1035 §4.1.1).
    private static let shortest = 12

    /// - Parameters:
    ///   - whole: the snap length has cut nothing off.
    ///   - base: of the stream's first byte, where it is known.
    mutating func take(
        _ payload: RawSpan, whole: Bool, sequence: UInt32, base: UInt32?, at place: PacketPlace
    ) {
        lastTime = place.time
        let bytes = payload.array(0..<payload.byteCount)
        guard whole else {
            let isNext = sequence == expected ?? base ?? sequence
            if !isLost, isNext { append(bytes, sequence: sequence, skipping: 0, at: place) }
            return lose()
        }
        if isLost {
            guard Self.isOneMessage(bytes) else { return }
            isLost = false
            expected = sequence
        }
        let gap = Int32(bitPattern: sequence &- (expected ?? base ?? sequence))
        if gap > 0 {
            if ahead.count < Self.aheadLimit, gap < 1 << 18 {
                if expected == nil { expected = base }
                ahead.append((sequence, bytes, place))
            } else {
                lose()
            }
            return
        }
        append(bytes, sequence: sequence, skipping: Int(-Int64(gap)), at: place)
        while let next = ahead.firstIndex(where: { $0.sequence == expected }) {
            let kept = ahead.remove(at: next)
            append(kept.bytes, sequence: kept.sequence, skipping: 0, at: kept.place)
        }
    }

    private mutating func append(
        _ bytes: [UInt8], sequence: UInt32, skipping: Int, at place: PacketPlace
    ) {
        guard skipping < bytes.count else { return }
        pending += bytes[skipping...]
        expected = sequence &+ UInt32(truncatingIfNeeded: bytes.count)
        self.place = place
    }

    /// The next message that is whole, or an answer of which only the beginning is there.
    mutating func next() -> Message? { saved.isEmpty ? nextWhole() : saved.removeFirst() }

    private mutating func nextWhole() -> Message? {
        while pending.count >= 2 {
            let length = Int(pending[0]) << 8 | Int(pending[1])
            guard length >= Self.shortest else {
                pending = []
                lose()
                return nil
            }
            guard pending.count >= 2 + length else { return nil }
            let bytes = Array(pending[2..<2 + length])
            pending.removeFirst(2 + length)
            if let message = try? DNSMessage(bytes.span.bytes) {
                return Message(message: message, place: place)
            }
        }
        return nil
    }

    private mutating func lose() {
        if isLost { return }
        isLost = true
        while let message = nextWhole() { saved.append(message) }
        if let answer = beginning() { saved.append(answer) }
        pending = []
        ahead = []
    }

    /// An answer is one also where only its beginning was captured; a question could have said more.
    private func beginning() -> Message? {
        guard pending.count >= 2 + Self.shortest,
            let message = try? DNSMessage(Array(pending[2...]).span.bytes, mayBeCut: true),
            message.flags.contains(.response)
        else { return nil }
        return Message(message: message, place: place)
    }

    private static func isOneMessage(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 2 + shortest && Int(bytes[0]) << 8 | Int(bytes[1]) == bytes.count - 2
    }
}
