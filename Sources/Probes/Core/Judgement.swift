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

/// Bytes from outside as text that does no harm: what is not printable ASCII becomes a point.
func printable(_ bytes: some Sequence<UInt8>, atMost count: Int = 60) -> String {
    String(
        String.UnicodeScalarView(
            bytes.prefix(count).map { Unicode.Scalar((0x20...0x7E).contains($0) ? $0 : 0x2E) }))
}

/// Seconds with as many digits as matter to a reader: `0.0042 s`, `1.95 s`.
func secondsText(_ nanoseconds: Int64) -> String {
    let seconds = Double(nanoseconds) / 1e9
    let unit = seconds < 0.1 ? 1e4 : 1e2
    return "\((seconds * unit).rounded() / unit) s"
}
