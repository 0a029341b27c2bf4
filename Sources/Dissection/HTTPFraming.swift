/// What the head of an HTTP/1 message says about where its body ends (RFC 9112 §6), and the few
/// other things that tell how the exchange goes on. Offsets count in the bytes that were read.
public struct HTTPFraming: Equatable, Sendable {
    /// `nil` of an answer.
    public var method: Range<Int>?
    public var target: Range<Int>?
    /// `nil` of a request.
    public var status: Int?
    /// The first `Content-Length` that is a number.
    public var contentLength: UInt64?
    /// `Transfer-Encoding` ends with `chunked`.
    public var isChunked = false
    /// `Expect: 100-continue` (RFC 9110 §10.1.1).
    public var expectsContinue = false
    /// `Connection: close`.
    public var closes = false
    public var ambiguity: Ambiguity?
    /// The first byte of the body.
    public var bodyOffset = 0

    /// Why two readers may see two ends of the body (RFC 9112 §6.3, §11.2).
    public enum Ambiguity: String, Sendable {
        case lengthAndCoding = "Content-Length beside Transfer-Encoding"
        case differentLengths = "several Content-Length"
        case invalidLength = "a Content-Length that is no plain number"
        case obscureCoding = "an obscured Transfer-Encoding"
    }

    /// Heads are read up to here, in bytes.
    public static let limit = HTTPResponseHead.limit

    private var lengths = 0
    private var codings = 0

    /// `nil` unless a whole head begins at `start`: first line, fields and the empty line, within
    /// `limit`.
    public init?(_ bytes: RawSpan, from start: Int) {
        let end = min(bytes.byteCount, start + Self.limit)
        guard start < end, let first = lineRange(bytes, from: start, limit: end) else { return nil }
        let opening = bytes.extracting(start..<bytes.byteCount)
        if looksLikeHTTPResponse(opening) {
            guard let status = Self.status(bytes, first.content) else { return nil }
            self.status = status
        } else if looksLikeHTTPRequest(opening) {
            guard readRequestLine(bytes, first.content) else { return nil }
        } else {
            return nil
        }
        var offset = first.next
        while let line = lineRange(bytes, from: offset, limit: end) {
            offset = line.next
            if line.content.isEmpty {
                bodyOffset = offset
                judge()
                return
            }
            readField(bytes, line.content)
        }
        return nil
    }

    private mutating func judge() {
        if ambiguity == nil, lengths > 0, codings > 0 { ambiguity = .lengthAndCoding }
        if ambiguity == nil, codings > 1 { ambiguity = .obscureCoding }
    }

    private static func status(_ bytes: RawSpan, _ line: Range<Int>) -> Int? {
        guard line.count >= 12, bytes.byte(at: line.lowerBound + 8) == 0x20 else { return nil }
        var status = 0
        for offset in line.lowerBound + 9..<line.lowerBound + 12 {
            let digit = bytes.byte(at: offset) &- 0x30
            guard digit <= 9 else { return nil }
            status = status * 10 + Int(digit)
        }
        return status >= 100 ? status : nil
    }

    /// "GET /path HTTP/1.1".
    private mutating func readRequestLine(_ bytes: RawSpan, _ line: Range<Int>) -> Bool {
        guard let first = bytes.firstOffset(of: 0x20, in: line),
            let second = bytes.firstOffset(of: 0x20, in: first + 1..<line.upperBound),
            // The version follows: no third blank.
            line.upperBound - second == 9, bytes.uint32(at: second + 1) == 0x4854_5450,
            bytes.firstOffset(of: 0x20, in: second + 5..<line.upperBound) == nil
        else { return false }
        method = line.lowerBound..<first
        target = first + 1..<second
        return true
    }

    /// Only the four fields that matter; each is known by its first letter before more is read.
    private mutating func readField(_ bytes: RawSpan, _ line: Range<Int>) {
        let first = bytes.byte(at: line.lowerBound)
        switch first | 0x20 {
        case 0x63, 0x65, 0x74: break
        // A name that begins with a blank continues the line before it, or hides from readers.
        default:
            guard first == 0x20 || first == 0x09 else { return }
            if Self.value(bytes, line, of: "transfer-encoding") != nil { note(.obscureCoding) }
            return
        }
        if let value = Self.value(bytes, line, of: "content-length") {
            readLength(bytes, value.range)
        } else if let value = Self.value(bytes, line, of: "transfer-encoding") {
            codings += 1
            let text = Self.lowercased(bytes, value.range)
            isChunked =
                text == "chunked" || text.hasSuffix(",chunked") || text.hasSuffix(" chunked")
            if value.isOdd
                || !isChunked && text != "identity" && !text.hasSuffix("gzip")
                    && !text.hasSuffix("deflate") && !text.hasSuffix("compress")
            {
                note(.obscureCoding)
            }
        } else if let value = Self.value(bytes, line, of: "expect") {
            expectsContinue = Self.lowercased(bytes, value.range) == "100-continue"
        } else if let value = Self.value(bytes, line, of: "connection") {
            closes = Self.lowercased(bytes, value.range).contains("close")
        }
    }

    private mutating func readLength(_ bytes: RawSpan, _ value: Range<Int>) {
        lengths += 1
        var number: UInt64 = 0
        for offset in value {
            let digit = bytes.byte(at: offset) &- 0x30
            guard digit <= 9, number < 1 << 60 else { return note(.invalidLength) }
            number = number * 10 + UInt64(digit)
        }
        if value.isEmpty { return note(.invalidLength) }
        // RFC 9110 §8.6 lets equal values pass, once in a list; in two lines they are odd.
        if lengths > 1 { note(.differentLengths) }
        if contentLength == nil { contentLength = number }
    }

    private mutating func note(_ kind: Ambiguity) {
        if ambiguity == nil { ambiguity = kind }
    }

    /// The value of a field called `name` (lower case), without blanks around it. It is odd when
    /// blanks stand before the colon or a control character is in it.
    private static func value(
        _ bytes: RawSpan, _ line: Range<Int>, of name: StaticString
    ) -> (range: Range<Int>, isOdd: Bool)? {
        var offset = line.lowerBound
        while offset < line.upperBound, isBlank(bytes.byte(at: offset)) { offset += 1 }
        guard line.upperBound - offset > name.utf8CodeUnitCount else { return nil }
        for index in 0..<name.utf8CodeUnitCount {
            let wanted = unsafe name.utf8Start[index]
            let byte = bytes.byte(at: offset + index)
            guard byte == wanted || byte | 0x20 == wanted && byte >= 0x41 && byte <= 0x5A else {
                return nil
            }
        }
        offset += name.utf8CodeUnitCount
        var isOdd = false
        while offset < line.upperBound, isBlank(bytes.byte(at: offset)) {
            isOdd = true
            offset += 1
        }
        guard offset < line.upperBound, bytes.byte(at: offset) == 0x3A else { return nil }
        offset += 1
        var end = line.upperBound
        while offset < end, isBlank(bytes.byte(at: offset)) { offset += 1 }
        while end > offset, isBlank(bytes.byte(at: end - 1)) { end -= 1 }
        for place in offset..<end where bytes.byte(at: place) < 0x20 { isOdd = true }
        return (offset..<end, isOdd)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func lowercased(_ bytes: RawSpan, _ range: Range<Int>) -> String {
        bytes.text(range).lowercased()
    }
}
