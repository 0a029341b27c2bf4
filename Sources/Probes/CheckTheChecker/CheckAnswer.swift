/// What a local server answers to an HTTP request: 200 and `ok`, whatever was asked for.
struct CheckAnswer {
    let bytes: [UInt8]
    /// Whether the server closes after it, as HTTP/1.0 and `Connection: close` want.
    let isLast: Bool

    /// - Parameter request: what has come so far.
    /// - Returns: `nil` before the empty line that ends a head (RFC 9112 section 2.1).
    init?(_ request: [UInt8]) {
        guard request.count >= 4 else { return nil }
        let end = Array("\r\n\r\n".utf8)
        let isComplete = (0...(request.count - 4)).contains { request[$0..<($0 + 4)] == end[...] }
        guard isComplete else { return nil }
        let head = String(decoding: request, as: UTF8.self).lowercased()
        isLast = !head.contains(" http/1.1\r\n") || head.contains("\r\nconnection: close\r\n")
        let connection = isLast ? "close" : "keep-alive"
        let body = head.hasPrefix("head ") ? "" : "ok\n"
        bytes = Array(
            ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n"
                + "Connection: \(connection)\r\n\r\n\(body)").utf8)
    }
}
