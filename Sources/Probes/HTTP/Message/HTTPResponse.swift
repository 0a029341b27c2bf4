/// What is known of one response of HTTP/1, whole or not.
struct HTTPResponse: Sendable {
    var head: HTTPHead
    /// Status codes of the interim answers before it.
    var interim: [Int] = []
    var framing: HTTPFraming
    /// Bytes of the body without its chunk framing.
    var bodyBytes: UInt64 = 0
    /// The first `HTTPBounds.keptBody` bytes of it.
    var body: [UInt8] = []
    /// Chunks with data.
    var chunks = 0
    var trailers: [HTTPHead.Field] = []
    var isComplete = false
    /// Deviations from RFC 9112 that did not stop the reading, each once.
    var faults: [HTTPFault] = []

    /// Bytes that are missing of a body whose length was announced.
    var missing: UInt64? {
        guard case .length(let length) = framing, length > bodyBytes else { return nil }
        return length - bodyBytes
    }
}
