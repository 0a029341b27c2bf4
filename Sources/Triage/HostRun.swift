public import Casebook
import Glibc
public import HostInspection

/// Looks at this host and at what a person named on it: once, or twice with some time between.
public struct HostRun: Sendable {
    /// What is to be looked at.
    public struct Wish: Sendable {
        /// Live, or a recorded tree.
        public var root: HostRoot
        public var scope: HostScope
        public var services: ServiceLooks.Addresses
        /// Files, `-` for standard input.
        public var logs: [String]
        /// Since when the journal is to be read, as journalctl(1) takes it; `nil` for not at all.
        public var journal: String?
        /// Seconds between two looks; `nil` for one look.
        public var watch: Double?
        /// Whether the host's own state is to be looked at, or only the logs.
        public var looksAtHost: Bool

        public init(
            root: HostRoot = HostRoot(), scope: HostScope = HostScope(),
            services: ServiceLooks.Addresses = .init(), logs: [String] = [],
            journal: String? = nil, watch: Double? = nil, looksAtHost: Bool = true
        ) {
            self.root = root
            self.scope = scope
            self.services = services
            self.logs = logs
            self.journal = journal
            self.watch = watch
            self.looksAtHost = looksAtHost
        }
    }

    public let wish: Wish
    /// The name of the host.
    public let name: String
    /// Nanoseconds since 1970 of the beginning.
    public let time: Int64
    public private(set) var context: HostContext
    public private(set) var services: ServiceLooks
    public private(set) var logs: [LogReport] = []
    /// In the order of the checks; of each finding once.
    public private(set) var findings: [Evidence] = []
    /// Whether somebody stopped it before its end.
    public private(set) var interrupted = false

    /// - Parameters:
    ///   - goOn: asked ten times a second while there is waiting, and after each piece of a log;
    ///     `false` ends the looking, and what was seen until then is the result.
    /// - Throws: the log that cannot be read; everything else that cannot be is unknown.
    public init(
        _ wish: Wish, casebook: Casebook, goOn: () -> Bool = { true }
    ) throws(LogSearch.Fault) {
        self.wish = wish
        name = Self.hostName()
        time = Self.clock(CLOCK_REALTIME)
        let source = "host:\(name)"
        let search = LogSearch(LogTarget.all(casebook))
        // The first look is taken before the logs, which may take a while.
        let inspector = HostInspector(root: wish.root, scope: wish.scope)
        let first = wish.looksAtHost ? inspector.look() : HostSnapshot(time: time)
        context = HostContext(first: first, scope: wish.scope, source: source)
        services = ServiceLooks(
            addresses: wish.services, first: ServiceLooks.look(wish.services))
        var reports: [LogReport] = []
        for path in wish.logs where goOn() {
            reports.append(try search.read(path, source: source, now: time) { _ in goOn() })
        }
        logs = reports
        lookAgain(inspector, goOn)
        readOwnLogs(search, goOn)
        collect(own: ownFindings(casebook, goOn))
        if !goOn() { interrupted = true }
    }

    /// One look or two at the host's own state, and nothing else.
    public static func look(
        _ scope: HostScope, watch: Double?, goOn: () -> Bool
    ) -> HostContext {
        let inspector = HostInspector(scope: scope)
        var context = HostContext(
            first: inspector.look(), scope: scope, source: "host:\(hostName())")
        if let watch {
            wait(watch, goOn)
            context.second = inspector.look()
        }
        return context
    }

    private static func wait(_ seconds: Double, _ goOn: () -> Bool) {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end, goOn() { usleep(100_000) }
    }

    private mutating func lookAgain(_ inspector: HostInspector, _ goOn: () -> Bool) {
        guard let seconds = wish.watch, wish.looksAtHost || services.hasAny else { return }
        Self.wait(seconds, goOn)
        // Cut short, the second look says what it can of the time that there was.
        if wish.looksAtHost { context.second = inspector.look() }
        services.second = ServiceLooks.look(wish.services)
    }

    private mutating func readOwnLogs(_ search: LogSearch, _ goOn: () -> Bool) {
        if let since = wish.journal, goOn() {
            let now = Self.clock(CLOCK_REALTIME)
            logs.append(JournalLog.read(since: since, search, source: context.source, now: now))
        }
        guard wish.looksAtHost, wish.root.isLive else { return }
        switch KernelLog.read() {
        case .unknown(let obstacle):
            findings += context.unknown(LogTarget.kernelFindings, obstacle)
        case .known(let log):
            logs.append(
                search.read(
                    lines: log.text, name: "kernel log", source: context.source, now: time,
                    coverage: log.coverage))
        }
    }

    /// What the cases' own questions about a host come to.
    private func ownFindings(_ casebook: Casebook, _ goOn: () -> Bool) -> [Evidence] {
        guard wish.looksAtHost else { return [] }
        return withoutActuallyEscaping(goOn) { goOn in
            CustomQuestions.ask(
                casebook.customFindings(of: .host), ObservationSources(host: context),
                as: context.source, goOn: goOn)
        }
    }

    private mutating func collect(own: [Evidence]) {
        var all = wish.looksAtHost ? HostCheckList.evidence(HostCheckList.all, context) : []
        all += services.checks.flatMap { $0.run(context) }
        all += own
        all += findings
        all += logs.flatMap(\.findings)
        findings = EvidenceUnion.join(all)
    }

    /// What makes the result less than it should be.
    public var warnings: [Warning] {
        logs.compactMap { log in
            log.cutShort.map { reason in
                Warning(
                    id: "host.log.cut-short",
                    summary: "\(log.name) was not read to its end: \(reason)")
            }
        }
    }

    /// The findings that a look at this host can establish without being told of a service or log.
    public static let establishes: Set<FactID> = Set(
        HostCheckList.all.flatMap(\.establishes) + LogTarget.kernelFindings)

    private static func hostName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return bytes.isEmpty ? "localhost" : String(decoding: bytes, as: UTF8.self)
    }

    private static func clock(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
