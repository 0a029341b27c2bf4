/// The sockets of one program to one remote in one state: what a person reads first.
public struct SocketGroup: Hashable, Sendable {
    /// `comm` of the owner; `nil` when unknown or nobody.
    public var program: String?
    /// Of connections that this host opened the remote address and port; of those that came in,
    /// and of LISTEN, the local ones.
    public var endpoint: SocketAddress
    public var state: TCPState
    /// Whether this host opened the connections: nothing listens on their local port.
    public var isOutbound: Bool
    public var count = 0
    /// Distinct processes of the program among them.
    public var processes = 0
    /// Milliseconds of the longest and the shortest silence (nothing sent, nothing received).
    public var longestSilence: UInt32 = 0
    public var shortestSilence: UInt32 = .max
    /// Those that sent something, got it acknowledged, and never received a byte.
    public var askedNeverAnswered = 0
    /// Complete connections that no process has accepted; nobody owns them yet.
    public var unaccepted = 0
    /// Those on which no timer runs: the kernel will never end them by itself.
    public var withoutTimer = 0
    public var receiveQueue: UInt64 = 0
    public var sendQueue: UInt64 = 0
    /// How many of the sockets told their silence (it needs `tcp_info`).
    public var withInfo = 0

    public init(
        program: String?, endpoint: SocketAddress, state: TCPState, isOutbound: Bool
    ) {
        self.program = program
        self.endpoint = endpoint
        self.state = state
        self.isOutbound = isOutbound
    }

    mutating func add(_ socket: Socket) {
        count += 1
        receiveQueue += UInt64(socket.receiveQueue)
        sendQueue += UInt64(socket.sendQueue)
        if socket.timer == .none { withoutTimer += 1 }
        if socket.wasAskedNeverAnswered { askedNeverAnswered += 1 }
        if socket.isUnaccepted { unaccepted += 1 }
        guard socket.hasInfo else { return }
        withInfo += 1
        longestSilence = max(longestSilence, socket.silence)
        shortestSilence = min(shortestSilence, socket.silence)
    }
}

extension Socket {
    /// Milliseconds in which nothing was sent and nothing received; of `tcp_info`.
    public var silence: UInt32 { min(lastSent, lastReceived) }

    /// A request went out and was acknowledged, nothing waits to be sent or read, no timer runs but
    /// keep-alive, and no byte ever came back. A pool's idle connection had an answer before.
    ///
    /// Keep-alive ends a connection to a peer that has gone; one that lives and is silent answers
    /// it. curl, the program, has it on from the start; libcurl in PHP has not.
    public var wasAskedNeverAnswered: Bool {
        state == .established && hasBytesReceived && bytesReceived == 0 && payloadSent > 0
            && sendQueue == 0 && receiveQueue == 0
            && (timer == .none || timer == .keepalive)
    }

    /// Before Linux 4.19 only acknowledged bytes are counted, and the SYN with them.
    public var payloadSent: UInt64 {
        hasBytesSent ? bytesSent : bytesACKed > 0 ? bytesACKed - 1 : 0
    }
}

/// The groups that a person reads first, and how many there are in all.
public struct SocketGroupList: Sendable {
    /// Most silent first, then the larger ones.
    public var groups: [SocketGroup] = []
    public var total = 0

    public init() {}

    /// Keeps memory in bounds when there are as many groups as sockets.
    fileprivate mutating func add(_ group: SocketGroup, atMost limit: Int) {
        groups.append(group)
        total += 1
        if groups.count / 2 >= limit { cut(to: limit) }
    }

    fileprivate mutating func cut(to limit: Int) {
        groups.sort(by: SocketGroup.comesFirst)
        groups.removeLast(max(0, groups.count - limit))
    }
}

extension SocketTable {
    /// Groups, oldest and most silent first, then the larger ones.
    public func groups() -> [SocketGroup] { groups(atMost: sockets.count).groups }

    /// - Parameters:
    ///   - limit: so many groups are kept.
    ///   - isIncluded: which sockets are grouped.
    public func groups(
        atMost limit: Int, where isIncluded: (Socket) -> Bool = { _ in true }
    ) -> SocketGroupList {
        let listening = listeningPorts
        let names = numberedNames()
        var list = SocketGroupList()
        let key = { (socket: Socket) in
            let isOutbound = socket.state != .listen && !listening.contains(socket.local.port)
            return GroupKey(
                name: socket.owner >= 0 ? names[Int(socket.owner)] : -1,
                endpoint: isOutbound ? socket.remote : socket.local, state: socket.state,
                isOutbound: isOutbound)
        }
        forEachGroup(by: key, where: isIncluded) { key, sockets in
            var group = SocketGroup(
                program: sockets.first.flatMap(owner)?.name, endpoint: key.endpoint,
                state: key.state, isOutbound: key.isOutbound)
            var processes: Set<Int32> = []
            for socket in sockets {
                group.add(socket)
                if socket.owner >= 0 { processes.insert(socket.owner) }
            }
            group.processes = processes.count
            list.add(group, atMost: limit)
        }
        list.cut(to: limit)
        return list
    }

    /// For each owner a number; owners of one name have the same.
    private func numberedNames() -> [Int32] {
        var numbers: [String: Int32] = [:]
        return owners.map { owner in
            let number = numbers[owner.name] ?? Int32(numbers.count)
            numbers[owner.name] = number
            return number
        }
    }

    /// Local ports on which something listens.
    public var listeningPorts: Set<UInt16> {
        Set(sockets.lazy.filter { $0.state == .listen }.map(\.local.port))
    }
}

private struct GroupKey: Hashable {
    var name: Int32
    var endpoint: SocketAddress
    var state: TCPState
    var isOutbound: Bool
}

extension SocketGroup {
    static func comesFirst(_ left: SocketGroup, _ right: SocketGroup) -> Bool {
        if left.longestSilence != right.longestSilence {
            return left.longestSilence > right.longestSilence
        }
        if left.count != right.count { return left.count > right.count }
        if left.endpoint != right.endpoint { return left.endpoint < right.endpoint }
        if left.state != right.state { return left.state.rawValue < right.state.rawValue }
        return (left.program ?? "") < (right.program ?? "")
    }
}
