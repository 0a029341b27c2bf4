internal import Dissection

/// Heads of HTTP/1 messages and frames of HTTP/2, both in clear. Bodies are only counted.
extension Flow {
    /// - Parameter isHead: the payload begins as a request or an answer does.
    @inline(never)
    mutating func readHTTP(
        _ payload: RawSpan, direction d: Int, isHead: Bool, at place: PacketPlace,
        tables: inout SideTables
    ) {
        let index = tables.httpIndex(&self)
        if tables.http[index].frames[d] != nil {
            readFrames(payload, from: 0, direction: d, at: place, tables: &tables)
        } else if d == server, tables.http[index].frames[client] != nil, !isHead {
            tables.http[index].frames[d] = HTTP2Frames()
            readFrames(payload, from: 0, direction: d, at: place, tables: &tables)
        } else if lists >= 0, !tables.lists[Int(lists)].sides[d].pendingHead.isEmpty {
            continueHead(payload, direction: d, at: place, tables: &tables)
        } else {
            if isHead { tables.http[index].bodyLeft[d] = 0 }
            readMessages(payload, from: 0, direction: d, at: place, tables: &tables)
        }
    }

    private mutating func readFrames(
        _ payload: RawSpan, from start: Int, direction d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        let index = Int(http)
        tables.http[index].frames[d]?.read(payload, from: start)
        guard tables.http[index].goAway == nil, let frames = tables.http[index].frames[d],
            let found = frames.goAway
        else { return }
        tables.http[index].goAway = HTTPFacts.GoAway(
            byServer: d == server, lastStream: found.lastStream, code: found.code,
            packet: place.number, time: place.time)
    }

    /// The rest of a head that earlier segments began.
    private mutating func continueHead(
        _ payload: RawSpan, direction d: Int, at place: PacketPlace, tables: inout SideTables
    ) {
        let index = Int(lists)
        var bytes = tables.lists[index].sides[d].pendingHead
        let room = HTTPFraming.limit - bytes.count
        tables.lists[index].sides[d].pendingHead = []
        guard room > 0 else { return }
        bytes += payload.array(0..<min(room, payload.byteCount))
        let before = bytes.count - min(room, payload.byteCount)
        guard let head = HTTPFraming(bytes.span.bytes, from: 0) else {
            if bytes.count < HTTPFraming.limit { tables.lists[index].sides[d].pendingHead = bytes }
            return
        }
        note(head, bytes.span.bytes, direction: d, at: place, tables: &tables)
        readMessages(
            payload, from: max(0, head.bodyOffset - before), direction: d, at: place,
            tables: &tables)
    }

    private mutating func readMessages(
        _ payload: RawSpan, from start: Int, direction d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        let index = Int(http)
        var offset = start
        while offset < payload.byteCount {
            let left = tables.http[index].bodyLeft[d]
            if left > 0 || tables.http[index].isChunked[d] {
                if d == client { noteBody(at: place, tables: &tables) }
                let count = UInt64(payload.byteCount - offset)
                if left > count || tables.http[index].isChunked[d] {
                    tables.http[index].bodyLeft[d] -= min(left, count)
                    tables.http[index].isChunked[d] =
                        tables.http[index].isChunked[d] && !payload.endsChunks
                    return
                }
                tables.http[index].bodyLeft[d] = 0
                offset += Int(left)
                continue
            }
            let rest = payload.extracting(offset..<payload.byteCount)
            guard looksLikeHTTPRequest(rest) || looksLikeHTTPResponse(rest) else { return }
            if rest.byteCount >= 24, rest.uint32(at: 0) == 0x5052_4920 {
                // "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", RFC 9113 §3.4.
                tables.http[index].frames[d] = HTTP2Frames()
                readFrames(payload, from: offset + 24, direction: d, at: place, tables: &tables)
                return
            }
            guard let head = HTTPFraming(payload, from: offset) else {
                if rest.byteCount < HTTPFraming.limit {
                    let lists = tables.listsIndex(&self)
                    tables.lists[lists].sides[d].pendingHead = rest.array(0..<rest.byteCount)
                }
                return
            }
            note(head, payload, direction: d, at: place, tables: &tables)
            offset = head.bodyOffset
        }
    }

