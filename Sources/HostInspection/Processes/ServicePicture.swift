/// A service in a few lines: its processes, what they do, and what their connections wait for.
public struct ServicePicture: Sendable {
    /// A state and place of waiting, and how many threads are in it.
    public struct ThreadGroup: Hashable, Sendable {
        /// R, S, D … (proc_pid_stat(5)).
        public var state: Character
        /// The system call or, where that does not show, the wait channel; `nil`: not permitted.
        public var place: String?
        public var count: Int
    }

    public var processes: [ProcessRecord]
    public var threadGroups: [ThreadGroup]
    /// Threads in accept, and in read or recv.
    public var accepting: Int
    public var reading: Int
    /// Of all processes; those that could not be counted are left out.
    public var descriptors: UInt64
    /// Bytes in memory, shared pages counted once for each process.
    public var residentBytes: UInt64
    /// File names of mapped TLS libraries, or why they are not known.
    public var tlsLibraries: Observed<[String]>
    /// The service's connections, most silent first, at most 1000.
    public var groups: [SocketGroup]
    /// What they amount to: one sentence for each group that waits in silence.
    public var sentences: [String]

    /// - Returns: unknown when the scope names no service, or nothing of it shows.
    public static func of(_ host: HostContext) -> Observed<ServicePicture> {
        ServiceView.of(host).map(ServicePicture.init)
    }

    private static let groupLimit = 1000

    init(_ service: ServiceView) {
        processes = service.processes
        let threads = service.processes.flatMap { $0.detail?.threads.value ?? [] }
        threadGroups = Self.groups(threads)
        accepting = threads.count { $0.activity == .accepting }
        reading = threads.count { $0.activity == .reading }
        descriptors = service.processes.reduce(0) { $0 + ($1.detail?.descriptors.value ?? 0) }
        residentBytes = service.processes.reduce(0) { $0 &+ $1.residentBytes }
        tlsLibraries = Self.libraries(service.processes)
        let own = service.pids
        let table = service.table
        let listeners = Set(service.listeners.map(\.local))
        groups =
            table.groups(atMost: Self.groupLimit) { socket in
                socket.state == .listen
                    ? listeners.contains(socket.local)
                    : table.owner(of: socket).map { own.contains($0.pid) } ?? false
            }.groups
        sentences = groups.compactMap(Self.sentence)
    }

    private static func groups(_ threads: [ThreadRecord]) -> [ThreadGroup] {
        struct Key: Hashable {
            var state: Character
            var place: String?
        }
        let counts = Dictionary(grouping: threads) { thread in
            Key(state: thread.state, place: place(thread))
        }.mapValues(\.count)
        return counts.map { ThreadGroup(state: $0.key.state, place: $0.key.place, count: $0.value) }
            .sorted { ($0.count, $1.place ?? "") > ($1.count, $0.place ?? "") }
    }

    private static func place(_ thread: ThreadRecord) -> String? {
        if case .known(let call?) = thread.systemCall { return call }
        return thread.waitChannel.value
    }

    private static func libraries(_ processes: [ProcessRecord]) -> Observed<[String]> {
        let all = processes.compactMap { $0.detail?.tlsLibraries }
        let known = all.compactMap(\.value)
        if known.isEmpty, let obstacle = all.compactMap(\.obstacle).first {
            return .unknown(obstacle)
        }
        return .known(Set(known.joined()).sorted())
    }

    /// From a silence of 10 s: "111 ESTABLISHED of apache2 to [2001:db8::1]:80, silent for
    /// 38 min to 40 min, no timer: nothing but the program can end them".
    private static func sentence(_ group: SocketGroup) -> String? {
        guard group.state == .established, group.withInfo > 0, group.shortestSilence >= 10_000
        else { return nil }
        let direction = group.isOutbound ? "to" : "on"
        let asked =
            group.askedNeverAnswered > 0
            ? ", \(group.askedNeverAnswered) asked and never got a byte" : ""
        let fate =
            group.withoutTimer == group.count
            ? "no timer: nothing but the program can end them"
            : "\(group.count - group.withoutTimer) with a timer"
        return "\(group.count) \(group.state.name) of \(group.program ?? "unknown") \(direction) "
            + "\(group.endpoint), silent for "
            + durations(group.shortestSilence, group.longestSilence) + "\(asked), \(fate)"
    }
}
