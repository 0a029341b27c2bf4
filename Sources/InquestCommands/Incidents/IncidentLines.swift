import CasebookStore
import Diagnosis
import Triage

/// One incident of a list, for people and for programs.
struct IncidentLines {
    private let item: IncidentSummary
    private let standings: [Int: LedgerStanding]

    init(_ item: IncidentSummary, _ standings: [Int: LedgerStanding]) {
        self.item = item
        self.standings = standings
    }

    func write(_ page: inout TextPage) {
        page.paragraph(item.title, label: item.id.prefix(13) + "  ", labelStyle: .bold)
        page.paragraph(words, indent: 4, style: .dim)
        guard let number = item.standingNumber, let standing = standings[number],
            standing.word != "counted"
        else { return }
        page.paragraph(
            IncidentLedger.reason(standing, verified: item.outcome?.verified ?? false),
            label: standing.word + ": ", indent: 4, labelStyle: .caution)
    }

    private var words: String {
        let facts = Figures.plural(item.facts, "fact")
        guard let resolved = item.resolved, let outcome = item.outcome else {
            return ["open, \(Self.time(item.updated))", facts, Self.leader(item)]
                .compactMap(\.self).joined(separator: ", ")
        }
        var parts = [
            "resolved \(Self.time(resolved)) as \(outcome.number): "
                + (outcome.cause ?? "no case of the casebook"),
            outcome.verified ? "the repair was seen to work" : "believed", facts,
        ]
        if let fix = outcome.fixedBy { parts.append("fixed by: \(fix)") }
        return parts.joined(separator: ", ")
    }

    static func leader(_ item: IncidentSummary) -> String? {
        item.leader.map { leader in
            "\(item.verdict) \(leader)"
                + (item.probability.map { ", " + Wording.probability($0) } ?? "")
        }
    }

    static func time(_ seconds: Int64) -> String { Figures.instant(seconds &* 1_000_000_000) }
}

extension IncidentSummary {
    /// The number of the ledger's entry that stands for it.
    var standingNumber: Int? { resolved == nil ? nil : outcome?.number }

    var status: String { resolved == nil ? "open" : "resolved" }
}

extension JSONWriter {
    /// An incident in a list.
    mutating func summary(_ item: IncidentSummary) {
        object { $0.members(of: item) }
    }

    mutating func members(of item: IncidentSummary) {
        member("id", item.id)
        member("status", item.status)
        member("title", item.title)
        member("created", timestamp: item.created &* 1_000_000_000)
        member("updated", timestamp: item.updated &* 1_000_000_000)
        member("origin", item.origin)
        member("facts", item.facts)
        member("judged") { writer in
            writer.judged(
                SessionFile.Judged(
                    casebook: item.casebook, leader: item.leader, verdict: item.verdict,
                    probability: item.probability))
        }
        if let outcome = item.outcome { member("outcome") { $0.outcome(outcome) } }
    }

    mutating func outcome(_ outcome: IncidentOutcome) {
        member("number", outcome.number)
        member("time", timestamp: outcome.time &* 1_000_000_000)
        key("cause")
        if let cause = outcome.cause { string(cause) } else { null() }
        member("verified", outcome.verified)
        member("verified_by", ifPresent: outcome.verifiedBy)
        member("fixed_by", ifPresent: outcome.fixedBy)
        if let seconds = outcome.secondsToDiagnose { member("seconds_to_diagnose", seconds) }
        if let time = outcome.withdrawnAt { member("withdrawn", timestamp: time &* 1_000_000_000) }
    }
}
