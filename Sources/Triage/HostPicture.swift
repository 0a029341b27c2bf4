public import Casebook
public import HostInspection

/// What a screen shows of this host: the last look, and how it differs from the ones before.
public struct HostPicture: Sendable {
    /// How a counter moves.
    public struct Moved: Sendable, Equatable {
        public var name: String
        /// What it counts, in words.
        public var meaning: String
        /// Since the look before; `nil` after the first.
        public var perMinute: Double?
        /// Since the first look.
        public var increase: UInt64
    }

    /// A limit of which something is used.
    public struct Use: Sendable, Equatable {
        public var limit: Limit
        /// 0 to 1, or more.
        public var share: Double
    }

    /// Nanoseconds since 1970.
    public let time: Int64
    /// Nanoseconds between the first look and this one.
    public let since: Int64
    public let kernel: String
    /// Most groups are of no interest; the first thousand are enough to scroll through.
    public let groups: [SocketGroup]
    public let sockets: Int
    /// Counters that moved since the first look, the fastest first; those that have words.
    public let moved: [Moved]
    /// The fullest first.
    public let limits: [Use]
    /// What is present, by the checks of `inquest host`.
    public let findings: [Evidence]
    /// All that the checks say.
    public let evidence: [Evidence]
    /// What could not be looked at.
    public let obstacles: [String]
    /// For the next look.
    public let first: HostSnapshot
    public let latest: HostSnapshot

    private static let groupLimit = 1_000

    /// - Parameters:
    ///   - first: the look with which the watching began.
    ///   - before: the last look before this one.
    public init(
        first: HostSnapshot?, before: HostSnapshot?, latest: HostSnapshot, source: String
    ) {
        let start = first ?? latest
        self.first = start
        self.latest = latest
        time = latest.time
        since = max(0, latest.sinceBoot - start.sinceBoot)
        kernel = latest.kernel
        sockets = latest.sockets.value?.sockets.count ?? 0
        groups = Array(
            SocketGroup.ordered(latest.sockets.value?.groups() ?? []).prefix(Self.groupLimit))
        let whole = HostContext(
            first: start, second: first == nil ? nil : latest, source: source)
        let recent = HostContext(first: before ?? latest, second: latest, source: source)
        moved = before == nil ? [] : Self.moved(whole, recent)
        limits = latest.limits.compactMap { limit in
            guard !limit.name.hasPrefix("entropy") else { return nil }
            return limit.share.map { Use(limit: limit, share: $0) }
        }.sorted { ($1.share, $0.limit.name) < ($0.share, $1.limit.name) }
        evidence = HostCheckList.evidence(HostCheckList.all, whole)
        findings = evidence.filter { $0.state == .present }
        obstacles = Self.obstacles(latest)
    }

    private static func moved(_ whole: HostContext, _ recent: HostContext) -> [Moved] {
        let rates = Dictionary(
            recent.rates().map { ($0.name, $0.perMinute) }, uniquingKeysWith: { $1 })
        return whole.rates().compactMap { rate in
            guard rate.increase > 0, let meaning = CounterMeaning.text(of: rate.name) else {
                return nil
            }
            return Moved(
                name: rate.name, meaning: meaning, perMinute: rates[rate.name],
                increase: rate.increase)
        }.sorted {
            ($1.perMinute ?? 0, $1.increase, $0.name) < ($0.perMinute ?? 0, $0.increase, $1.name)
        }
    }

    private static func obstacles(_ latest: HostSnapshot) -> [String] {
        var all = latest.counters.obstacles.map(\.description)
        switch latest.sockets {
        case .unknown(let obstacle): all.append(obstacle.description)
        case .known(let table):
            all += [table.fallbackReason, table.ownersObstacle].compactMap { $0?.description }
            if table.unreadableProcesses > 0 {
                all.append(
                    "owners may be missing: \(table.unreadableProcesses) processes may not be "
                        + "looked into; root may")
            }
        }
        return all
    }
}

extension SocketGroup {
    /// What waits for somebody first, listeners in good health and what is over last.
    public static func ordered(_ groups: [SocketGroup]) -> [SocketGroup] {
        func rank(_ group: SocketGroup) -> Int {
            switch group.state {
            case .listen: group.receiveQueue > 0 ? 0 : 1
            case .timeWait: 2
            default: 0
            }
        }
        let ranks = groups.map(rank)
        return groups.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }.map { groups[$0] }
    }
}
