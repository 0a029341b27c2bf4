/// An answer while it comes, with the times at which its parts came.
struct HTTPReading {
    private var reader: HTTPResponseReader
    private let sent: MonotonicInstant
    private(set) var firstByte: MonotonicInstant?
    private var lastByte: MonotonicInstant?
    private var arrivals: [HTTPExchange.Arrival] = []
    private var peerEnded = false

    init(method: String, since sent: MonotonicInstant) {
        reader = HTTPResponseReader(method: method)
        self.sent = sent
    }

    var isOver: Bool {
        switch reader.progress {
        case .complete, .failed: true
        case .head, .body: false
        }
    }

    /// Takes from `bytes` what belongs to this answer.
    mutating func take(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let now = MonotonicInstant.now
        let before = reader.response?.bodyBytes ?? 0
        let count = reader.consume(bytes[...])
        bytes.removeFirst(count)
        if count > 0 {
            firstByte = firstByte ?? now
            lastByte = now
        }
        let body = (reader.response?.bodyBytes ?? 0) - before
        if body > 0, arrivals.count < HTTPExchange.mostArrivals {
            arrivals.append(.init(time: now - sent, bytes: Int(body)))
        }
    }

    mutating func finish() {
        reader.finish()
        peerEnded = true
    }

    func exchange(with address: SocketAddress, failure: NetworkFailure?) -> HTTPExchange {
        let end = MonotonicInstant.now
        var exchange = HTTPExchange(address, ending(failure))
        exchange.response = reader.response
        exchange.sent = sent
        exchange.firstByte = firstByte.map { $0 - sent }
        exchange.duration = (isOver ? lastByte ?? end : end) - sent
        exchange.silence = isOver ? 0 : end - (lastByte ?? sent)
        exchange.arrivals = arrivals
        return exchange
    }

    private func ending(_ failure: NetworkFailure?) -> HTTPExchange.Ending {
        switch reader.progress {
        case .complete: return .complete
        case .failed(let fault): return .malformed(fault)
        case .head, .body: break
        }
        let reason = failure ?? .closed
        return firstByte == nil ? .noAnswer(reason) : .cut(reason)
    }
}
