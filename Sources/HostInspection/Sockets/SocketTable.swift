/// All TCP sockets of one network namespace at one moment.
public struct SocketTable: Sendable {
    public enum Source: String, Sendable, Codable {
        case netlink, procfs
    }

    public var sockets: [Socket]
    public var owners: [SocketOwner]
    public var source: Source
    /// Why the better source was not used; `nil` with netlink.
    public var fallbackReason: Obstacle?
    /// Processes whose descriptors could not be read, so that owners may be missing.
    public var unreadableProcesses: Int
    /// Why there are no owners at all, or only one's own.
    public var ownersObstacle: Obstacle?
    /// Sockets came and went while the table was read: some may be missing or doubled.
    public var changedWhileRead = false

    public init(
        sockets: [Socket] = [], owners: [SocketOwner] = [], source: Source = .netlink,
        fallbackReason: Obstacle? = nil, unreadableProcesses: Int = 0,
        ownersObstacle: Obstacle? = nil
    ) {
        self.sockets = sockets
        self.owners = owners
        self.source = source
        self.fallbackReason = fallbackReason
        self.unreadableProcesses = unreadableProcesses
        self.ownersObstacle = ownersObstacle
    }

    /// `nil` when the owner is unknown or there is none.
    public func owner(of socket: Socket) -> SocketOwner? {
        owners.indices.contains(Int(socket.owner)) ? owners[Int(socket.owner)] : nil
    }
}

/// A process that holds sockets.
public struct SocketOwner: Hashable, Sendable {
    public var pid: Int32
    /// `comm`: raw bytes of the process's choice, 15 at most.
    public var name: String

    public init(pid: Int32, name: String) {
        self.pid = pid
        self.name = name
    }
}
