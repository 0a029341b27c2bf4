internal import Dissection

/// What the heads of a flow's HTTP messages in clear said.
struct HTTPFacts {
    var requests: UInt32 = 0
    var answers: UInt32 = 0
    /// Bytes of a body of known length that are still to come, by direction.
    var bodyLeft: [2 of UInt64] = [0, 0]
    /// The body's length is told by the chunks.
    var isChunked: [2 of Bool] = [false, false]
    /// The last request was a HEAD, whose answer has no body.
    var wasHead = false
    /// Behind a 101 there is another protocol (RFC 9110 §15.2.2).
    var isUpgraded = false
    /// By direction: one past the last byte that the last message's Content-Length announces.
    var bodyEnd: [2 of UInt32?] = [nil, nil]
    /// Index into `SideTables.rareRequests`, or -1; so the next.
    var rare: Int32 = -1
    var http2: Int32 = -1

    static let openLimit = 64
    /// Without a 100 curl waits 1 s before it sends the body; others wait longer.
    static let longGap: Int64 = 900_000_000
}

/// What few clients do: ask before they send a body, or say in two ways where it ends.
struct RareRequests {
    var expect = Expect()
    var ambiguous = Ambiguous()

    /// `Expect: 100-continue`, and the body that waits for the answer.
    struct Expect {
        var waits = false
        var since: Int64 = 0
        /// Requests whose body or answer followed.
        var asked: UInt32 = 0
        var gaps: UInt32 = 0
        var packet: UInt32 = 0
        var time: Int64 = 0
        var longest: Int64 = 0
    }

    struct Ambiguous {
        var count: UInt32 = 0
        var packet: UInt32 = 0
        var time: Int64 = 0
        var kind = HTTPFraming.Ambiguity.lengthAndCoding
    }
}

/// Of a flow whose client began with HTTP/2's preface.
struct HTTP2Facts {
    var frames: [2 of HTTP2Frames?] = [nil, nil]
    var goAway: GoAway?

    struct GoAway {
        var byServer: Bool
        var lastStream: UInt32
        var code: UInt32
        var packet: UInt32
        var time: Int64
    }
}
