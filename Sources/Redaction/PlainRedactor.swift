import Dissection

/// Payload that is no TLS record: heads of HTTP/1 with other words, the phrases by which block pages are known,
/// and spaces for everything else.
struct PlainRedactor {
    let names: NameMapping

    private static let space = UInt8(ascii: " ")
    /// Fields whose values say how messages are framed and connections kept (RFC 9110, RFC 9112).
    private static let telling: Set<String> = [
        "accept-encoding", "accept-ranges", "age", "allow", "alt-svc", "cache-control",
        "connection", "content-encoding", "content-length", "content-type", "date", "expect",
        "expires", "keep-alive", "max-forwards", "proxy-connection", "retry-after", "te",
        "trailer", "transfer-encoding", "upgrade",
    ]

    func rewrite(_ payload: [UInt8]) -> [UInt8] {
        var result = [UInt8](repeating: Self.space, count: payload.count)
        let span = unsafe payload.span.bytes
        // It has no names; after it TLS goes on with records.
        if isSSLv2ClientHello(span) {
            let end = min(payload.count, 2 + (payload.uint16(0) & 0x7FFF))
            result.replaceSubrange(..<end, with: payload[..<end])
            return result
        }
        if looksLikeHTTPRequest(span) || looksLikeHTTPResponse(span) {
            rewriteHead(payload, &result)
        }
        if let phrase = BlockPage.phrase(in: span) { keep(Array(phrase.utf8), payload, &result) }
        return result
    }

    private func rewriteHead(_ payload: [UInt8], _ result: inout [UInt8]) {
        var start = 0
        var isFirst = true
        while start < payload.count {
            let end = payload[start...].firstIndex(of: 0x0A) ?? payload.count
            let next = min(end + 1, payload.count)
            let line = payload[start..<next]
            let isEmpty = line.allSatisfy { $0 == 0x0D || $0 == 0x0A }
            result.replaceSubrange(start..<next, with: isFirst ? firstLine(line) : field(line))
            isFirst = false
            start = next
            if isEmpty { return }
        }
    }

    /// Method and version stay, and the shape of the target; a status line stays but for its words.
    private func firstLine(_ line: ArraySlice<UInt8>) -> [UInt8] {
        let isResponse = line.starts(with: "HTTP/".utf8)
        guard let space = line.firstIndex(of: Self.space) else { return names.map(text: line) }
        let kept = isResponse ? min(space + 4, line.endIndex) : space
        let version = " HTTP/1.1".utf8.count
        let rest = line[kept...]
        guard !isResponse, let last = rest.lastIndex(of: Self.space), last > kept,
            rest.endIndex - last >= version
        else { return line[..<kept] + (isResponse ? reason(rest) : names.map(text: rest)) }
        return line[..<kept] + names.map(text: rest[..<last]) + rest[last...]
    }

    /// Words of a standard reason phrase are short and many; they tell nothing of anybody.
    private func reason(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let isUsual = text.allSatisfy {
            65...90 ~= $0 & ~0x20 || $0 == Self.space || $0 == 0x0D || $0 == 0x0A
        }
        return isUsual && text.count <= 40 ? Array(text) : names.map(text: text)
    }

    private func field(_ line: ArraySlice<UInt8>) -> [UInt8] {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            return names.map(text: line)
        }
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        if Self.telling.contains(name) { return Array(line) }
        return line[...colon] + names.map(text: line[(colon + 1)...])
    }

    private func keep(_ phrase: [UInt8], _ payload: [UInt8], _ result: inout [UInt8]) {
        let lower = payload.prefix(BlockPage.reach).map { 65...90 ~= $0 ? $0 | 0x20 : $0 }
        guard lower.count >= phrase.count else { return }
        for start in 0...lower.count - phrase.count
        where lower[start..<start + phrase.count].elementsEqual(phrase) {
            let range = start..<start + phrase.count
            result.replaceSubrange(range, with: payload[range])
            return
        }
    }
}
