import Casebook
import Diagnosis
import Triage

/// Why a case stands where it stands: for, against, unexplained.
struct CaseReasons {
    let ranked: RankedCase
    let entry: Case
    let result: TriageResult

    private static let shownReasons = 8
    /// Below this many decibans a fact hardly matters (inference.md §4).
    private static let negligible = 3.0

    func write(_ page: inout TextPage) {
        reasons(ranked.supports, "Why", sign: "+", style: .good, &page)
        reasons(ranked.against, "What speaks against it", sign: "-", style: .caution, &page)
        unexplained(&page)
    }

    private func reasons(
        _ contributions: [Contribution], _ heading: String, sign: String, style: TextPage.Style,
        _ page: inout TextPage
    ) {
        if contributions.isEmpty { return }
        let telling = contributions.filter { abs($0.decibans) >= Self.negligible }
        let shown = telling.prefix(Self.shownReasons)
        page.heading(heading)
        for contribution in shown { reason(contribution, sign, style, &page) }
        let rest = contributions.count - shown.count
        if rest > 0 {
            let weight =
                telling.count > shown.count
                ? "weaker" : rest == 1 ? "that hardly matters" : "that hardly matter"
            page.paragraph(
                (shown.isEmpty ? "" : "and ") + Figures.plural(rest, "fact") + " " + weight,
                indent: 2, style: .dim)
        }
    }

    private func reason(
        _ contribution: Contribution, _ sign: String, _ style: TextPage.Style,
        _ page: inout TextPage
    ) {
        let evidence = evidence(of: contribution.fact, contribution.state)
        page.paragraph(
            sentence(contribution, evidence), label: sign + " ", indent: 2, labelStyle: style)
        page.paragraph("\(contribution.fact): \(weight(contribution))", indent: 4, style: .dim)
        let places = EvidenceText.places(evidence, severalFiles: severalFiles)
        if !places.isEmpty, contribution.state == .present {
            page.paragraph(places, indent: 4, style: .dim)
        }
    }

    private func evidence(of fact: FactID, _ state: FactState) -> [Evidence] {
        result.evidence.filter { $0.id == fact && $0.state == state }
    }

    private var severalFiles: Bool {
        Set(result.evidence.flatMap(\.locations).map(\.file)).count > 1
    }

    /// The observation's own words, else those of the vocabulary; what is absent has only its id,
    /// which stands on the next line.
    private func sentence(_ contribution: Contribution, _ evidence: [Evidence]) -> String {
        if let symptom = result.casebook[symptom: contribution.fact] {
            let answer = contribution.state == .present ? "Yes" : "No"
            return "\(answer): \(symptom.question)"
        }
        if let summary = evidence.first?.summary, !summary.isEmpty { return summary }
        return contribution.state == .present
            ? result.casebook[finding: contribution.fact]?.definition ?? "" : "Not seen:"
    }

    /// `clearly, 8 times likelier (9.1 dB)`.
    private func weight(_ contribution: Contribution) -> String {
        let decibans = Figures.fixed(contribution.decibans, 1) + "\(Wrapping.bond)dB"
        let factor = contribution.factor
        let change =
            factor >= 1
            ? "\(Figures.number(rounded(factor))) times likelier"
            : "\(Figures.number(rounded(1 / factor))) times less likely"
        return "\(contribution.words), \(change) (\(decibans))"
    }

    /// Two digits are as much as the words behind the numbers can bear.
    private func rounded(_ factor: Double) -> Double {
        factor >= 10 ? factor.rounded() : (factor * 10).rounded() / 10
    }

    private func unexplained(_ page: inout TextPage) {
        if ranked.unexplained.isEmpty { return }
        page.heading("Seen, but not explained by this case")
        for fact in ranked.unexplained.prefix(Self.shownReasons) {
            let evidence = evidence(of: fact, .present)
            let text = evidence.first.map(\.summary) ?? ""
            page.paragraph(text.isEmpty ? fact : "\(text) (\(fact))", label: "? ", indent: 2)
        }
    }
}
