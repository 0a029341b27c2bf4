/// How HTTP is spoken to an address: in clear, or over TLS with which name and protocols.
///
/// Certificates are not judged here: a probe of HTTP asks what a server does, `tls` whom to trust.
struct HTTPService: Sendable {
    /// `nil`: in clear.
    var configuration: TLSConfiguration?
    /// For SNI.
    var name: String?

    /// As the target and the options say.
    init(_ context: ProbeContext) {
        self.init(context, scheme: context.target.scheme, name: context.serverName)
    }

    /// As another server is asked, for the target's name.
    init(_ context: ProbeContext, as other: ProbeTarget) {
        self.init(context, scheme: other.scheme, name: context.serverName)
    }

    init(_ context: ProbeContext, scheme: ProbeTarget.Scheme, name: String?) {
        self.name = name
        guard scheme.startsWithTLS else { return }
        configuration = TLSConfiguration(context.options.tls)
        // An answer in frames of HTTP/2 would be none to a request of HTTP/1.
        configuration?.applicationProtocols = ["http/1.1"]
    }

    /// The same, offering these protocols.
    func offering(_ protocols: [String]) -> HTTPService {
        var copy = self
        copy.configuration?.applicationProtocols = protocols
        return copy
    }

    /// Records the stages `connect` and those of the handshake.
    func open(
        _ connection: Connection, _ settings: Connection.Settings, by deadline: Deadline
    ) throws(NetworkFailure) -> any ByteChannel {
        try connection.connect(by: deadline, settings)
        guard let configuration else { return connection }
        let channel = try TLSConnection(over: connection, configuration, name: name)
        try channel.handshake(by: deadline)
        return channel
    }
}
