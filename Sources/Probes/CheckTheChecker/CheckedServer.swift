/// One of the local servers that an operator's health check is tried on.
public enum CheckedServer: String, CaseIterable, Sendable {
    /// Speaks TLS with a certificate that the check is told to trust, or plain HTTP to who begins
    /// so, and answers every request with 200.
    case good
    /// Accepts and never says or reads anything: a hung process, a blocked accept loop.
    case silent
    /// Accepts and closes.
    case closesAtOnce = "closes-at-once"
    /// Like the good one with a certificate of the same authority for another name.
    case wrongCertificate = "wrong-certificate"
    /// Like the good one, and wants a certificate that the check cannot have.
    case wantsClientCertificate = "wants-client-certificate"

    /// What is wrong with it, to be read after "a server that".
    public var fault: String {
        switch self {
        case .good: "works"
        case .silent: "accepts and is silent"
        case .closesAtOnce: "accepts and closes at once"
        case .wrongCertificate: "shows a certificate of another name"
        case .wantsClientCertificate: "wants a client certificate"
        }
    }

    /// Whether only a client that speaks TLS can meet the fault.
    var isAboutTLS: Bool { self == .wrongCertificate || self == .wantsClientCertificate }
}

/// What a check did, seen from the server that it was tried on.
public struct CheckBehaviour: Equatable, Sendable {
    /// How the first bytes of a connection began.
    public enum Opening: String, Sendable {
        /// Not a byte was sent.
        case nothing
        case tls
        case plain
    }

    public var connections = 0
    /// Of the connection that said most.
    public var opening = Opening.nothing
    /// TLS handshakes that were completed, as the server sees it.
    public var handshakes = 0
    /// Connections that the check ended by TLS close_notify, by FIN alone, by RST.
    public var closedByNotify = 0
    public var closedByFIN = 0
    public var closedByRST = 0
    /// Seconds that a connection was open before the check sent its first byte, or closed.
    public var longestSilence = 0.0
}
