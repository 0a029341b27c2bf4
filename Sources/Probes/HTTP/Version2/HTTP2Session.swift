/// A connection that speaks HTTP/2 (RFC 9113), as far as a probe needs it: requests without body,
/// one thread, no pushes.
final class HTTP2Session {
    /// What became of one stream.
    struct Stream: Equatable {
        var status: Int?
        var bodyBytes = 0
        var hasEnded = false
        /// RST_STREAM's code.
        var resetCode: UInt32?

        var isOver: Bool { hasEnded || resetCode != nil }
    }

    struct GoAway: Equatable {
        var lastStream: UInt32
        var code: UInt32
    }

    /// Why nothing more can be read.
    enum Fault: Error, Equatable {
        case network(NetworkFailure)
        /// The server speaks HTTP/1.
        case speaksHTTP1
        case malformed
    }

    private(set) var settings: HTTP2Settings?
    private(set) var goAway: GoAway?
    private(set) var streams: [UInt32: Stream] = [:]
    private let channel: any ByteChannel
    private var reader = HTTP2FrameReader()
    private var nextStream: UInt32 = 1
    /// A field block whose CONTINUATION is still to come.
    private var pendingFields: (stream: UInt32, block: [UInt8], endsStream: Bool)?

    /// RFC 9113 §3.4.
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    /// A field block of more bytes is nobody's answer.
    private static let largestBlock = 64 * 1024
    private static let mostStreams = 4096

    init(_ channel: any ByteChannel) { self.channel = channel }

    /// Preface and SETTINGS out, the server's SETTINGS in.
    func start(by deadline: Deadline) throws(Fault) {
        try send(Self.preface + HTTP2Settings.offered.bytes, by: deadline)
        try read(by: deadline) { self.settings != nil }
    }

    /// Begins a GET and returns its stream; does not wait for the answer.
    func ask(_ request: HTTPRequest, scheme: String, by deadline: Deadline) throws(Fault) -> UInt32
    {
        let stream = nextStream
        nextStream += 2
        let frames = HTTP2Frame.headers(
            HTTP2Fields.block(request, scheme: scheme), stream: stream)
        streams[stream] = Stream()
        try send(frames.flatMap(\.bytes), by: deadline)
        return stream
    }

    /// A PING whose answer is not waited for.
    func ping(by deadline: Deadline) throws(Fault) {
        let frame = HTTP2Frame(kind: HTTP2Frame.Kind.ping, payload: Array("inquest.".utf8))
        try send(frame.bytes, by: deadline)
    }

    /// Reads until `isEnough`, the end of the connection or the deadline.
    func read(by deadline: Deadline, until isEnough: () -> Bool) throws(Fault) {
        while true {
            while let frame = reader.next() { try take(frame, by: deadline) }
            if isEnough() { return }
            if reader.isBroken { throw .malformed }
            do throws(NetworkFailure) {
                let bytes = try channel.receive(atMost: 16 * 1024, by: deadline)
                if bytes.isEmpty { throw .closed }
                reader.append(bytes[...])
            } catch {
                throw .network(error)
            }
            if settings == nil, reader.beginsWithText { throw .speaksHTTP1 }
        }
    }

    /// GOAWAY, so that the server knows that we leave on purpose.
    func close(by deadline: Deadline) {
        let leave = HTTP2Frame(
            kind: HTTP2Frame.Kind.goAway, payload: [UInt8](repeating: 0, count: 8))
        try? channel.send(leave.bytes, by: deadline)
        channel.closePolitely(by: deadline)
    }

    private func send(_ bytes: [UInt8], by deadline: Deadline) throws(Fault) {
        do throws(NetworkFailure) {
            try channel.send(bytes, by: deadline)
        } catch {
            throw .network(error)
        }
    }

