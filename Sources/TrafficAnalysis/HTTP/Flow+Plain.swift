internal import Dissection

/// Payload that is not TLS: requests and responses in clear, and the texts of block pages.
extension Flow {
    mutating func readPlain(
        _ payload: RawSpan, direction d: Int, at place: PacketPlace, tables: inout SideTables
    ) {
        directions[d].has.insert(.plain)
        if tls >= 0, d == server, tables.tls[Int(tls)].clientHellos > 0,
            tables.tls[Int(tls)].serverRecordTime == 0
        {
            tables.tls[Int(tls)].facts.insert(.plainAnswer)
        }
        let isRequest = looksLikeHTTPRequest(payload)
        let isAnswer = !isRequest && looksLikeHTTPResponse(payload)
        if http >= 0 || isRequest {
            readHTTP(
                payload, direction: d, isHead: isRequest || isAnswer, at: place, tables: &tables)
        }
        if isRequest {
            if clientRule == .port {
                clientRule = .hello
                clientDirection = UInt8(d)
            }
        } else if isAnswer {
            seen.insert(.httpResponse)
            lookForBlockPage(payload, direction: d, at: place, tables: &tables)
        } else if seen.contains(.mayBeBlockPage), d == server,
            directions[d].payloadBytes <= UInt64(BlockPage.reach)
        {
            lookForBlockText(payload, status: 0, at: place, tables: &tables)
        }
    }

    /// "HTTP/1.1 403": errors are looked at, and pages of text that pretend to be none.
    private mutating func lookForBlockPage(
        _ payload: RawSpan, direction d: Int, at place: PacketPlace, tables: inout SideTables
    ) {
        guard payload.byteCount >= 12 else { return }
        var status = 0
        for offset in 9..<12 { status = status * 10 + Int(payload.byte(at: offset) & 15) }
        guard status >= 400 || BlockPage.isText(payload) else { return }
        seen.insert(.mayBeBlockPage)
        lookForBlockText(payload, status: status, at: place, tables: &tables)
    }

    private mutating func lookForBlockText(
        _ payload: RawSpan, status: Int, at place: PacketPlace, tables: inout SideTables
    ) {
        guard let phrase = BlockPage.phrase(in: payload) else { return }
        let index = tables.listsIndex(&self)
        guard tables.lists[index].blockPage == nil else { return }
        tables.lists[index].blockPage = FlowLists.BlockPage(
            packet: place.number, time: place.time, status: status, phrase: phrase)
    }
}
