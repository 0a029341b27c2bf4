/// The processes of one look.
public struct ProcessTable: Sendable {
    /// By process id, ascending.
    public var processes: [ProcessRecord]
    /// Process ids that we know of and could not read (`hidepid` hides others altogether).
    public var unreadable: Int
    /// Whether /proc is mounted so that others' processes do not show (`hidepid`, proc(5)).
    public var hidesOthers: Bool

    public init(processes: [ProcessRecord] = [], unreadable: Int = 0, hidesOthers: Bool = false) {
        self.processes = processes
        self.unreadable = unreadable
        self.hidesOthers = hidesOthers
    }

    /// Why others' processes do not show.
    static let hidden = "/proc hides others' processes (hidepid); root can see them"

    public subscript(pid: Int32) -> ProcessRecord? { processes.first { $0.pid == pid } }
}

/// One process; names and command lines are of its own choice: raw, bounded.
public struct ProcessRecord: Hashable, Sendable {
    public var pid: Int32
    public var parent: Int32
    /// `comm`, 15 bytes at most.
    public var name: String
    /// R, S, D, T, t, Z … (proc_pid_stat(5)).
    public var state: Character
    public var threadCount: Int
    /// Clock ticks since boot; with the pid it names the process for good.
    public var started: UInt64
    /// Clock ticks in user and kernel mode.
    public var cpuTicks: UInt64
    /// Bytes in memory.
    public var residentBytes: UInt64
    /// Filled in for the processes in scope and those that own sockets; `nil` for the others.
    public var detail: ProcessDetail?

    public init(
        pid: Int32, parent: Int32 = 0, name: String, state: Character = "S", threadCount: Int = 1,
        started: UInt64 = 0, cpuTicks: UInt64 = 0, residentBytes: UInt64 = 0,
        detail: ProcessDetail? = nil
    ) {
        self.pid = pid
        self.parent = parent
        self.name = name
        self.state = state
        self.threadCount = threadCount
        self.started = started
        self.cpuTicks = cpuTicks
        self.residentBytes = residentBytes
        self.detail = detail
    }
}

/// What takes more than one file to know of a process.
public struct ProcessDetail: Hashable, Sendable {
    /// At most 64 arguments of 256 bytes.
    public var commandLine: Observed<[String]>
    public var userID: Observed<UInt32>
    public var descriptors: Observed<UInt64>
    /// RLIMIT_NOFILE and RLIMIT_NPROC, soft; `.known(nil)`: unlimited.
    public var descriptorLimit: Observed<UInt64?>
    public var processLimit: Observed<UInt64?>
    /// At most 4096 threads.
    public var threads: Observed<[ThreadRecord]>
    /// File names of the mapped TLS libraries: `libssl.so.3`, `libgnutls.so.30.34.3`.
    public var tlsLibraries: Observed<[String]>
    /// Controller (or empty for version 2) and path of each cgroup.
    public var cgroups: Observed<[String: String]>

    public init(
        commandLine: Observed<[String]>, userID: Observed<UInt32>, descriptors: Observed<UInt64>,
        descriptorLimit: Observed<UInt64?>, processLimit: Observed<UInt64?>,
        threads: Observed<[ThreadRecord]>, tlsLibraries: Observed<[String]>,
        cgroups: Observed<[String: String]>
    ) {
        self.commandLine = commandLine
        self.userID = userID
        self.descriptors = descriptors
        self.descriptorLimit = descriptorLimit
        self.processLimit = processLimit
        self.threads = threads
        self.tlsLibraries = tlsLibraries
        self.cgroups = cgroups
    }
}

/// One thread: what it does and, where we may see it, on what it waits.
public struct ThreadRecord: Hashable, Sendable {
    public var id: Int32
    /// `comm`, 15 bytes at most; Java and others name the threads of a pool alike but for a number.
    public var name: String
    public var state: Character
    /// The kernel function it sleeps in; `0` or empty when it runs.
    public var waitChannel: Observed<String>
    /// The system call it is in: its name, or `call 230` when we have no name for it.
    public var systemCall: Observed<String?>
    /// The first argument of that call when it is a descriptor of a socket: its inode.
    public var socketInode: UInt32?
    /// Clock ticks in user and kernel mode.
    public var cpuTicks: UInt64

    public init(
        id: Int32, name: String = "", state: Character, waitChannel: Observed<String>,
        systemCall: Observed<String?>, socketInode: UInt32? = nil, cpuTicks: UInt64 = 0
    ) {
        self.id = id
        self.name = name
        self.state = state
        self.waitChannel = waitChannel
        self.systemCall = systemCall
        self.socketInode = socketInode
        self.cpuTicks = cpuTicks
    }
}