    private func take(_ frame: HTTP2Frame, by deadline: Deadline) throws(Fault) {
        // RFC 9113 §6.10: nothing may come between the parts of a field block.
        if pendingFields != nil, frame.kind != HTTP2Frame.Kind.continuation { throw .malformed }
        switch frame.kind {
        case HTTP2Frame.Kind.settings: try takeSettings(frame, by: deadline)
        case HTTP2Frame.Kind.ping:
            guard !frame.has(HTTP2Frame.Flag.acknowledgement) else { return }
            let answer = HTTP2Frame(
                kind: frame.kind, flags: HTTP2Frame.Flag.acknowledgement, payload: frame.payload)
            try send(answer.bytes, by: deadline)
        case HTTP2Frame.Kind.goAway:
            guard let last = frame.number(at: 0), let code = frame.number(at: 4) else {
                throw .malformed
            }
            goAway = GoAway(lastStream: last & 0x7FFF_FFFF, code: code)
        case HTTP2Frame.Kind.resetStream:
            guard let code = frame.number(at: 0) else { throw .malformed }
            change(frame.stream) { $0.resetCode = code }
        case HTTP2Frame.Kind.headers: try takeFields(frame)
        case HTTP2Frame.Kind.continuation: try takeContinuation(frame)
        case HTTP2Frame.Kind.data: try takeData(frame, by: deadline)
        default: break
        }
    }

    private func takeSettings(_ frame: HTTP2Frame, by deadline: Deadline) throws(Fault) {
        guard !frame.has(HTTP2Frame.Flag.acknowledgement) else { return }
        var known = settings ?? HTTP2Settings()
        guard known.apply(frame) else { throw .malformed }
        settings = known
        try send(HTTP2Settings.acknowledgement.bytes, by: deadline)
    }

    private func takeFields(_ frame: HTTP2Frame) throws(Fault) {
        guard let content = frame.content else { throw .malformed }
        let ends = frame.has(HTTP2Frame.Flag.endStream)
        guard frame.has(HTTP2Frame.Flag.endHeaders) else {
            pendingFields = (frame.stream, Array(content), ends)
            return
        }
        finish(frame.stream, content, ends)
    }

    private func takeContinuation(_ frame: HTTP2Frame) throws(Fault) {
        guard var pending = pendingFields, pending.stream == frame.stream,
            pending.block.count + frame.payload.count <= Self.largestBlock
        else { throw .malformed }
        pending.block += frame.payload
        pendingFields = pending
        guard frame.has(HTTP2Frame.Flag.endHeaders) else { return }
        pendingFields = nil
        finish(pending.stream, pending.block[...], pending.endsStream)
    }

    /// Interim answers (1xx) and trailers do not change the status.
    private func finish(_ stream: UInt32, _ block: ArraySlice<UInt8>, _ ends: Bool) {
        let status = HTTP2Fields.status(block)
        change(stream) {
            if $0.status == nil, let status, status >= 200 { $0.status = status }
            if ends { $0.hasEnded = true }
        }
    }

    /// Gives back the window at once: bodies are only counted.
    private func takeData(_ frame: HTTP2Frame, by deadline: Deadline) throws(Fault) {
        guard let content = frame.content else { throw .malformed }
        let ends = frame.has(HTTP2Frame.Flag.endStream)
        change(frame.stream) {
            $0.bodyBytes += content.count
            if ends { $0.hasEnded = true }
        }
        guard !frame.payload.isEmpty else { return }
        let increment = bigEndian(UInt32(frame.payload.count))
        var bytes = HTTP2Frame(kind: HTTP2Frame.Kind.windowUpdate, payload: increment).bytes
        if !ends {
            bytes +=
                HTTP2Frame(
                    kind: HTTP2Frame.Kind.windowUpdate, stream: frame.stream, payload: increment
                ).bytes
        }
        try send(bytes, by: deadline)
    }

    private func change(_ stream: UInt32, _ body: (inout Stream) -> Void) {
        guard var known = streams[stream], streams.count <= Self.mostStreams else { return }
        body(&known)
        streams[stream] = known
    }
}

extension HTTP2Session.Fault: CustomStringConvertible {
    var description: String {
        switch self {
        case .network(let failure): "\(failure)"
        case .speaksHTTP1: "the server answered in HTTP/1"
        case .malformed: "the server's frames break the rules of HTTP/2"
        }
    }
}
