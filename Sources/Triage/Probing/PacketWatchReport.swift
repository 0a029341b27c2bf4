public import Casebook

/// What the packets of our own probes showed, or why nobody could see them.
public struct PacketWatchReport: Sendable {
    public enum Blindness: Equatable, Sendable {
        /// This user may not capture.
        case noRight
        /// The capture could not begin, in the words of the library.
        case failed(String)
    }

    /// `nil` when the packets were watched.
    public var blindness: Blindness?
    /// Of our own connections.
    public var packets = 0
    /// Packets that had no room, or that the kernel dropped.
    public var missed = 0
    /// Those that the analyzers found present and that our own behaviour cannot have caused.
    public var findings: [Evidence] = []

    /// Facts of packets that tell about the way and the server, whatever a probe does. What a probe
    /// causes itself by the way it waits and closes is not among them.
    static let telling: Set<FactID> = [
        "capture.tcp.reset-ttl-foreign", "capture.tcp.ttl-shift", "capture.tcp.flow-changes-mac",
        "capture.tcp.sender-uses-two-next-hops", "capture.tcp.retransmit-share-high",
        "capture.tcp.retransmit-one-way", "capture.tcp.timeout-retransmits",
        "capture.tcp.syn-retransmitted-then-ok", "capture.tcp.syn-unanswered",
        "capture.tcp.syn-refused", "capture.tcp.data-unacked-from-start",
        "capture.tcp.ack-goes-backwards", "capture.tcp.synack-repeated-despite-ack",
        "capture.tcp.large-lost-small-pass", "capture.tcp.loss-both-directions",
        "capture.tcp.server-fin-without-data", "capture.tls.client-hello-unanswered",
        "capture.tls.client-hello-acked-unanswered", "capture.tls.slow-server-flight",
        "capture.tls.alert-by-server", "capture.tls.cert-request",
        "capture.tls.plain-answer-to-hello", "capture.tls.cut-after-hello",
        "capture.http.block-page",
    ]
}
