/// The options of a TCP header that say how the connection works.
public struct TCPOptions: Sendable {
    /// The largest segment the sender takes, in bytes (RFC 9293 §3.7.1).
    public var mss: UInt16?
    /// The shift of later windows, 0 to 14 (RFC 7323 §2).
    public var windowScale: UInt8?
    public var sackPermitted = false
    /// The sender's clock and the last value it saw of the peer's (RFC 7323 §3).
    public var timestamp: (value: UInt32, echo: UInt32)?
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
        case (8, 8): timestamp = (bytes.uint32(at: offset), bytes.uint32(at: offset + 4))
        default: break
        }
    }
}
