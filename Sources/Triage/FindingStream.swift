import Casebook

/// Turns what is found so far, asked again and again, into what is new.
struct FindingStream {
    /// What was told of each finding that is present.
    private var told: [FactID: Evidence] = [:]

    /// Findings that arose or grew since the last time; one that is no longer there is absent, so
    /// that who keeps the newest of each knows what holds now.
    mutating func changes(_ present: [Evidence]) -> [Evidence] {
        var changes: [Evidence] = []
        var left = told
        for finding in present {
            left[finding.id] = nil
            if let before = told[finding.id], before.count ?? 0 >= finding.count ?? 0 { continue }
            told[finding.id] = finding
            changes.append(finding)
        }
        for gone in left.values.sorted(by: { $0.id < $1.id }) {
            told[gone.id] = nil
            changes.append(
                Evidence(
                    id: gone.id, kind: gone.kind, state: .absent, source: gone.source, count: 0))
        }
        return changes
    }
}

/// When it is time to look at all flows again: often at first, and never more than a twentieth of
/// the time that there is.
struct LookPace {
    private static let shortest = Duration.milliseconds(500)
    private var next: ContinuousClock.Instant

    init(now: ContinuousClock.Instant = .now) { next = now + Self.shortest }

    var isDue: Bool { ContinuousClock.now >= next }

    mutating func looked(since start: ContinuousClock.Instant) {
        let now = ContinuousClock.now
        next = now + max(Self.shortest, start.duration(to: now) * 20)
    }
}
