extension FlowScript {
    /// Plays the connection.
    mutating func play() {
        switch connection.fault {
        case .synUnanswered: return playUnansweredSYN()
        case .synRefused:
            emit(.client, .syn)
            waitRoundTrip()
            return refuse()
        case .midstream: return playMidstream()
        default: open()
        }
        switch connection.fault {
        case .silentOpen:
            wait(seconds: 4, to: 40)
            return closePlainly()
        case .openThenClose:
            wait(milliseconds: 0, to: 2)
            return closePlainly()
        default: break
        }
        if let kind = connection.tls, !playHandshake(kind) { return }
        if exchange() { close() }
    }

    /// At 1, 3 and 7 s, as RFC 6298's doubling gives it.
    private mutating func playUnansweredSYN() {
        emit(.client, .syn)
        for seconds in [1, 2, 4] {
            wait(milliseconds: seconds * 1000, to: seconds * 1000 + 20)
            emit(.client, .syn, marks: .repeated)
        }
    }

    /// RST with sequence number 0, as a closed port answers (RFC 9293, 3.10.7.1).
    private mutating func refuse() {
        ends.server.initialSequence = .max  // so that number 0 is next
        emit(.server, [.rst, .ack], window: 0)
    }

    /// Both streams are somewhere; the rest of one response, then the close.
    private mutating func playMidstream() {
        if let kind = connection.tls {
            appendEncrypted(.server, count: options.meanResponse, tls13: kind.tls13)
        } else {
            let count = min(options.meanResponse, RandomPool.longestPiece)
            streams.server.append(.pool, at: random.below(RandomPool.offsets), count: count)
        }
        flush(.server)
        close()
    }

    private mutating func closePlainly() {
        finish(.client)
        waitRoundTrip()
        finish(.server)
        acknowledge(.client)
    }

    /// False: the connection ends in its handshake.
    private mutating func playHandshake(_ kind: Connection.TLSKind) -> Bool {
        let facts = sendClientHello(kind)
        switch connection.fault {
        case .helloNeverAcked:
            repeatUnacknowledgedHello()
            return false
        case .helloUnanswered:
            waitRoundTrip()
            acknowledge(.server)
            wait(seconds: 5, to: 30)
            closePlainly()
            return false
        case .resetAfterHello:
            waitRoundTrip()
            reset(.server)
            return false
        case .alertByServer:
            waitRoundTrip()
            refuseHello()
            return false
        case .slowServerHello:
            waitRoundTrip()
            acknowledge(.server)
            wait(seconds: 1, to: 5)
        default:
            waitRoundTrip()
            wait(milliseconds: 0, to: 4)
        }
        completeHandshake(kind, facts)
        return true
    }

    /// Every segment of the hello again, the pause doubling, then RST.
    private mutating func repeatUnacknowledgedHello() {
        let hello = segments.filter { $0.sender == .client && $0.length > 0 }
        var pause = random.between(200, 300)
        for _ in 0..<5 {
            wait(milliseconds: pause, to: pause + 2)
            // Only the first outstanding segment is sent on a timeout (RFC 6298, 5.4).
            emit(
                .client, hello[0].flags, at: 0, length: Int(hello[0].length), marks: .repeated)
            pause *= 2
        }
        wait(milliseconds: pause, to: pause + 2)
        reset(.client)
    }

    /// Fatal handshake_failure (RFC 8446, 6.2), then FIN.
    private mutating func refuseHello() {
        appendRecord(.server, .alert, [2, 40])
        tls.alerts = ["handshake_failure"]
        flush(.server)
        finish(.server)
        finish(.client)
        waitRoundTrip()
        acknowledge(.server)
    }

    /// Faults between a request and its response. False: the connection ends here.
    mutating func strikeRequest(_ fault: Fault) -> Bool {
        switch fault {
        case .retransmitClient:
            repeatLast(times: random.between(1, 2))
        case .requestUnanswered:
            waitRoundTrip()
            acknowledge(.server)
            leaveUnanswered()
            return false
        case .resetByServer:
            waitRoundTrip()
            reset(.server)
            return false
        case .stale:
            waitRoundTrip()
            acknowledge(.server)
            return false
        default: break
        }
        return true
    }

    private mutating func leaveUnanswered() {
        wait(seconds: 30, to: 120)
        let first: Side = random.percent(50) ? .client : .server
        finish(first)
        if first == .client { waitRoundTrip() }
        finish(first.other)
        if first == .server { waitRoundTrip() }
        acknowledge(first)
    }

    /// The last data segment again after a timeout, with the same place in the stream.
    private mutating func repeatLast(times: Int) {
        guard let last = segments.last(where: { $0.length > 0 }) else { return }
        var pause = random.between(200, 320)
        for _ in 0..<times {
            wait(milliseconds: pause, to: pause + 5)
            emit(
                last.sender, last.flags, at: Int(last.streamOffset), length: Int(last.length),
                marks: .repeated)
            pause *= 2
        }
    }

    /// Faults that leave the response as it is.
    mutating func strikeAfterResponse(_ fault: Fault) {
        switch fault {
        case .retransmitServer:
            // The client's acknowledgement was lost behind the capture point.
            repeatLast(times: 1)
            acknowledge(.client)
        case .ttlShift: marks.server.insert(.shiftedTTL)
        case .sourceMACShift: marks.server.insert(.secondGateway)
        default: return
        }
    }
}
