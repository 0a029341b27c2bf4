/// What is read of a response at most, whatever the server sends.
struct HTTPBounds: Sendable {
    /// Bytes of the status line and all fields. Clients commonly stop far earlier (curl: 300 KiB a
    /// head since 8.2, Python: 64 KiB a line).
    var headBytes = 64 * 1024
    /// Fields of a head and of the trailers; Python's client stops at 100, nginx sends what it gets.
    var fields = 512
    /// Bytes of one chunk-size line, extensions included (RFC 9112 §7.1.1 asks for a limit).
    var chunkLine = 4096
    /// Bytes of the body that are kept to be looked at; the rest is only counted.
    var keptBody = 16 * 1024
    /// Interim responses (1xx) before the final one.
    var interim = 16
}
