/// Reads the response to one request of HTTP/1 from bytes as they come (RFC 9112).
///
/// Any bytes in any pieces are an answer: a response, a part of one, or a fault. Memory is bounded
/// by `HTTPBounds`, time by the number of bytes.
struct HTTPResponseReader: Sendable {
    enum Progress: Equatable, Sendable {
        /// Nothing yet, or the head is not whole.
        case head
        case body
        /// The message is over; bytes after it belong to what follows.
        case complete
        case failed(HTTPFault)
    }

    private enum Stage {
        case statusLine, fields, fixed(UInt64), chunkSize, chunkData(UInt64), chunkEnd, trailers
        case toClose, done, upgraded
        case failed(HTTPFault)
    }

    private(set) var response: HTTPResponse?
    /// All bytes that were given, interim answers included.
    private(set) var consumedBytes = 0
    private(set) var faults: [HTTPFault] = []
    private var stage = Stage.statusLine
    private var interim: [Int] = []
    private var lines: HTTPLineBuffer
    private var head: HTTPHead?
    private var skippedEmptyLine = false
    private let method: String
    private let bounds: HTTPBounds

    /// - Parameter method: of the request: `HEAD` and `CONNECT` change where the answer ends.
    init(method: String = "GET", bounds: HTTPBounds = HTTPBounds()) {
        self.method = method
        self.bounds = bounds
        lines = HTTPLineBuffer(limit: bounds.headBytes)
    }

    var progress: Progress {
        switch stage {
        case .statusLine, .fields: .head
        case .done, .upgraded: .complete
        case .failed(let fault): .failed(fault)
        default: .body
        }
    }

    /// Takes bytes until the message ends.
    ///
    /// - Returns: how many were taken; fewer than given only when the message is over or failed.
    mutating func consume(_ bytes: ArraySlice<UInt8>) -> Int {
        var rest = bytes
        loop: while !rest.isEmpty {
            switch stage {
            case .done, .upgraded, .failed: break loop
            case .fixed(let left): takeFixed(&rest, left)
            case .chunkData(let left): takeChunk(&rest, left)
            case .toClose: keep(rest.popFirst(UInt64(rest.count)))
            case .statusLine, .fields, .chunkSize, .chunkEnd, .trailers:
                guard let line = lines.take(&rest) else {
                    if lines.isOverLimit { fail(overLimit) }
                    break
                }
                if line.isBare { note(.bareLineFeed) }
                read(line.content)
            }
        }
        let taken = bytes.count - rest.count
        consumedBytes += taken
        return taken
    }

    /// The peer will send nothing more: a body that ends with the connection is whole now.
    mutating func finish() {
        guard case .toClose = stage else { return }
        complete()
    }

    private var overLimit: HTTPFault {
        switch stage {
        case .statusLine: .notHTTP
        case .chunkSize, .chunkEnd: .chunkInvalid
        default: .headTooLong
        }
    }

    private mutating func takeFixed(_ rest: inout ArraySlice<UInt8>, _ left: UInt64) {
        let piece = rest.popFirst(left)
        keep(piece)
        let now = left - UInt64(piece.count)
        if now == 0 { complete() } else { stage = .fixed(now) }
    }

    private mutating func takeChunk(_ rest: inout ArraySlice<UInt8>, _ left: UInt64) {
        let piece = rest.popFirst(left)
        keep(piece)
        let now = left - UInt64(piece.count)
        if now > 0 {
            stage = .chunkData(now)
        } else {
            enter(.chunkEnd, lineLimit: 2)
        }
    }

    private mutating func keep(_ piece: ArraySlice<UInt8>) {
        response?.bodyBytes += UInt64(piece.count)
        let room = bounds.keptBody - (response?.body.count ?? 0)
        if room > 0 { response?.body += piece.prefix(room) }
    }

    private mutating func read(_ line: ArraySlice<UInt8>) {
        switch stage {
        case .statusLine: readStatusLine(line)
        case .fields: line.isEmpty ? endHead() : readField(line, trailer: false)
        case .chunkSize: readChunkSize(line)
        case .chunkEnd:
            if line.isEmpty {
                enter(.chunkSize, lineLimit: bounds.chunkLine)
            } else {
                fail(.chunkInvalid)
            }
        case .trailers: line.isEmpty ? complete() : readField(line, trailer: true)
        default: break
        }
    }