    private mutating func note(
        _ head: HTTPFraming, _ bytes: RawSpan, direction d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        if let status = head.status {
            noteAnswer(head, status, direction: d, at: place, tables: &tables)
        } else {
            noteRequest(head, bytes, direction: d, at: place, tables: &tables)
        }
    }

    private mutating func noteRequest(
        _ head: HTTPFraming, _ bytes: RawSpan, direction d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        let index = Int(http)
        tables.http[index].requests &+= 1
        // "HEAD ", known by its first letters.
        tables.http[index].wasHead =
            head.method.map { $0.count == 4 && bytes.byte(at: $0.lowerBound) == 0x48 } ?? false
        tables.http[index].bodyLeft[d] = head.isChunked ? 0 : head.contentLength ?? 0
        tables.http[index].isChunked[d] = head.isChunked
        let hasBody = head.isChunked || (head.contentLength ?? 0) > 0
        tables.http[index].expect.waits = head.expectsContinue && hasBody
        tables.http[index].expect.since = place.time
        if let kind = head.ambiguity {
            if tables.http[index].ambiguous.count == 0 {
                tables.http[index].ambiguous = HTTPFacts.Ambiguous(
                    count: 0, packet: place.number, time: place.time, kind: kind)
            }
            tables.http[index].ambiguous.count &+= 1
        }
        guard let ends = tables.rows?.ends, let method = head.method, let target = head.target
        else { return }
        let lists = tables.listsIndex(&self)
        guard tables.lists[lists].openRequests.count < HTTPFacts.openLimit else { return }
        tables.lists[lists].openRequests.append(
            HTTPRequestRow(
                flow: Int(number), packet: Int(place.number),
                place: Int(tables.http[index].requests), time: place.time,
                client: FlowRecord.Endpoint(address: ends.address(d), port: ends.port(d)),
                server: FlowRecord.Endpoint(address: ends.address(1 - d), port: ends.port(1 - d)),
                method: bytes.text(method),
                pathHash: HTTPRequestRow.hash(ofPath: bytes.array(target)),
                requestLength: head.contentLength, expectsContinue: head.expectsContinue,
                ambiguity: head.ambiguity?.rawValue))
    }

    private mutating func noteAnswer(
        _ head: HTTPFraming, _ status: Int, direction d: Int, at place: PacketPlace,
        tables: inout SideTables
    ) {
        let index = Int(http)
        if tables.http[index].expect.waits {
            tables.http[index].expect.waits = false
            tables.http[index].expect.asked &+= 1
        }
        guard status >= 200 else { return }
        tables.http[index].answers &+= 1
        let hasBody = !tables.http[index].wasHead && status != 204 && status != 304
        tables.http[index].bodyLeft[d] = hasBody && !head.isChunked ? head.contentLength ?? 0 : 0
        // Chunks of answers are let pass: a new answer is known by its first line.
        tables.http[index].isChunked[d] = false
        guard lists >= 0, !tables.lists[Int(lists)].openRequests.isEmpty else { return }
        var row = tables.lists[Int(lists)].openRequests.removeFirst()
        row.status = status
        row.answeredAfter = place.time &- row.time
        row.answerPacket = Int(place.number)
        row.answerLength = head.contentLength
        tables.rows?.httpRequests.append(row)
    }

    /// The first bytes of a request's body.
    private mutating func noteBody(at place: PacketPlace, tables: inout SideTables) {
        let index = Int(http)
        guard tables.http[index].expect.waits else { return }
        tables.http[index].expect.waits = false
        tables.http[index].expect.asked &+= 1
        let gap = place.time &- tables.http[index].expect.since
        guard gap >= HTTPFacts.longGap else { return }
        if tables.http[index].expect.gaps == 0 {
            tables.http[index].expect.packet = place.number
            tables.http[index].expect.time = place.time
        }
        tables.http[index].expect.gaps &+= 1
        tables.http[index].expect.longest = max(tables.http[index].expect.longest, gap)
    }
}

extension RawSpan {
    /// The last chunk ends the segment: "0", two line ends (RFC 9112 §7.1).
    fileprivate var endsChunks: Bool {
        byteCount >= 5 && byte(at: byteCount - 5) == 0x30
            && uint32(at: byteCount - 4) == 0x0D0A_0D0A
    }
}
