internal import Glibc

/// One TCP connection of a probe: non-blocking socket, every wait with a deadline, every stage
/// recorded. Used by one thread. When it goes, its timeline is handed to the context.
final class Connection {
    let remote: SocketAddress
    let context: ProbeContext
    var timeline: Timeline
    /// Bytes that will be read in all; more is `NetworkFailure.tooMuch`.
    var receiveLimit = 1 << 20
    private var descriptor: Descriptor?

    init(_ context: ProbeContext, to remote: SocketAddress, label: String = "") {
        self.context = context
        self.remote = remote
        timeline = Timeline(label: label, remote: remote.description)
    }

    deinit {
        if descriptor != nil { close() }
        context.keep(timeline)
    }

    var isOpen: Bool { descriptor != nil }

    /// What a connection is made with, besides the options of the context.
    struct Settings {
        var sourceAddress: String?
        var sourcePort: UInt16?
        /// IP_TTL or IPV6_UNICAST_HOPS of the SYN.
        var hops: Int32?
        /// IP_MTU_DISCOVER: `IP_PMTUDISC_DO` and its kin.
        var pathMTUDiscovery: Int32?
        /// Advertised in the SYN (TCP_MAXSEG).
        var segmentSize: Int32?
        /// Receive buffer in bytes, set before the SYN so that the window is small.
        var receiveBuffer: Int32?
        /// Whether the rate limit of the target applies.
        var isPaced = true
    }

    /// Records the stage `connect`. Time that the rate limit takes is not part of it, and puts the
    /// deadline off.
    func connect(by deadline: Deadline, _ settings: Settings = Settings()) throws(NetworkFailure) {
        let begin = MonotonicInstant.now
        if settings.isPaced { try context.awaitTurn() }
        let deadline = deadline.later(by: MonotonicInstant.now - begin)
        let socket = Glibc.socket(
            remote.family,
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let code = errno
        guard socket >= 0 else { throw .from(errno: code, call: "socket") }
        descriptor = Descriptor(owning: socket)
        do throws(NetworkFailure) {
            try prepare(socket, settings)
            try stage("connect") { () throws(NetworkFailure) in
                try establish(socket, by: deadline)
            }
        } catch {
            descriptor = nil
            context.log("connect to \(remote): \(error)")
            throw error
        }
        timeline.local = localAddress?.description
        context.log("connected \(timeline.local ?? "?") to \(remote)")
    }

    private func prepare(_ socket: Int32, _ settings: Settings) throws(NetworkFailure) {
        set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        if let hops = settings.hops { setHops(hops) }
        if let discovery = settings.pathMTUDiscovery {
            remote.isIPv6
                ? set(Int32(IPPROTO_IPV6), IPV6_MTU_DISCOVER, discovery)
                : set(Int32(IPPROTO_IP), IP_MTU_DISCOVER, discovery)
        }
        if let size = settings.segmentSize { set(Int32(IPPROTO_TCP), TCP_MAXSEG, size) }
        if let size = settings.receiveBuffer { set(SOL_SOCKET, SO_RCVBUF, size) }
        let address = settings.sourceAddress ?? context.options.sourceAddress
        let port = settings.sourcePort ?? context.options.sourcePort
        guard address != nil || port != nil else { return }
        if port != nil { set(SOL_SOCKET, SO_REUSEADDR, 1) }
        let wildcard = remote.isIPv6 ? "::" : "0.0.0.0"
        guard let local = SocketAddress(numeric: address ?? wildcard, port: port ?? 0),
            local.isIPv6 == remote.isIPv6
        else { throw .local(call: "bind", errno: EAFNOSUPPORT) }
        let bound = unsafe local.withPointer { unsafe bind(socket, $0, $1) }
        let code = errno
        guard bound == 0 else { throw .local(call: "bind", errno: code) }
    }

    private func establish(_ socket: Int32, by deadline: Deadline) throws(NetworkFailure) {
        let result = unsafe remote.withPointer { unsafe Glibc.connect(socket, $0, $1) }
        let code = errno
        if result == 0 { return }
        guard code == EINPROGRESS || code == EINTR else {
            throw .from(errno: code, call: "connect")
        }
        try wait(for: Int32(POLLOUT), on: socket, until: deadline, context.cancellation)
        let outcome = pendingError
        guard outcome == 0 else { throw .from(errno: outcome, call: "connect") }
    }

    /// Records a stage around `body`, with its failure if it has one.
    func stage<T, E: Error>(
        _ name: String, detail: String = "", _ body: () throws(E) -> T
    ) throws(E) -> T {
        context.announce("\(name) \(remote)")
        let begin = MonotonicInstant.now
        do throws(E) {
            let value = try body()
            timeline.add(name, from: begin, to: .now, detail: detail)
            return value
        } catch {
            timeline.add(name, from: begin, to: .now, .init(error), detail: detail)
            throw error
        }
    }

    /// FIN, or what the kernel makes of unread bytes; SO_LINGER 0 first for a deliberate RST.
    func close(reset: Bool = false) {
        guard let number = descriptor?.number else { return }
        timeline.tcpInfo = TCPInfo(descriptor: number)
        if reset {
            var choice = linger(l_onoff: 1, l_linger: 0)
            unsafe _ = setsockopt(
                number, SOL_SOCKET, SO_LINGER, &choice, socklen_t(MemoryLayout<linger>.size))
        }
        timeline.ending = reset ? "reset" : "close"
        descriptor = nil
        context.log("\(reset ? "reset" : "closed") \(timeline.local ?? "?") to \(remote)")
    }
}

extension Connection {
    /// For poll(2) and setsockopt(2) by probes that need more than is offered; -1 once closed.
    var socket: Int32 { descriptor?.number ?? -1 }

    var localAddress: SocketAddress? {
        unsafe SocketAddress.reading { unsafe getsockname(socket, $0, $1) }
    }

    var tcpInfo: TCPInfo? { TCPInfo(descriptor: socket) }

    /// SO_ERROR, which is cleared by reading it.
    var pendingError: Int32 {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe getsockopt(socket, SOL_SOCKET, SO_ERROR, &value, &length) == 0 else {
            return errno
        }
        return value
    }

    /// IP_TTL or IPV6_UNICAST_HOPS from now on.
    func setHops(_ hops: Int32) {
        remote.isIPv6
            ? set(Int32(IPPROTO_IPV6), IPV6_UNICAST_HOPS, hops)
            : set(Int32(IPPROTO_IP), IP_TTL, hops)
    }

    /// An option that the kernel refuses is left out, and the log says so.
    func set(_ level: Int32, _ option: Int32, _ value: Int32) {
        var chosen = value
        let result = unsafe setsockopt(
            socket, level, option, &chosen, socklen_t(MemoryLayout<Int32>.size))
        let code = errno
        if result != 0 {
            context.log("option \(level)/\(option) = \(value) refused: \(errorText(code))")
        }
    }
}

extension Stage.Outcome {
    init(_ error: some Error) {
        if let failure = error as? NetworkFailure, failure == .timedOut {
            self = .timedOut
        } else {
            self = .failed(String(String(describing: error).prefix(Stage.longestDetail)))
        }
    }
}
