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
        let http2 = Int(tables.http[index].http2)
        if http2 >= 0, tables.http2[http2].frames[d] != nil {
            readFrames(payload, from: 0, direction: d, at: place, tables: &tables)
        } else if http2 >= 0, d == server, tables.http2[http2].frames[client] != nil, !isHead {
            tables.http2[http2].frames[d] = HTTP2Frames()
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
        let index = Int(tables.http[Int(http)].http2)
        tables.http2[index].frames[d]?.read(payload, from: start)
        guard tables.http2[index].goAway == nil, let found = tables.http2[index].frames[d]?.goAway
        else { return }
        tables.http2[index].goAway = HTTP2Facts.GoAway(
            byServer: d == server, lastStream: found.lastStream, code: found.code,
            packet: place.number, time: place.time)
    }

    /// The rest of a head that earlier segments began.
    private mutating func continueHead(
        _ payload: RawSpan, direction d: Int, at place: PacketPlace, tables: inout SideTables
    ) {
        let index = Int(lists)
        var bytes = tables.lists[index].sides[d].pendingHead
        // Shorter than the limit: else it would not have been kept.
        let read = min(HTTPFraming.limit - bytes.count, payload.byteCount)
        bytes += payload.array(0..<read)
        let before = bytes.count - read
        guard let head = HTTPFraming(bytes.span.bytes, from: 0) else {
            if bytes.count < HTTPFraming.limit {
                tables.lists[index].sides[d].pendingHead = bytes
            } else {
                tables.forgetHead(of: &self, d)
            }
            return
        }
        tables.forgetHead(of: &self, d)
        let offset = max(0, head.bodyOffset - before)
        note(
            head, bytes.span.bytes, behind: payload.byteCount - offset, direction: d, at: place,
            tables: &tables)
        readMessages(payload, from: offset, direction: d, at: place, tables: &tables)
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
                let http2 = tables.http2.place(&tables.http[index].http2)
                tables.http2[http2].frames[d] = HTTP2Frames()
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
            note(
                head, payload, behind: payload.byteCount - head.bodyOffset, direction: d,
                at: place, tables: &tables)
            offset = head.bodyOffset
        }
    }

    /// - Parameter rest: how many bytes of the segment are behind the head.
    private mutating func note(
        _ head: HTTPFraming, _ bytes: RawSpan, behind rest: Int, direction d: Int,
        at place: PacketPlace, tables: inout SideTables
    ) {
        if let status = head.status {
            noteAnswer(head, status, behind: rest, direction: d, at: place, tables: &tables)
        } else {
            tables.http[Int(http)].bodyEnd[d] = end(of: head, behind: rest, direction: d)
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
        if head.expectsContinue && hasBody || tables.http[index].rare >= 0 {
            let rare = tables.rareRequests.place(&tables.http[index].rare)
            tables.rareRequests[rare].expect.waits = head.expectsContinue && hasBody
            tables.rareRequests[rare].expect.since = place.time
        }
        if let kind = head.ambiguity {
            let rare = tables.rareRequests.place(&tables.http[index].rare)
            if tables.rareRequests[rare].ambiguous.count == 0 {
                tables.rareRequests[rare].ambiguous = RareRequests.Ambiguous(
                    count: 0, packet: place.number, time: place.time, kind: kind)
            }
            tables.rareRequests[rare].ambiguous.count &+= 1
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
        _ head: HTTPFraming, _ status: Int, behind rest: Int, direction d: Int,
        at place: PacketPlace, tables: inout SideTables
    ) {
        let index = Int(http)
        let rare = Int(tables.http[index].rare)
        if rare >= 0, tables.rareRequests[rare].expect.waits {
            tables.rareRequests[rare].expect.waits = false
            tables.rareRequests[rare].expect.asked &+= 1
        }
        tables.http[index].isUpgraded = status == 101
        guard status >= 200 else { return }
        tables.http[index].answers &+= 1
        let hasBody = !tables.http[index].wasHead && status != 204 && status != 304
        tables.http[index].bodyLeft[d] = hasBody && !head.isChunked ? head.contentLength ?? 0 : 0
        // Chunks of answers are let pass: a new answer is known by its first line.
        tables.http[index].isChunked[d] = false
        tables.http[index].bodyEnd[d] = hasBody ? end(of: head, behind: rest, direction: d) : nil
        guard lists >= 0, !tables.lists[Int(lists)].openRequests.isEmpty else { return }
        var row = tables.lists[Int(lists)].openRequests.removeFirst()
        row.status = status
        row.answeredAfter = place.time &- row.time
        row.answerPacket = Int(place.number)
        row.answerLength = head.contentLength
        tables.rows?.httpRequests.append(row)
    }

    /// Where the body of a head in the newest segment ends, if its length is known.
    private func end(of head: HTTPFraming, behind rest: Int, direction d: Int) -> UInt32? {
        guard !head.isChunked, let length = head.contentLength.flatMap(Int32.init(exactly:)),
            // In order: what is expected next begins behind this segment.
            directions[d].tls.expected == directions[d].next
        else { return nil }
        return directions[d].next &- UInt32(rest) &+ UInt32(length)
    }

    /// The first bytes of a request's body.
    private mutating func noteBody(at place: PacketPlace, tables: inout SideTables) {
        let rare = Int(tables.http[Int(http)].rare)
        guard rare >= 0, tables.rareRequests[rare].expect.waits else { return }
        var expect = tables.rareRequests[rare].expect
        expect.waits = false
        expect.asked &+= 1
        let gap = place.time &- expect.since
        if gap >= HTTPFacts.longGap {
            if expect.gaps == 0 { (expect.packet, expect.time) = (place.number, place.time) }
            expect.gaps &+= 1
            expect.longest = max(expect.longest, gap)
        }
        tables.rareRequests[rare].expect = expect
    }
}

extension RawSpan {
    /// The last chunk ends the segment: "0", two line ends (RFC 9112 §7.1).
    fileprivate var endsChunks: Bool {
        byteCount >= 5 && byte(at: byteCount - 5) == 0x30
            && uint32(at: byteCount - 4) == 0x0D0A_0D0A
    }
}
