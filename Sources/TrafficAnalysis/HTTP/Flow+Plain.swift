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
        if looksLikeHTTPRequest(payload) {
            if clientRule == .port {
                clientRule = .hello
                clientDirection = UInt8(d)
            }
        } else if looksLikeHTTPResponse(payload) {
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
        let index = tables.rareIndex(&self)
        guard tables.rare[index].blockPage == nil else { return }
        tables.rare[index].blockPage = RareFacts.BlockPage(
            packet: place.number, time: place.time, status: status, phrase: phrase)
    }
}

/// Texts by which filters, proxies and address blockers answer in the origin's place.
enum BlockPage {
    /// Bytes from the start of the response that are looked at.
    static let reach = 2048

    /// In lower case. The first is the text of the documented incident; the others are the
    /// phrases of common products' default pages, long enough not to occur in ordinary text.
    static let phrases = [
        "access administratively blocked", "administratively prohibited",
        "your ip has been blocked", "your ip address has been blocked",
        "your ip address has been banned", "your ip has been banned",
        "this ip has been blocked", "ip address has been blocked",
        "you have been blocked", "access to this site has been blocked",
        "web page blocked", "this page has been blocked", "request blocked by",
        "the requested url was rejected. please consult with your administrator",
        "blocked by your network administrator", "has been blocked by your administrator",
        "you are unable to access", "access denied by security policy",
    ]

    private static let encoded = phrases.map { Array($0.utf8) }
    /// The head names a content type of text.
    static func isText(_ payload: RawSpan) -> Bool {
        let end = min(payload.byteCount, 1024) - 5
        var offset = 12
        while offset < end {
            if payload.byte(at: offset) | 0x20 == 0x74, payload.byte(at: offset + 4) == 0x2F,
                payload.uint32(at: offset) | 0x2020_2020 == 0x7465_7874
            {
                return true
            }
            offset += 1
        }
        return false
    }

    static func phrase(in payload: RawSpan) -> String? {
        let text = lowercased(payload)
        for (phrase, bytes) in zip(phrases, encoded) where contains(text, bytes) { return phrase }
        return nil
    }

    private static func lowercased(_ payload: RawSpan) -> [UInt8] {
        var text = payload.array(0..<min(payload.byteCount, reach))
        for index in text.indices where 65...90 ~= text[index] { text[index] += 32 }
        return text
    }

    private static func contains(_ text: [UInt8], _ phrase: [UInt8]) -> Bool {
        guard text.count >= phrase.count else { return false }
        for start in 0...(text.count - phrase.count) where text[start] == phrase[0] {
            if text[start..<(start + phrase.count)].elementsEqual(phrase) { return true }
        }
        return false
    }
}
