import Casebook
import Diagnosis
import Triage

/// A diagnosis for a tired stranger: the answer first, then why, then what to do.
struct DiagnosisText {
    let result: TriageResult
    /// `-v`: with everything that is left out because it hardly matters.
    var verbose = false

    private var diagnosis: Diagnosis { result.diagnosis }

    func page(_ empty: TextPage) -> TextPage {
        var page = empty
        headline(&page)
        if let leader = diagnosis.leader, tellsLeader(leader),
            let entry = result.casebook[case: leader.id]
        {
            CaseReasons(ranked: leader, entry: entry, result: result).write(&page)
            let actions = CaseActions(ranked: leader, entry: entry, result: result)
            // A repair for a cause that is only a guess would do harm.
            if diagnosis.verdict == .undecided {
                actions.writeDecision(&page)
            } else {
                actions.write(&page)
            }
        }
        SecondThoughtsText(result: result, all: verbose).write(&page)
        otherCases(&page)
        guesses(&page)
        NextStepText(result: result).write(&page)
        warnings(&page)
        return page
    }

    /// A leader that the evidence does not favour is not worth a page.
    private func tellsLeader(_ leader: RankedCase) -> Bool {
        switch diagnosis.verdict {
        case .confirmed, .likely: true
        case .undecided: leader.evidenceDecibans >= 3
        case .none: false
        }
    }

    private func headline(_ page: inout TextPage) {
        let (word, style, text) = verdict()
        page.paragraph(text, label: word + ": ", style: .bold, labelStyle: style)
        if let leader = diagnosis.leader, tellsLeader(leader) {
            page.paragraph(
                "\(leader.id), \(Wording.probability(leader.probability))", indent: 2)
            if let entry = result.casebook[case: leader.id] {
                Provenance(entry, result.casebook).write(&page)
            }
        }
        if result.truncated || Interrupt.requested {
            page.paragraph("Interrupted: this is what was seen until then.", style: .caution)
        }
    }

    private func verdict() -> (String, TextPage.Style, String) {
        let title = diagnosis.leader.flatMap { result.casebook[case: $0.id]?.title } ?? ""
        return switch diagnosis.ground {
        case .proven: ("CONFIRMED", .alarm, title)
        case .ahead: ("LIKELY", .caution, title)
        case .notEnoughEvidence:
            ("NOT ENOUGH EVIDENCE", .caution, undecidedText(title))
        case .nothingLookedAt:
            ("NOTHING TO JUDGE", .caution, "No fact of the casebook was established.")
        case .outsideCasebook:
            (
                "NO KNOWN CASE", .caution,
                "Something is wrong that the casebook probably does not hold"
                    + (area().map { "; by the facts it is most like \($0) trouble." } ?? ".")
            )
        case .nothingAbnormal:
            (
                "NO KNOWN CASE", .good,
                "\(Figures.plural(diagnosis.known.count, "fact")) looked at, nothing abnormal."
            )
        case .nothingFits:
            ("NO KNOWN CASE", .good, "What was seen speaks for no case of the casebook.")
        }
    }

    private func undecidedText(_ title: String) -> String {
        guard let leader = diagnosis.leader, tellsLeader(leader) else {
            return "What is known fits several causes; see what is missing below."
        }
        return "It could be this, and it could be others: \(title)"
    }

    private func area() -> String? { diagnosis.unlistedByFamily.first?.family }
}

extension DiagnosisText {
    private static let shownCases = 5

    private func otherCases(_ page: inout TextPage) {
        let leader = diagnosis.leader.flatMap { tellsLeader($0) ? $0.id : nil }
        let others = diagnosis.cases.filter { ranked in
            ranked.id != leader && (ranked.probability >= 0.01 || ranked.verdict == .confirmed)
                && ranked.verdict != .excluded
        }
        page.heading(leader == nil ? "How probable each cause is" : "Other cases")
        for ranked in others.prefix(Self.shownCases) { row(ranked, &page) }
        let excluded = diagnosis.cases.count { $0.verdict == .excluded }
        bar(diagnosis.unlisted, "none of the cases in the casebook", &page)
        if excluded > 0 { page.line("  \(Figures.plural(excluded, "case")) excluded", .dim) }
    }

    private func row(_ ranked: RankedCase, _ page: inout TextPage) {
        let mark = ranked.verdict == .possible ? "" : " (\(ranked.verdict.rawValue))"
        bar(ranked.probability, ranked.id + mark, &page)
    }

    /// `[######--] about 7 in 10      case-id`.
    private func bar(_ probability: Double, _ name: String, _ page: inout TextPage) {
        let cells = 8
        let filled = Int((min(0.99, max(0, probability)) * Double(cells)).rounded())
        let drawing =
            page.width == nil
            ? ""
            : "[" + String(repeating: "#", count: filled)
                + String(repeating: "-", count: cells - filled) + "] "
        let words = DisplayWidth.pad(Wording.probability(probability), to: 19)
        page.paragraph(name, label: drawing + words, indent: 2)
    }

    /// What the operator's own words may also have meant.
    private func guesses(_ page: inout TextPage) {
        let guesses = result.evidence.filter { $0.source == "report" && $0.state == .unknown }
        if guesses.isEmpty { return }
        page.heading("Your words may also mean")
        for guess in guesses {
            page.paragraph(
                result.casebook[symptom: guess.id]?.question ?? guess.id, label: "? ", indent: 2)
            page.paragraph("--symptom \(guess.id)", indent: 4, style: .bold)
        }
    }

    private func warnings(_ page: inout TextPage) {
        if result.warnings.isEmpty { return }
        page.heading("Warnings")
        for warning in result.warnings {
            page.paragraph(warning.summary, label: "! ", indent: 2, labelStyle: .caution)
        }
    }
}
