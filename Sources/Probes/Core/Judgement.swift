internal import Casebook

/// What one address says of a finding.
struct Judgement: Hashable, Sendable {
    var state: FactState
    var summary: String
    var measure: Evidence.Measure?

    static func present(_ summary: String, _ measure: Evidence.Measure? = nil) -> Judgement {
        Judgement(state: .present, summary: summary, measure: measure)
    }

    static func absent(_ summary: String, _ measure: Evidence.Measure? = nil) -> Judgement {
        Judgement(state: .absent, summary: summary, measure: measure)
    }

    static func unknown(_ summary: String) -> Judgement {
        Judgement(state: .unknown, summary: summary, measure: nil)
    }
}

extension ProbeContext {
    /// One evidence for all addresses: present where one shows it, absent where each could have
    /// shown it and none did, else unknown with the first reason.
    func evidence(
        _ id: FactID, of judgements: [(address: SocketAddress, judgement: Judgement)]
    ) -> Evidence {
        let present = judgements.filter { $0.judgement.state == .present }
        let unknown = judgements.filter { $0.judgement.state == .unknown }
        guard
            let decisive = present.first ?? unknown.first
                ?? judgements.first(where: { $0.judgement.state == .absent })
        else {
            return evidence(
                id, .unknown, cancellation.isCancelled ? "interrupted" : "no address was asked")
        }
        let place = judgements.count > 1 ? "\(decisive.address): " : ""
        return evidence(
            id, decisive.judgement.state, place + decisive.judgement.summary,
            count: present.isEmpty ? nil : present.count, measure: decisive.judgement.measure)
    }
}
