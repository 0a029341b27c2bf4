/// What a client offers to resume a session with.
enum ResumptionKind: String, CaseIterable, Sendable {
    /// TLS 1.2, tickets off: the server keeps the session (RFC 5246 §7.3).
    case sessionID = "session id"
    /// TLS 1.2 with a ticket (RFC 5077).
    case ticket
    /// TLS 1.3 (RFC 8446 §2.2).
    case preSharedKey = "PSK"

    /// The version is pinned, so that nothing else can be resumed.
    func configuration(_ base: TLSConfiguration) -> TLSConfiguration {
        switch self {
        case .sessionID: base.only(.tls12).without(tickets: true)
        case .ticket: base.only(.tls12)
        case .preSharedKey: base.only(.tls13)
        }
    }

    /// Whether the ClientHello that was sent offers a session of this kind. OpenSSL leaves out,
    /// silently, what it thinks cannot be resumed.
    func isOffered(in hello: HelloFacts) -> Bool {
        switch self {
        case .sessionID: !hello.sessionID.isEmpty
        case .ticket:
            hello.extensions.contains {
                $0.type == HelloFacts.ExtensionType.sessionTicket && $0.length > 0
            }
        case .preSharedKey: hello.has(HelloFacts.ExtensionType.preSharedKey)
        }
    }

    func isIssued(_ session: TLSSession) -> Bool {
        guard session.isResumable else { return false }
        return switch self {
        case .sessionID: !session.identifier.isEmpty
        case .ticket: session.hasTicket
        // A server that keeps state sends a ticket that is only a number.
        case .preSharedKey: true
        }
    }
}
