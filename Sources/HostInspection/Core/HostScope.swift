/// What the person asked about; without it everything is looked at.
public struct HostScope: Hashable, Sendable {
    public enum ProcessSelector: Hashable, Sendable {
        /// `comm` (15 bytes at most, proc_pid_comm(5)), or the file name of the program.
        case name(String)
        /// The process and its children.
        case pid(Int32)
    }

    public enum NetworkNamespace: Hashable, Sendable {
        case own
        /// As `ip netns` names it: a file in /run/netns.
        case name(String)
        /// That of a process, for example of a container.
        case process(Int32)
    }

    /// The other end.
    public struct Remote: Hashable, Sendable {
        /// The configured name, when there is one.
        public var name: String?
        /// What the name resolves to now, or the address that was given.
        public var addresses: [IPAddress]
        public var port: UInt16?

        public init(name: String? = nil, addresses: [IPAddress], port: UInt16? = nil) {
            self.name = name
            self.addresses = addresses
            self.port = port
        }
    }

    public var process: ProcessSelector?
    public var remote: Remote?
    /// The local port of the service that is in trouble.
    public var servicePort: UInt16?
    public var networkNamespace = NetworkNamespace.own
    /// What the server sends, when it is known.
    public var chain: ServerChain?
    /// After how many seconds of silence a box on the path forgets a connection, when known.
    public var pathIdleLimit: Double?

    public init(
        process: ProcessSelector? = nil, remote: Remote? = nil, servicePort: UInt16? = nil,
        networkNamespace: NetworkNamespace = .own, pathIdleLimit: Double? = nil
    ) {
        self.process = process
        self.remote = remote
        self.servicePort = servicePort
        self.networkNamespace = networkNamespace
        self.pathIdleLimit = pathIdleLimit
    }
}