    private mutating func enter(_ next: Stage, lineLimit: Int) {
        stage = next
        lines = HTTPLineBuffer(limit: lineLimit)
    }

    private mutating func readStatusLine(_ line: ArraySlice<UInt8>) {
        // One empty line before is forgiven, as RFC 9112 §2.2 does for requests.
        if line.isEmpty, !skippedEmptyLine {
            skippedEmptyLine = true
            return
        }
        guard let parsed = HTTPHead(statusLine: line) else { return fail(.notHTTP) }
        head = parsed
        stage = .fields
    }

    private mutating func readField(_ line: ArraySlice<UInt8>, trailer: Bool) {
        let count = trailer ? response?.trailers.count ?? 0 : head?.fields.count ?? 0
        if line.first == 0x20 || line.first == 0x09 {
            note(.foldedField)
            // RFC 9112 §5.2: the fold reads as one blank.
            if !trailer, count > 0 {
                head?.fields[count - 1].value +=
                    " " + trimmedText(String(decoding: line, as: UTF8.self))
            }
            return
        }
        guard let field = HTTPHead.Field(line: line) else { return note(.malformedField) }
        guard count < bounds.fields else { return fail(.tooManyFields) }
        if trailer { response?.trailers.append(field) } else { head?.fields.append(field) }
    }

    private mutating func endHead() {
        guard var head else { return fail(.notHTTP) }
        head.byteCount = lines.taken
        self.head = nil
        if 100..<200 ~= head.status, head.status != 101 {
            guard interim.count < bounds.interim else { return fail(.tooManyInterim) }
            interim.append(head.status)
            return enter(.statusLine, lineLimit: bounds.headBytes)
        }
        var noted: [HTTPFault] = []
        do throws(HTTPFault) {
            let framing = try HTTPFraming(head, method: method, faults: &noted)
            for fault in noted { note(fault) }
            response = HTTPResponse(head: head, interim: interim, framing: framing)
            begin(framing)
        } catch {
            response = HTTPResponse(head: head, interim: interim, framing: .untilClose)
            fail(error)
        }
    }

    private mutating func begin(_ framing: HTTPFraming) {
        switch framing {
        case .none, .length(0): complete()
        case .length(let length): stage = .fixed(length)
        case .chunked: enter(.chunkSize, lineLimit: bounds.chunkLine)
        case .untilClose: stage = .toClose
        case .upgraded:
            complete()
            stage = .upgraded
        }
    }

    /// `chunk-size [ chunk-ext ]`, RFC 9112 §7.1; blanks before the extension are bad and common.
    private mutating func readChunkSize(_ line: ArraySlice<UInt8>) {
        var size: UInt64 = 0
        var digits = 0
        for byte in line {
            guard let value = hexDigit(byte) else { break }
            guard size < 1 << 60 else { return fail(.chunkInvalid) }
            size = size << 4 | value
            digits += 1
        }
        let rest = line.dropFirst(digits)
        guard digits > 0, rest.isEmpty || [0x3B, 0x20, 0x09].contains(rest.first ?? 0) else {
            return fail(.chunkInvalid)
        }
        if size == 0 { return enter(.trailers, lineLimit: bounds.headBytes) }
        response?.chunks += 1
        stage = .chunkData(size)
    }

    private mutating func complete() {
        stage = .done
        response?.isComplete = true
        response?.faults = faults
    }

    private mutating func fail(_ fault: HTTPFault) {
        stage = .failed(fault)
        note(fault)
    }

    private mutating func note(_ fault: HTTPFault) {
        if !faults.contains(fault) { faults.append(fault) }
        response?.faults = faults
    }
}

private func hexDigit(_ byte: UInt8) -> UInt64? {
    switch byte {
    case 0x30...0x39: UInt64(byte - 0x30)
    case 0x41...0x46: UInt64(byte - 0x41 + 10)
    case 0x61...0x66: UInt64(byte - 0x61 + 10)
    default: nil
    }
}

extension ArraySlice<UInt8> {
    /// Removes and returns up to `limit` bytes.
    fileprivate mutating func popFirst(_ limit: UInt64) -> ArraySlice<UInt8> {
        let piece = prefix(limit > UInt64(count) ? count : Int(limit))
        self = dropFirst(piece.count)
        return piece
    }
}
