extension FlowScript {
    private var fullSegment: Int { connection.segmentSize * connection.merge }

    /// Sends a long response with its fault. False: the connection ends here.
    mutating func strikeResponse(_ fault: Fault) -> Bool {
        sendSegments(random.between(2, 4))
        switch fault {
        case .gapFilled: fillGap()
        case .outOfOrder: swapSegments()
        case .captureGap:
            for _ in 0..<random.between(1, 3) {
                sendNext(.server, length: fullSegment, marks: .missing)
            }
        case .zeroWindow: closeWindow()
        case .resetByClient:
            reset(.client)
            answerLateSegment()
            return false
        case .resetInjected:
            emit(.server, [.rst, .ack], window: 0, marks: .foreignTTL)
            answerLateSegment()
            return false
        default: break
        }
        flush(.server)
        return true
    }

    /// Full segments of the server; the client has acknowledged them all afterwards.
    private mutating func sendSegments(_ count: Int) {
        for index in 1...count {
            sendNext(.server, length: fullSegment)
            if index % 2 == 0 || index == count { acknowledge(.client) }
        }
    }

    /// A segment that was on its way when the client's end was gone.
    private mutating func answerLateSegment() {
        wait(milliseconds: 1, to: 3)
        sendNext(.server, length: fullSegment)
        reset(.client, acknowledging: false)
    }

    /// The client asks four times for the same place; a round trip later it comes (RFC 5681, 3.2).
    private mutating func fillGap() {
        let lost = ends.server.sent
        ends.server.sent += fullSegment
        ends.client.acknowledges = lost
        for _ in 0..<4 {
            sendNext(.server, length: fullSegment)
            acknowledge(.client)
        }
        waitRoundTrip()
        emit(.server, .ack, at: lost, length: fullSegment, marks: .late)
        ends.client.acknowledges = nil
        acknowledge(.client)
    }

    /// The segment sent first arrives last; the clock goes back once, `finished()` sorts.
    private mutating func swapSegments() {
        let (first, start) = (ends.server.sent, now)
        now = start + 200_000
        emit(.server, .ack, at: first, length: fullSegment, marks: .late)
        let after = now
        now = start
        emit(.server, .ack, at: first + fullSegment, length: fullSegment)
        ends.client.acknowledges = first
        acknowledge(.client)
        ends.client.acknowledges = nil
        ends.server.sent += 2 * fullSegment
        now = after
        acknowledge(.client)
    }

    /// Probes without payload, one number below the next, as Linux sends them.
    private mutating func closeWindow() {
        acknowledge(.client, window: 0)
        for pause in [200, 400, 800].prefix(random.between(1, 3)) {
            wait(milliseconds: pause, to: pause + 4)
            emit(.server, .ack, at: ends.server.sent - 1, marks: .probe)
            acknowledge(.client, window: 0)
        }
        wait(milliseconds: 5, to: 90)
        acknowledge(.client)
        waitRoundTrip()
    }
}
