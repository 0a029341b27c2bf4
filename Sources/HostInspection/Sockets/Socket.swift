/// A TCP state, numbered as in the kernel (include/net/tcp_states.h).
public enum TCPState: UInt8, CaseIterable, Sendable {
    case established = 1
    case synSent, synReceived, finWait1, finWait2, timeWait, close, closeWait, lastACK, listen
    case closing, newSynReceived

    /// As `netstat` writes it.
    public var name: String {
        switch self {
        case .established: "ESTABLISHED"
        case .synSent: "SYN_SENT"
        case .synReceived, .newSynReceived: "SYN_RECV"
        case .finWait1: "FIN_WAIT1"
        case .finWait2: "FIN_WAIT2"
        case .timeWait: "TIME_WAIT"
        case .close: "CLOSE"
        case .closeWait: "CLOSE_WAIT"
        case .lastACK: "LAST_ACK"
        case .listen: "LISTEN"
        case .closing: "CLOSING"
        }
    }
}

/// What the kernel waits for on a socket: `tr` of proc_net_tcp, `idiag_timer` of sock_diag(7).
public enum SocketTimer: UInt8, CaseIterable, Sendable {
    /// Nothing pending: the kernel will never end this connection by itself.
    case none = 0
    case retransmission, keepalive, timeWait, zeroWindowProbe

    /// As `ss -o` writes it.
    public var name: String {
        switch self {
        case .none: "none"
        case .retransmission: "on"
        case .keepalive: "keepalive"
        case .timeWait: "timewait"
        case .zeroWindowProbe: "persist"
        }
    }
}

/// One TCP socket of one look. Small (136 bytes), since there may be a hundred thousand.
public struct Socket: Hashable, Sendable {
    // A stored SocketAddress would take 24 bytes instead of 18.
    private var localAddress = IPAddress(high: 0, low: 0)
    private var remoteAddress = IPAddress(high: 0, low: 0)
    /// Unique among living sockets (sock_diag(7)); 0 from the fallback.
    public var cookie: UInt64 = 0
    /// Payload bytes sent, retransmissions included (RFC 4898); needs Linux 4.19.
    public var bytesSent: UInt64 = 0
    /// Bytes that the peer acknowledged; counts the SYN, too (`lab.md` D).
    public var bytesACKed: UInt64 = 0
    /// Payload bytes received in order.
    public var bytesReceived: UInt64 = 0
    /// 0: nobody owns it any more (TIME_WAIT, an orphan), or nobody yet (SYN_RECV).
    public var inode: UInt32 = 0
    public var userID: UInt32 = 0
    /// Bytes not yet read; of a LISTEN socket the connections waiting to be accepted.
    public var receiveQueue: UInt32 = 0
    /// Bytes sent and not acknowledged; of a LISTEN socket the backlog.
    public var sendQueue: UInt32 = 0
    /// Milliseconds until the timer.
    public var timerExpires: UInt32 = 0
    /// Milliseconds since payload was last sent, and since it was received. What never
    /// happened counts from the beginning of the connection.
    public var lastSent: UInt32 = 0
    public var lastReceived: UInt32 = 0
    public var lastACK: UInt32 = 0
    public var segmentsOut: UInt32 = 0
    public var segmentsIn: UInt32 = 0
    /// Smoothed round trip in microseconds.
    public var roundTrip: UInt32 = 0
    public var retransmitted: UInt32 = 0
    /// Bytes of kernel memory for reading and for writing (INET_DIAG_SKMEMINFO).
    public var receiveMemory: UInt32 = 0
    public var sendMemory: UInt32 = 0
    private var localPort: UInt16 = 0
    private var remotePort: UInt16 = 0
    /// Index into `SocketTable.owners`; negative when unknown or nobody.
    public var owner: Int32 = -1
    public var state = TCPState.close
    public var timer = SocketTimer.none
    /// Timeouts in a row without an acknowledgement.
    public var backoff: UInt8 = 0
    /// Whether the socket is of AF_INET6, whatever the addresses are.
    public var isIPv6 = false
    /// Whether the fields from `tcp_info` were filled in; only for connections that were made.
    public var hasInfo = false
    /// Whether that `tcp_info` has bytes received (Linux 4.1) and bytes sent (4.19).
    public var hasBytesReceived = false
    public var hasBytesSent = false

    public init() {}

    public var local: SocketAddress {
        get { SocketAddress(address: localAddress, port: localPort) }
        set { (localAddress, localPort) = (newValue.address, newValue.port) }
    }

    public var remote: SocketAddress {
        get { SocketAddress(address: remoteAddress, port: remotePort) }
        set { (remoteAddress, remotePort) = (newValue.address, newValue.port) }
    }
}
