internal import Glibc

/// Runs the same exchange from many source ports, a few times from each.
struct HandshakeStorm: Sendable {
    enum Exchange: Sendable {
        /// The target's own: TLS, or the first words of its protocol.
        case handshake
        /// Three bytes, and whether they are acknowledged.
        case plainBytes
    }

    let address: SocketAddress
    let repeats: Int
    /// Seconds that one exchange may take.
    let patience: Double
    let context: ProbeContext

    /// Threads at once; ports take turns on them.
    private static let width = 20
    /// Seconds for the acknowledgement of plain bytes: several repetitions of a lost segment.
    private static let acknowledgement = 1.5

    func run(_ ports: [UInt16], _ exchange: Exchange) -> StormResult {
        let width = min(Self.width, ports.count)
        let lanes = parallel(width) { lane in
            stride(from: lane, to: ports.count, by: width).flatMap { index -> [StormResult.Try] in
                (0..<repeats).compactMap { _ in
                    context.cancellation.isCancelled ? nil : once(ports[index], exchange)
                }
            }
        }
        return StormResult(repeats: repeats, all: lanes.flatMap(\.self))
    }

    private func once(_ port: UInt16, _ exchange: Exchange) -> StormResult.Try? {
        guard (try? context.awaitTurn()) != nil else { return nil }
        let begin = MonotonicInstant.now
        var stage = "connect"
        do throws(NetworkFailure) {
            let connection = try Connection.fromPort(
                port, context, to: address, seconds: patience)
            // TIME_WAIT would keep the port for a minute.
            defer { connection.close(reset: true) }
            switch exchange {
            case .handshake: try handshake(connection, &stage)
            case .plainBytes: try plainBytes(connection, &stage)
            }
            return .init(port: port, seconds: 0, stage: nil, failure: nil)
        } catch .local(_, _) {
            // The port is in use by somebody else.
            return nil
        } catch .cancelled {
            return nil
        } catch {
            let seconds = Double(MonotonicInstant.now - begin) / 1e9
            return .init(port: port, seconds: seconds, stage: stage, failure: error)
        }
    }

    private func handshake(
        _ connection: Connection, _ stage: inout String
    ) throws(NetworkFailure) {
        let deadline = Deadline.after(seconds: patience)
        guard context.target.scheme.startsWithTLS else {
            stage = "first-answer"
            let dialogue = ServiceDialogue(for: context.target, headers: context.options.headers)
            _ = try dialogue?.open(connection, by: deadline)
            if let goodbye = dialogue?.goodbye { try? connection.send(goodbye, by: deadline) }
            return
        }
        stage = "tls.server-hello"
        let tls = try TLSConnection(
            over: connection, context.tlsConfiguration, name: context.serverName)
        do throws(NetworkFailure) {
            try tls.handshake(by: deadline)
        } catch {
            if tls.answerDelay != nil { stage = "tls.finished" }
            throw error
        }
        tls.close(.reset, by: deadline)
    }

    private func plainBytes(
        _ connection: Connection, _ stage: inout String
    ) throws(NetworkFailure) {
        stage = "acknowledgement"
        // The first bytes of a TLS record, or of a request.
        let isTLS = context.target.scheme.startsWithTLS
        try connection.send(isTLS ? [0x16, 0x03, 0x01] : Array("HEA".utf8), by: context.attempt)
        let deadline = Deadline.after(seconds: Self.acknowledgement)
        while connection.tcpInfo?.unacknowledged != 0 {
            if deadline.hasPassed { throw .timedOut }
            try sleep(until: .after(seconds: 0.01), context.cancellation)
        }
    }
}

/// What a storm showed.
struct StormResult: Sendable {
    struct Try: Sendable {
        var port: UInt16
        /// Until the failure.
        var seconds: Double
        /// Where it failed; `nil` when it did not.
        var stage: String?
        var failure: NetworkFailure?
    }

    /// Failures of one stage.
    struct Bar: Sendable {
        var stage: String
        var text: String
    }

    var tries: Int
    var failures: [Try]
    /// Ports of which every try was made.
    var portCount: Int
    var failing: [UInt16]
    var working: [UInt16]

    init(repeats: Int, all: [Try]) {
        tries = all.count
        failures = all.filter { $0.stage != nil }
        let byPort = Dictionary(grouping: all, by: \.port).filter { $0.value.count == repeats }
        portCount = byPort.count
        failing = byPort.filter { $0.value.allSatisfy { $0.stage != nil } }.keys.sorted()
        working = byPort.filter { $0.value.allSatisfy { $0.stage == nil } }.keys.sorted()
    }

    /// By stage: how many, how, and after what time. One time for nearly all is a peer's timer.
    var histogram: [Bar] {
        Dictionary(
            grouping: failures, by: { "\($0.stage ?? ""): \($0.failure.map { "\($0)" } ?? "")" }
        )
        .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        .map { name, tries in
            let times = tries.map(\.seconds).sorted()
            let (low, high) = (rounded(times[0]), rounded(times[times.count - 1]))
            let span = low == high ? "after \(low) s" : "after \(low) to \(high) s"
            return Bar(
                stage: name,
                text: "\(tries.count) times, \(span), median \(rounded(times[times.count / 2])) s")
        }
    }
}
