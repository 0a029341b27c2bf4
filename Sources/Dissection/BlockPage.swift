/// Texts by which filters, proxies and address blockers answer in the origin's place.
public enum BlockPage {
    /// Bytes from the start of the response that are looked at.
    public static let reach = 2048

    /// In lower case. The first is the text of the documented incident; the others are the
    /// phrases of common products' default pages, long enough not to occur in ordinary text.
    public static let phrases = [
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
    /// The head names a content type of text (RFC 9110 §8.3), within the first 1024 bytes.
    public static func isText(_ payload: RawSpan) -> Bool {
        let limit = min(payload.byteCount, 1024)
        guard limit > 12 else { return false }
        var offset = 12
        while let line = lineRange(payload, from: offset, limit: limit), line.content.count > 0 {
            if isTextField(payload, line.content) { return true }
            offset = line.next
        }
        return limit > offset && isTextField(payload, offset..<limit)
    }

    /// `Content-Type: text/…`, in whatever case.
    private static func isTextField(_ bytes: RawSpan, _ line: Range<Int>) -> Bool {
        let start = line.lowerBound
        guard line.count >= 18, bytes.byte(at: start + 12) == 0x3A,
            bytes.uint64(at: start) | 0x2020_2020_2020_2020 == 0x636F_6E74_656E_742D,
            bytes.uint32(at: start + 8) | 0x2020_2020 == 0x7479_7065
        else { return false }
        var offset = start + 13
        while offset < line.upperBound, bytes.byte(at: offset) == 0x20 { offset += 1 }
        return offset + 5 <= line.upperBound
            && bytes.uint32(at: offset) | 0x2020_2020 == 0x7465_7874
            && bytes.byte(at: offset + 4) == 0x2F
    }

    /// The first phrase of the list that the first `reach` bytes of `payload` hold.
    public static func phrase(in payload: RawSpan) -> String? {
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
