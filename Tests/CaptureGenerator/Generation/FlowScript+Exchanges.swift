extension FlowScript {
    /// Requests and responses; a fault strikes in one of them. False: the connection ends there.
    mutating func exchange() -> Bool {
        let count = random.between(1, 4)
        let struck = connection.fault == nil ? count : random.below(count)
        for index in 0..<count {
            let fault = index == struck ? connection.fault : nil
            appendRequest()
            flush(.client)
            if let fault, !strikeRequest(fault) { return false }
            waitRoundTrip()
            wait(milliseconds: 1, to: 30)
            appendResponse(bytes: responseSize(fault))
            if let fault, fault.needsLongResponse {
                if !strikeResponse(fault) { return false }
            } else {
                flush(.server)
            }
            if let fault { strikeAfterResponse(fault) }
            wait(milliseconds: 1, to: 60)
        }
        return true
    }

    private mutating func responseSize(_ fault: Fault?) -> Int {
        let mean = options.meanResponse
        if let fault, fault.needsLongResponse {
            return 12 * connection.segmentSize * connection.merge + random.below(mean)
        }
        let size = mean / 8 + random.below(mean * 3 / 2)
        return random.percent(4) ? size * 5 : size
    }

    private mutating func appendRequest() {
        let size = random.between(120, 900)
        if let kind = connection.tls {
            return appendEncrypted(.client, count: size, tls13: kind.tls13)
        }
        let target = "/v\(random.between(1, 3))/items/\(random.below(100_000))"
        let cookie = String(repeating: "0123456789abcdef", count: size / 32)
        streams.client.append(
            Array(
                """
                GET \(target) HTTP/1.1\r\nHost: \(connection.server.name)\r\n\
                User-Agent: generated/1\r\nAccept: */*\r\nCookie: id=\(cookie)\r\n\r\n
                """.utf8))
    }

    private mutating func appendResponse(bytes: Int) {
        if let kind = connection.tls {
            return appendEncrypted(.server, count: bytes, tls13: kind.tls13)
        }
        streams.server.append(
            Array(
                """
                HTTP/1.1 200 OK\r\nServer: generated\r\n\
                Content-Type: application/octet-stream\r\nContent-Length: \(bytes)\r\n\r\n
                """.utf8))
        var left = bytes
        while left > 0 {
            let part = min(left, RandomPool.longestPiece)
            streams.server.append(.pool, at: random.below(RandomPool.offsets), count: part)
            left -= part
        }
    }

    /// Both ends close, politely unless the fault says otherwise.
    mutating func close() {
        let first: Side =
            switch connection.fault {
            case .noCloseNotifyClient, .halfClosed: .client
            case .noCloseNotifyServer: .server
            default: random.percent(70) ? .client : .server
            }
        let silent =
            connection.fault == .noCloseNotifyClient || connection.fault == .noCloseNotifyServer
        closeStream(first, notifying: !silent)
        if first == .client { waitRoundTrip() }
        acknowledge(first.other)
        if connection.fault == .halfClosed { return }
        closeStream(first.other, notifying: true)
        if first == .server { waitRoundTrip() }
        acknowledge(first)
    }

    /// close_notify where due, then FIN, on one segment or two.
    private mutating func closeStream(_ side: Side, notifying: Bool) {
        if let kind = connection.tls, notifying {
            appendCloseNotify(side, tls13: kind.tls13)
            tls.notified[side] = true
            let left = streams[side].length - ends[side].sent
            if left <= connection.segmentSize, random.percent(40) {
                emit(side, [.fin, .psh, .ack], at: ends[side].sent, length: left)
                ends[side].sent += left
                ends[side].hasSentFIN = true
                return
            }
            sendNext(side, length: left)
        }
        finish(side)
    }
}
