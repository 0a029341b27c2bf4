/// One frame of HTTP/2 (RFC 9113 §4.1, §6).
struct HTTP2Frame: Equatable, Sendable {
    enum Kind {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let resetStream: UInt8 = 3
        static let settings: UInt8 = 4
        static let ping: UInt8 = 6
        static let goAway: UInt8 = 7
        static let windowUpdate: UInt8 = 8
        static let continuation: UInt8 = 9
    }

    enum Flag {
        static let endStream: UInt8 = 0x01
        static let acknowledgement: UInt8 = 0x01
        static let endHeaders: UInt8 = 0x04
        static let padded: UInt8 = 0x08
        static let priority: UInt8 = 0x20
    }

    var kind: UInt8
    var flags: UInt8 = 0
    /// 31 bits; 0 is the connection.
    var stream: UInt32 = 0
    var payload: [UInt8] = []

    /// Length (3), type, flags, stream (4), payload.
    var bytes: [UInt8] {
        let length = UInt32(payload.count)
        return bigEndian(length).dropFirst() + [kind, flags] + bigEndian(stream) + payload
    }

    /// A request's field block without a body: HEADERS, and CONTINUATION for what a frame that every
    /// server takes does not hold (§4.2, §6.10).
    static func headers(_ block: [UInt8], stream: UInt32) -> [HTTP2Frame] {
        var frames: [HTTP2Frame] = []
        var rest = block[...]
        repeat {
            let part = rest.prefix(HTTP2FrameReader.limit)
            rest = rest.dropFirst(part.count)
            var flags: UInt8 = rest.isEmpty ? Flag.endHeaders : 0
            if frames.isEmpty { flags |= Flag.endStream }
            frames.append(
                HTTP2Frame(
                    kind: frames.isEmpty ? Kind.headers : Kind.continuation, flags: flags,
                    stream: stream, payload: Array(part)))
        } while !rest.isEmpty
        return frames
    }

    func has(_ flag: UInt8) -> Bool { flags & flag != 0 }

    /// The payload without padding and priority (RFC 9113 §6.1, §6.2); `nil` when they do not fit.
    var content: ArraySlice<UInt8>? {
        var rest = payload[...]
        if has(Flag.padded) {
            guard let padding = rest.popFirst(), Int(padding) <= rest.count else { return nil }
            rest = rest.dropLast(Int(padding))
        }
        if kind == Kind.headers, has(Flag.priority) {
            guard rest.count >= 5 else { return nil }
            rest = rest.dropFirst(5)
        }
        return rest
    }

    /// The number in four bytes at `offset` of the payload.
    func number(at offset: Int) -> UInt32? {
        guard offset + 4 <= payload.count else { return nil }
        return payload[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }
}

func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}

/// Cuts a stream of bytes into frames. Frames above `limit` are a fault: RFC 9113 §4.2 allows none
/// above 16,384 bytes unless we say so, and we do not.
struct HTTP2FrameReader: Sendable {
    static let limit = 16384
    private var pending: [UInt8] = []
    /// A frame was announced that is longer than allowed; nothing after it is read.
    private(set) var isBroken = false

    mutating func append(_ bytes: ArraySlice<UInt8>) {
        if !isBroken { pending += bytes }
    }

    /// Whether what came first cannot be HTTP/2: a server's first frame is SETTINGS (§3.4).
    var beginsWithText: Bool { pending.starts(with: "HTTP/1.".utf8) }

    mutating func next() -> HTTP2Frame? {
        guard !isBroken, pending.count >= 9 else { return nil }
        let length = Int(pending[0]) << 16 | Int(pending[1]) << 8 | Int(pending[2])
        guard length <= Self.limit else {
            isBroken = true
            pending = []
            return nil
        }
        guard pending.count >= 9 + length else { return nil }
        let stream = pending[5..<9].reduce(0) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let frame = HTTP2Frame(
            kind: pending[3], flags: pending[4], stream: stream,
            payload: Array(pending[9..<(9 + length)]))
        pending.removeFirst(9 + length)
        return frame
    }
}
