internal import Casebook

/// How the server ends an exchange that it finishes itself.
enum TLSCloseJudge {
    static let findings: [FactID] = ["probe.tls.no-close-notify"]

    enum Ending: Hashable, Sendable {
        case seen(TLSConnection.Ending)
        case notSeen(String)
    }

    /// More of an answer than this is not waited for.
    private static let longestAnswer = 512 * 1024

    /// For https a request that asks the server to close; nothing else is known to make a server
    /// end by itself.
    ///
    /// - Parameter highest: the newest version to offer, unless the user's is older.
    static func exchange(
        _ context: ProbeContext, _ address: SocketAddress, highest: TLSOptions.Version?
    ) -> (TLSAttempt, Ending) {
        var configuration = context.tlsConfiguration
        if let highest {
            configuration.highest = min(configuration.highest ?? highest, highest)
        }
        let isHTTP = context.target.scheme == .https
        if isHTTP { configuration.applicationProtocols = ["http/1.1"] }
        var ending = Ending.notSeen("no protocol is known here that ends by itself; use https://")
        let attempt = TLSAttempt.make(
            context, address,
            .init(
                configuration: configuration, name: context.serverName,
                label: (isHTTP ? "request" : "handshake")
                    + (highest.map { ", at most \($0.name)" } ?? ""),
                hello: context.helloShape)
        ) { tls in
            guard isHTTP else { return }
            ending = finish(tls, context)
        }
        if let failure = attempt.failure { ending = .notSeen("no handshake: \(failure)") }
        return (attempt, ending)
    }

    private static func finish(_ tls: TLSConnection, _ context: ProbeContext) -> Ending {
        var target = context.target
        if let name = context.serverName { target.host = name }
        let request =
            "GET \(target.path) HTTP/1.1\r\nHost: \(target.hostField)\r\nUser-Agent: inquest\r\n"
            + "Connection: close\r\n\r\n"
        let deadline = context.attempt
        var received = 0
        do throws(NetworkFailure) {
            try tls.send(Array(request.utf8), by: deadline)
            try tls.connection.stage("exchange") { () throws(NetworkFailure) in
                while true {
                    let bytes = try tls.receive(by: deadline)
                    received += bytes.count
                    if bytes.isEmpty { return }
                    guard received <= longestAnswer else {
                        throw .tooMuch(limit: longestAnswer)
                    }
                }
            }
        } catch {
            guard error == .reset, received > 0 else {
                return .notSeen("the exchange did not end: \(error)")
            }
        }
        guard received > 0, let ending = tls.peerEnding else {
            return .notSeen("the server ended without an answer")
        }
        return .seen(ending)
    }

    static func judge(_ id: FactID, _ view: TLSProbe.View) -> Judgement? {
        guard id == findings[0] else { return nil }
        return switch view.ending {
        case .notSeen(let reason): .unknown(reason)
        case .seen(.closeNotify): .absent("the server said close_notify after its answer")
        case .seen(.fin): .present("the server ended its answer with FIN, without close_notify")
        case .seen(.reset): .present("the server ended its answer with RST, without close_notify")
        }
    }
}
