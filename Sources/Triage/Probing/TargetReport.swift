public import Casebook
public import Probes

/// What the probes of one target showed.
public struct TargetReport: Sendable {
    public var target: ProbeTarget
    /// In the order in which probes are listed.
    public var reports: [ProbeReport]
    /// What our own packets showed; `nil` when nobody wanted to know.
    public var packets: PacketWatchReport?
    /// Whether somebody named the probes; otherwise they were a bundle.
    public var isNamed: Bool
    /// Whether somebody ended it before its end.
    public var interrupted: Bool

    /// Nanoseconds since 1970 at which the first probe began, and until the last one's end.
    public var start: Int64 { reports.map(\.start).min() ?? 0 }
    public var duration: Int64 {
        (reports.map { $0.start + $0.duration }.max() ?? start) - start
    }

    /// Of the probes, then of the packets; one entry a fact and source.
    public var evidence: [Evidence] {
        var log = EvidenceLog()
        // What one probe saw is not undone by another one that did not look.
        for entry in reports.flatMap(\.evidence) where entry.state != .unknown { log.record(entry) }
        let known = log.knownFacts
        for entry in reports.flatMap(\.evidence)
        where entry.state == .unknown && !known.contains(entry.id) {
            log.record(entry)
        }
        log.record(packets?.findings ?? [])
        return log.entries
    }

    /// Whether no probe could look at anything.
    public var sawNothing: Bool { reports.allSatisfy { $0.failure != nil } }

    /// Why probes could not look, each reason once, with the names of those probes.
    public var failuresByReason: [(reason: String, checks: [String])] {
        var groups: [(reason: String, checks: [String])] = []
        for probe in reports {
            guard let failure = probe.failure else { continue }
            if let place = groups.firstIndex(where: { $0.reason == failure }) {
                groups[place].checks.append(probe.check)
            } else {
                groups.append((failure, [probe.check]))
            }
        }
        return groups
    }

    /// Probes that ask for what every client of the target needs.
    private static let basic: Set<String> = ["tcp", "tls", "http"]

    /// Whether the target did not do what it is there for: an address that failed one of the basic
    /// probes, or all of a probe that was named. Others try variants that a good server refuses.
    public var hasTrouble: Bool {
        reports.contains { probe in
            Self.basic.contains(probe.check)
                ? probe.results.contains { !$0.isGood }
                : isNamed && !probe.results.isEmpty && !probe.results.contains(where: \.isGood)
        }
    }

    /// Results behind `hasTrouble`, basic ones first.
    public var troubles: [(check: String, result: ProbeReport.AddressResult)] {
        if !hasTrouble { return [] }
        let bad = reports.flatMap { probe in
            probe.results.filter { !$0.isGood }.map { (check: probe.check, result: $0) }
        }
        return bad.filter { Self.basic.contains($0.check) }
            + bad.filter { !Self.basic.contains($0.check) }
    }
}
