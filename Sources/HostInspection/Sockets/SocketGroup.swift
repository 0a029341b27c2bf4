/// The sockets of one program to one remote in one state: what a person reads first.
public struct SocketGroup: Hashable, Sendable {
    /// `comm` of the owner; `nil` when unknown or nobody.
    public var program: String?
    /// The remote address and port; for LISTEN the local ones.
    public var endpoint: SocketAddress
    public var state: TCPState
    /// Whether we called (the remote port is the server's), as far as LISTEN sockets tell.
    public var isOutbound: Bool
    public var count: Int
    public var processes: Int
    /// Milliseconds of the longest and the shortest silence (nothing sent, nothing received).
    public var longestSilence: UInt32
    public var shortestSilence: UInt32
    /// Those that sent something, got it acknowledged, and never received a byte.
    public var askedNeverAnswered: Int
    /// Those on which no timer runs: the kernel will never end them by itself.
    public var withoutTimer: Int
    public var receiveQueue: UInt64
    public var sendQueue: UInt64
    /// Whether silences are known at all (they need `tcp_info`).
    public var hasInfo: Bool
}
