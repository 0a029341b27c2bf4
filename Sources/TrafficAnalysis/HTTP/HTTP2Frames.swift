internal import Dissection

/// Follows the frames of one side of HTTP/2 in clear (RFC 9113 §4.1), for what is in GOAWAY.
struct HTTP2Frames {
    /// RFC 9113 §6.8.
    struct GoAway {
        var lastStream: UInt32
        var code: UInt32
    }

    /// A frame's header, and of GOAWAY the eight bytes behind it.
    private var head: [17 of UInt8] = .init(repeating: 0)
    private var count = 0
    private var left = 0
    private(set) var isBroken = false
    private(set) var goAway: GoAway?
    /// Frames that began.
    private(set) var frames = 0

    /// RFC 9113 §4.2: 2^24 - 1 at most, and 2^14 unless the peer allows more.
    private static let longest = 1 << 20

    mutating func read(_ bytes: RawSpan, from start: Int) {
        var offset = start
        while offset < bytes.byteCount, !isBroken {
            if left > 0 {
                let count = min(left, bytes.byteCount - offset)
                left -= count
                offset += count
                continue
            }
            head[count] = bytes.byte(at: offset)
            count += 1
            offset += 1
            if count >= 9 { takeHead() }
        }
    }

    private mutating func takeHead() {
        let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
        if count == 9 { frames += 1 }
        guard length <= Self.longest else {
            isBroken = true
            return
        }
        let isGoAway = head[3] == 7 && length >= 8
        if isGoAway, count < 17 { return }
        if isGoAway, goAway == nil {
            goAway = GoAway(lastStream: word(9) & 0x7FFF_FFFF, code: word(13))
        }
        left = isGoAway ? length - 8 : length
        count = 0
    }

    private func word(_ place: Int) -> UInt32 {
        (place..<place + 4).reduce(0) { $0 << 8 | UInt32(head[$1]) }
    }

    /// RFC 9113 §7.
    static func name(ofCode code: UInt32) -> String {
        let names = [
            "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR",
            "SETTINGS_TIMEOUT", "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL",
            "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY",
            "HTTP_1_1_REQUIRED",
        ]
        return Int(code) < names.count ? names[Int(code)] : "code \(code)"
    }
}
