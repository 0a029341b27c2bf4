internal import Glibc

/// What a read on a check's connection came to.
enum CheckRead: Equatable {
    /// How the client ended the connection.
    enum Closing {
        case notify, fin, rst
    }

    case bytes([UInt8])
    /// Nothing is there yet.
    case wait
    case closed(Closing)
    /// An alert, or no TLS.
    case refused
}

/// One connection of a check to a local server; non-blocking, driven by its owner's poll(2).
final class CheckConnection {
    private enum Phase {
        /// Before the client's first byte.
        case opening
        case handshake(ServerStream)
        case serving
        /// Whatever comes is thrown away until the client leaves.
        case swallowing
        case over
    }

    let descriptor: Int32
    private(set) var opening = CheckBehaviour.Opening.nothing
    private(set) var hasHandshaken = false
    private(set) var closing: CheckRead.Closing?
    private let context: ServerContext?
    private var stream: ServerStream?
    private var phase = Phase.opening
    private var request: [UInt8] = []
    private let opened: ContinuousClock.Instant
    private var spokeFirst: ContinuousClock.Instant?

    private static let longestRequest = 16 << 10
    private static let readSize = 4 << 10

    /// - Parameters:
    ///   - descriptor: non-blocking; closed with the connection.
    ///   - context: `nil` for a server that never speaks.
    init(descriptor: Int32, context: ServerContext?, now: ContinuousClock.Instant) {
        self.descriptor = descriptor
        self.context = context
        opened = now
    }

    deinit { close(descriptor) }

    var isOver: Bool { if case .over = phase { true } else { false } }

    /// From the accept to the client's first byte, or until `now`.
    func silence(until now: ContinuousClock.Instant) -> Duration {
        opened.duration(to: spokeFirst ?? now)
    }

    /// Does what can be done without waiting.
    func turn(now: ContinuousClock.Instant) {
        while step(now: now) {}
    }

    /// - Returns: whether there may be more to do at once.
    private func step(now: ContinuousClock.Instant) -> Bool {
        switch phase {
        case .opening: open(now: now)
        case .handshake(let stream): advance(stream.handshake()) { _ in handshakeDone() }
        case .serving: advance(stream?.read(limit: Self.readSize) ?? receive(), serve)
        case .swallowing: advance(receive()) { _ in }
        case .over: false
        }
    }

    private func advance(_ read: CheckRead, _ take: ([UInt8]) -> Void) -> Bool {
        switch read {
        case .bytes(let bytes):
            take(bytes)
            return true
        case .wait: return false
        case .refused:
            leave()
            return true
        case .closed(let closing):
            self.closing = closing
            phase = .over
            return false
        }
    }

    private func open(now: ContinuousClock.Instant) -> Bool {
        advance(receive(peeking: true)) { bytes in
            spokeFirst = now
            // RFC 8446 section 5.1: a record of type handshake.
            opening = bytes.first == 22 ? .tls : .plain
            guard let context else { return phase = .swallowing }
            guard opening == .tls || context.isOnlyTLS else { return phase = .serving }
            guard let stream = context.accept(descriptor) else { return leave() }
            self.stream = stream
            phase = .handshake(stream)
        }
    }

    private func handshakeDone() {
        hasHandshaken = true
        phase = .serving
    }

    private func serve(_ bytes: [UInt8]) {
        request += bytes
        guard request.count <= Self.longestRequest else { return leave() }
        guard let answer = CheckAnswer(request) else { return }
        request = []
        if let stream { stream.write(answer.bytes) } else { transmit(answer.bytes) }
        if answer.isLast { leave() }
    }

    /// Closes our side politely and waits for the client's end.
    private func leave() {
        stream?.sendCloseNotify()
        shutdown(descriptor, Int32(SHUT_WR))
        phase = .swallowing
    }

    /// - Parameter peeking: whether to leave the bytes there, and to be content with the first.
    private func receive(peeking: Bool = false) -> CheckRead {
        var bytes = [UInt8](repeating: 0, count: peeking ? 1 : Self.readSize)
        let flags = peeking ? Int32(MSG_PEEK) : 0
        let count = unsafe recv(descriptor, &bytes, bytes.count, flags)
        let code = errno
        if count > 0 { return .bytes(Array(bytes[..<count])) }
        if count == 0 { return .closed(.fin) }
        return code == EAGAIN || code == EINTR ? .wait : .closed(.rst)
    }

    /// An answer fits the socket's empty buffer.
    private func transmit(_ bytes: [UInt8]) {
        _ = unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}
