/// A row of connections of one kind, each offering the newest session of the ones before it.
struct ResumptionSeries: Sendable {
    let kind: ResumptionKind
    /// One connection after the first.
    struct Try: Sendable {
        /// How the connection before it, the session's, was closed.
        var after: TLSClosing
        /// A polite close after unclean ones.
        var isControl: Bool
        var isAccepted: Bool
        /// Nanoseconds of the handshake.
        var duration: Int64
    }

    private(set) var tries: [Try] = []
    private(set) var connections = 0
    /// Connections whose server gave out nothing to offer.
    private(set) var withoutSession = 0
    /// Why the series ended early.
    private(set) var failure: String?
    /// Nanoseconds of the first handshake, a full one.
    private(set) var fullDuration: Int64?

    /// The server must have seen the end of a connection before the next begins.
    private static let pause = 0.2
    /// The server must have read our Finished before a close that may overtake it: else it is the
    /// handshake that failed, not the close that was unclean.
    private static let settling = 0.15
    private static let ticketPatience = 0.3

    private let isOverFarm: Bool

    /// - Parameter isOverFarm: keeps offering the first session, as long as it can be: one that
    ///   follows a balancer's turns would meet another server every time. And goes on where
    ///   nothing is accepted. A session of TLS 1.3 may be good for one use (RFC 8446 §C.4), so
    ///   there it is the newest in any case.
    init(_ kind: ResumptionKind, isOverFarm: Bool = false) {
        self.kind = kind
        self.isOverFarm = isOverFarm
    }

    /// - Parameter closings: how each connection is closed, in order.
    mutating func run(
        _ closings: [TLSClosing], at addresses: [SocketAddress], _ context: ProbeContext
    ) {
        let configuration = kind.configuration(context.tlsConfiguration)
        var session: TLSSession?
        var before: TLSClosing?
        var uncleanSeen = false
        for (number, closing) in closings.enumerated() {
            if stopsHere(number) || context.cancellation.isCancelled { return }
            let address = addresses[number % addresses.count]
            let outcome = connect(
                address, configuration, session, closing, "\(kind.rawValue) \(number + 1)", context)
            connections += 1
            guard let outcome else { return }
            if number == 0 { fullDuration = outcome.duration }
            if let before, session != nil, outcome.wasOffered {
                tries.append(
                    Try(
                        after: before, isControl: before == .closeNotify && uncleanSeen,
                        isAccepted: outcome.isResumed, duration: outcome.duration))
            }
            if outcome.session == nil { withoutSession += 1 }
            session = keeps(session) ? session : outcome.session
            uncleanSeen = uncleanSeen || closing != .closeNotify
            before = closing
            try? sleep(until: .after(seconds: Self.pause), context.cancellation)
        }
    }

    /// Where nothing at all is resumed after polite closes there is nothing to compare.
    private func stopsHere(_ number: Int) -> Bool {
        !isOverFarm && number >= Resumption.politeConnections
            && !tries.contains(where: \.isAccepted)
            && tries.allSatisfy { $0.after == .closeNotify }
    }

    private func keeps(_ session: TLSSession?) -> Bool {
        isOverFarm && kind != .preSharedKey && session.map(kind.isIssued) ?? false
    }

    private struct Outcome {
        var wasOffered: Bool
        var isResumed: Bool
        var session: TLSSession?
        var duration: Int64
    }

    private mutating func connect(
        _ address: SocketAddress, _ configuration: TLSConfiguration, _ session: TLSSession?,
        _ closing: TLSClosing, _ label: String, _ context: ProbeContext
    ) -> Outcome? {
        let connection = Connection(context, to: address, label: label)
        defer { connection.close() }
        do throws(NetworkFailure) {
            try connection.connect(by: context.attempt)
            let tls = try TLSConnection(
                over: connection, configuration, name: context.serverName, session: session)
            let begin = MonotonicInstant.now
            try tls.handshake(by: context.attempt)
            let duration = MonotonicInstant.now - begin
            tls.awaitTicket(by: .after(seconds: Self.ticketPatience))
            if let alert = tls.recorder.alert { throw .alert(alert) }
            let newest = tls.session.flatMap { kind.isIssued($0) ? $0 : nil }
            let outcome = Outcome(
                wasOffered: tls.clientHello.map(kind.isOffered) ?? false,
                isResumed: tls.isResumed, session: newest, duration: duration)
            if closing != .closeNotify {
                try sleep(until: .after(seconds: Self.settling), context.cancellation)
            }
            tls.close(closing, by: context.attempt)
            return outcome
        } catch {
            failure = "\(error)"
            return nil
        }
    }
}

extension ResumptionSeries {
    /// Offers after polite closes, before anything unclean.
    var polite: [Try] { tries.filter { $0.after == .closeNotify && !$0.isControl } }
    var controls: [Try] { tries.filter(\.isControl) }
    func after(_ closing: TLSClosing) -> [Try] { tries.filter { $0.after == closing } }

    /// `6 of 6`.
    static func share(_ tries: [Try]) -> String {
        "\(tries.count(where: \.isAccepted)) of \(tries.count)"
    }
}
