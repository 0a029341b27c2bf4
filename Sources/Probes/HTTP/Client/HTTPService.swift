/// How HTTP is spoken to an address: in clear or over TLS, and which name the handshake asks for.
struct HTTPService: Sendable {
    var isTLS: Bool
    /// Of the ClientHello; what the options say by themselves is in `ProbeContext`.
    var serverName: ProbeOptions.ServerName

    /// As the target and the options say.
    init(_ context: ProbeContext) {
        isTLS = context.target.scheme.startsWithTLS
        serverName = context.options.tls.serverName
    }

    /// As another target is asked, for the same name.
    init(_ context: ProbeContext, as other: ProbeTarget) {
        isTLS = other.scheme.startsWithTLS
        serverName = context.options.tls.serverName
        if serverName == .host { serverName = .name(context.target.host) }
    }

    /// The target, by another name.
    init(_ context: ProbeContext, name: String) {
        self.init(context)
        serverName = .name(name)
    }
}
