internal import Casebook

/// What one address said about one finding.
struct Verdict: Sendable {
    var state: FactState
    var summary: String
    var measure: Evidence.Measure?
    var count: Int?

    static func present(
        _ summary: String, _ measure: Evidence.Measure? = nil, count: Int? = nil
    ) -> Verdict {
        Verdict(state: .present, summary: summary, measure: measure, count: count)
    }

    static func absent(_ summary: String) -> Verdict { Verdict(state: .absent, summary: summary) }

    static func unknown(_ summary: String) -> Verdict { Verdict(state: .unknown, summary: summary) }
}

/// What all addresses said: present where one shows it, absent where each was looked at and none
/// does, else unknown with the first reason.
struct Verdicts {
    private var entries: [(id: FactID, address: SocketAddress, verdict: Verdict)] = []

    mutating func add(_ id: FactID, _ address: SocketAddress, _ verdict: Verdict) {
        entries.append((id, address, verdict))
    }

    func evidence(_ context: ProbeContext) -> [Evidence] {
        context.probe.findings.compactMap { id in
            let own = entries.filter { $0.id == id }
            let several = Set(own.map(\.address)).count > 1
            for state in [FactState.present, .unknown, .absent] {
                guard let chosen = own.first(where: { $0.verdict.state == state }) else { continue }
                let verdict = chosen.verdict
                return context.evidence(
                    id, state, several ? "\(chosen.address): \(verdict.summary)" : verdict.summary,
                    count: verdict.count, measure: verdict.measure)
            }
            return nil
        }
    }
}
