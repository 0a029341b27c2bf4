internal import Dissection

/// What became of one request.
struct HTTPExchange: Sendable {
    enum Ending: Equatable, Sendable {
        case complete
        /// No connection: TCP, or TLS above it.
        case notConnected(NetworkFailure)
        /// The request could not be sent whole, and nothing came back.
        case notSent(NetworkFailure)
        /// It was sent, and not a byte came back.
        case noAnswer(NetworkFailure)
        /// The answer began and did not end.
        case cut(NetworkFailure)
        /// What came is no HTTP/1, or breaks its rules beyond repair.
        case malformed(HTTPFault)
    }

    /// Bytes of the body that came in one piece.
    struct Arrival: Equatable, Sendable {
        /// Nanoseconds after the request.
        var time: Int64
        var bytes: Int
    }

    var address: SocketAddress
    var ending: Ending
    /// What is known of the answer, whole or not.
    var response: HTTPResponse?
    /// When the request was begun to be sent; `nil` when it was not sent whole.
    var sent: MonotonicInstant?
    /// Nanoseconds from the request to the first byte of the final answer's head.
    var firstByte: Int64?
    /// Nanoseconds from the request to the end, whatever it was.
    var duration: Int64 = 0
    /// Nanoseconds without a byte before the end.
    var silence: Int64 = 0
    var arrivals: [Arrival] = []
    /// Serial number of the leaf certificate in hexadecimal digits; `nil` without TLS.
    var certificate: String?

    /// Pieces that are kept of one answer.
    static let mostArrivals = 1024

    init(_ address: SocketAddress, _ ending: Ending) {
        self.address = address
        self.ending = ending
    }

    var isComplete: Bool { ending == .complete }
    var status: Int? { response?.head.status }
    /// Answered whole, and neither the client's nor the server's error.
    /// Of the answer, as far as it came; empty without one.
    ///
    /// Not inlined: CopyPropagation of Swift 6.3.1 fails on the caller otherwise (-O).
    @inline(never) var body: [UInt8] { response?.body ?? [] }

    var isGood: Bool { isComplete && (status ?? 999) < 400 }
    var timedOut: Bool {
        switch ending {
        case .notConnected(.timedOut), .notSent(.timedOut), .noAnswer(.timedOut), .cut(.timedOut):
            true
        default: false
        }
    }

    /// The answer is no business of the origin: too many requests, or a page of a blocker.
    var blockPhrase: String? {
        guard let response, response.head.status >= 400 || response.isText else { return nil }
        return unsafe BlockPage.phrase(in: response.body.span.bytes)
    }

    /// The network's or the protocol's reason, for people.
    var failure: String? {
        switch ending {
        case .complete: nil
        case .notConnected(let failure): "no connection: \(failure)"
        case .notSent(let failure): "the request could not be sent: \(failure)"
        case .noAnswer(.closed): "closed without an answer"
        case .noAnswer(let failure): "no answer: \(failure)"
        case .cut(let failure): "the answer did not end: \(failure)"
        case .malformed(let fault): fault.rawValue
        }
    }

    /// `200 after 12 ms`, or what went wrong; no text of the server's.
    var summary: String {
        let status = status.map { "\($0)" }
        guard let failure else { return "\(status ?? "?") after \(milliseconds(duration))" }
        return (status.map { "\($0), " } ?? "") + failure + " after \(milliseconds(duration))"
    }
}

extension HTTPResponse {
    var isText: Bool { head.value(of: "content-type")?.lowercased().hasPrefix("text/") ?? false }
}

/// Text for people.
func milliseconds(_ nanoseconds: Int64) -> String {
    let value = Double(nanoseconds) / 1e6
    return value < 1000
        ? "\((value * 10).rounded() / 10) ms" : "\((value / 10).rounded() / 100) s"
}

func inSeconds(_ nanoseconds: Int64) -> Double { (Double(nanoseconds) / 1e6).rounded() / 1e3 }
