/// The parameters that a server announces (RFC 9113 §6.5.2); `nil` is the RFC's initial value.
struct HTTP2Settings: Equatable, Sendable {
    /// `nil`: no limit was stated.
    var maximumConcurrentStreams: UInt32?
    var initialWindow: UInt32?
    var maximumFrame: UInt32?
    /// Bytes of a request's fields, 32 more for each (§6.5.2); advice.
    var maximumHeaderList: UInt32?

    /// Applies a SETTINGS frame; false when its length is no multiple of six.
    mutating func apply(_ frame: HTTP2Frame) -> Bool {
        guard frame.payload.count.isMultiple(of: 6) else { return false }
        for offset in stride(from: 0, to: frame.payload.count, by: 6) {
            let name = UInt16(frame.payload[offset]) << 8 | UInt16(frame.payload[offset + 1])
            let value = frame.number(at: offset + 2)
            switch name {
            case 3: maximumConcurrentStreams = value
            case 4: initialWindow = value
            case 5: maximumFrame = value
            case 6: maximumHeaderList = value
            default: break
            }
        }
        return true
    }

    /// Ours: no dynamic table, so that each field block can be read by itself, and no pushes.
    static let offered = HTTP2Frame(
        kind: HTTP2Frame.Kind.settings, payload: [0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0])

    static let acknowledgement = HTTP2Frame(
        kind: HTTP2Frame.Kind.settings, flags: HTTP2Frame.Flag.acknowledgement)
}

/// Error codes of HTTP/2 (RFC 9113 §7).
enum HTTP2ErrorCode {
    static let none: UInt32 = 0
    static let refusedStream: UInt32 = 7
    static let enhanceYourCalm: UInt32 = 11

    private static let names = [
        "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT",
        "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR",
        "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
    ]

    static func name(_ code: UInt32) -> String {
        code < names.count ? names[Int(code)] : "error \(code)"
    }
}
