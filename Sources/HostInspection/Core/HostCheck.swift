public import Casebook

/// Judges nothing: says which findings the looks at a host establish.
///
/// A check is one file with a type, and one line in `HostCheckList.all`.
public protocol HostCheck: Sendable {
    /// In kebab-case, for `inquest host --check`.
    var name: String { get }
    /// `run` says something of each of these, once.
    var establishes: [FactID] { get }
    /// `present`, `absent`, or `unknown` with the reason in the summary.
    func run(_ host: HostContext) -> [Evidence]
}

/// What a check is given: one or two looks, and what was asked.
public struct HostContext: Sendable {
    public var first: HostSnapshot
    /// `nil` without `--watch`.
    public var second: HostSnapshot?
    public var scope: HostScope
    /// `host:NAME`.
    public var source: String

    public init(
        first: HostSnapshot, second: HostSnapshot? = nil, scope: HostScope = HostScope(),
        source: String = "host:localhost"
    ) {
        self.first = first
        self.second = second
        self.scope = scope
        self.source = source
    }

    /// The newest look.
    public var latest: HostSnapshot { second ?? first }

    /// Seconds between the looks; 0 with one look.
    public var interval: Double {
        guard let second else { return 0 }
        return max(0, Double(second.sinceBoot - first.sinceBoot) / 1e9)
    }
}

extension HostContext {
    public func present(
        _ id: FactID, _ summary: String, count: Int? = nil, measure: Evidence.Measure? = nil
    ) -> Evidence {
        Evidence(
            id: id, kind: .finding, state: .present, source: source, count: count,
            summary: summary, measure: measure)
    }

    public func absent(
        _ id: FactID, _ summary: String, measure: Evidence.Measure? = nil
    ) -> Evidence {
        Evidence(
            id: id, kind: .finding, state: .absent, source: source, summary: summary,
            measure: measure)
    }

    public func unknown(_ id: FactID, _ obstacle: Obstacle) -> Evidence {
        Evidence(
            id: id, kind: .finding, state: .unknown, source: source,
            summary: obstacle.description)
    }

    public func unknown(_ ids: [FactID], _ obstacle: Obstacle) -> [Evidence] {
        ids.map { unknown($0, obstacle) }
    }
}
