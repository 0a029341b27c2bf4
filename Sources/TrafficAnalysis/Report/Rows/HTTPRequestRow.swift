internal import Casebook

/// The head of an HTTP/1 request in clear, and that of its answer.
public struct HTTPRequestRow: Sendable {
    /// Zero-based, Wireshark's `tcp.stream`.
    public var flow: Int
    /// In which the head ends.
    public var packet: Int
    /// One-based, among the requests of the flow.
    public var place: Int
    /// Nanoseconds since 1970.
    public var time: Int64
    public var client: FlowRecord.Endpoint
    public var server: FlowRecord.Endpoint
    public var method: String
    /// The first 16 hexadecimal digits of SHA-1 over the path, without query: paths may be secret.
    public var pathHash: String
    /// `Content-Length`; `nil` without.
    public var requestLength: UInt64?
    /// `Expect: 100-continue`.
    public var expectsContinue: Bool
    /// What makes the length of the body doubtful; `nil` for a sound head.
    public var ambiguity: String?
    /// Of the first answer other than 1xx; `nil` while there is none.
    public var status: Int?
    /// From the head of the request to that of the answer, in nanoseconds.
    public var answeredAfter: Int64?
    public var answerPacket: Int?
    /// `Content-Length` of the answer; `nil` without.
    public var answerLength: UInt64?

    static func hash(ofPath target: some Sequence<UInt8>) -> String {
        var hash = ContentHash()
        hash.update(Array(target.prefix { $0 != UInt8(ascii: "?") }))
        return hash.finish().prefix(8).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }
}
