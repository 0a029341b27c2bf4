/// What may be chosen about the probes of TCP that take long.
public struct TCPProbeOptions: Hashable, Sendable {
    /// The longest time that a connection is left idle, in seconds.
    public var idleLimit: Double = 420
    /// Seconds between two requests on the connection that is kept busy as a control.
    public var controlInterval: Double = 30

    public init() {}
}
