/// The options of a TCP header that say how the connection works.
public struct TCPOptions: Sendable {
    /// The largest segment the sender takes, in bytes (RFC 9293 §3.7.1).
    public var mss: UInt16?
    /// The shift of later windows, 0 to 14 (RFC 7323 §2).
    public var windowScale: UInt8?
    public var sackPermitted = false
    /// The sender's clock and the last value it saw of the peer's (RFC 7323 §3).
    public var timestamp: (value: UInt32, echo: UInt32)?
    /// The first two blocks of what was received beyond the acknowledgement (RFC 2018 §3).
    public var sack: (first: SACKBlock, second: SACKBlock?)?
    /// An option's length contradicts the bytes; those before it are kept.
    public var isMalformed = false

    public init() {}

    /// Reads the bytes of `TCPSegment.optionsOffset` and `optionsLength`.
    public static func parse(_ bytes: RawSpan) -> TCPOptions {
        var options = TCPOptions()
        var offset = 0
        while offset < bytes.byteCount {
            let kind = bytes.byte(at: offset)
            if kind == 0 { break }
            if kind == 1 {
                offset += 1
                continue
            }
            let left = bytes.byteCount - offset
            let length = left >= 2 ? Int(bytes.byte(at: offset + 1)) : 0
            guard 2...max(left, 2) ~= length, left >= 2 else {
                options.isMalformed = true
                break
            }
            options.read(kind: kind, bytes, at: offset + 2, count: length - 2)
            offset += length
        }
        return options
    }

    /// Options of another length than the standard's are left out.
    private mutating func read(kind: UInt8, _ bytes: RawSpan, at offset: Int, count: Int) {
        switch (kind, count) {
        case (2, 2): mss = bytes.uint16(at: offset)
        // RFC 7323 §2.3: a larger shift is used as 14.
        case (3, 1): windowScale = min(bytes.byte(at: offset), 14)
        case (4, 0): sackPermitted = true
        case (5, 8): sack = (SACKBlock(bytes, at: offset), nil)
        case (5, 16), (5, 24), (5, 32):
            sack = (SACKBlock(bytes, at: offset), SACKBlock(bytes, at: offset + 8))
        case (8, 8): timestamp = (bytes.uint32(at: offset), bytes.uint32(at: offset + 4))
        default: break
        }
    }
}

/// Sequence numbers from `left` up to, not including, `right` (RFC 2018 §3).
public struct SACKBlock: Equatable, Sendable {
    public var left: UInt32
    public var right: UInt32

    fileprivate init(_ bytes: RawSpan, at offset: Int) {
        left = bytes.uint32(at: offset)
        right = bytes.uint32(at: offset + 4)
    }
}

extension TCPOptions {
    /// What the receiver says it got twice: a first block below its acknowledgement, or inside the
    /// second block (RFC 2883 §4).
    public func receivedTwice(acknowledgement: UInt32) -> SACKBlock? {
        guard let (first, second) = sack else { return nil }
        if Int32(bitPattern: acknowledgement &- first.right) >= 0 { return first }
        guard let second, Int32(bitPattern: first.left &- second.left) >= 0,
            Int32(bitPattern: second.right &- first.right) >= 0
        else { return nil }
        return first
    }
}
