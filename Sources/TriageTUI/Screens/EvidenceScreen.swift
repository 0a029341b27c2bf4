import Casebook
import Diagnosis
import TerminalUI
import Triage

/// One piece of evidence, whole.
public struct EvidenceState: Hashable, Sendable {
    let id: FactID
    let source: String
    var page = PageState()

    init(_ evidence: Evidence) { (id, source) = (evidence.id, evidence.source) }

    static let keys = Keys(
        [
            .init(
                [.character("x"), .delete], .remove, hint: "remove",
                help: "Take it out, whoever established it."),
            .init(
                [.character("c")], .copy, hint: "copy the way by hand",
                help: "Copy the command that shows the same by hand."),
            .init(
                [.escape, .character("q"), .character("h"), .left], .back, hint: "back",
                help: "Back."),
        ] + Keys.Binding.moves + Keys.Binding.everywhere)

    /// `nil` once it was taken back.
    func find(_ model: Model) -> Evidence? {
        model.conversation.evidence.last { $0.id == id && $0.source == source }
    }

    func text(_ model: Model, width: Int) -> Page {
        var page = Page(width: width)
        guard let item = find(model) else {
            page.paragraph("It was taken out.")
            return page
        }
        head(item, model, on: &page)
        if !item.summary.isEmpty {
            page.heading("What was seen")
            page.paragraph(item.summary, indent: 2)
            let places = Phrases.places(item)
            if !places.isEmpty { page.paragraph(places, indent: 2, style: .dim) }
        }
        if let finding = model.conversation.casebook[finding: id] {
            page.heading("What it means")
            page.paragraph(finding.definition, indent: 2)
            page.heading("To see it by hand")
            page.code(finding.byHand)
        }
        cases(item, model, on: &page)
        return page
    }

    private func head(_ item: Evidence, _ model: Model, on page: inout Page) {
        let book = model.conversation.casebook
        page.paragraph(
            [
                Span(Phrases.state(item), .strong),
                Span(item.measure.map { " · " + Phrases.value($0) } ?? ""),
                Span(item.count.map { " · \($0) times" } ?? ""),
            ])
        let question = book[symptom: id]?.question
        page.paragraph(question ?? id, style: .strong)
        let time = model.age(of: item).map { age in
            ", " + Times.text(model.now - age)
                + (age < 5 ? "" : " (\(Phrases.age(age)) ago)")
        }
        let name = question == nil ? "" : "\(id), "
        page.paragraph("\(name)said by \(item.source)\(time ?? "")", style: .dim)
        guard let doubt = model.assessment.doubts.first(where: { $0.fact == id }) else { return }
        page.paragraph(
            "Doubtful: it does not fit the rest, and is wrong with a probability of "
                + "\(Wording.probability(doubt.probabilityWrong)). Look again by other means.",
            style: .caution)
    }

    /// The leading cases that have a word for it.
    private func cases(_ item: Evidence, _ model: Model, on page: inout Page) {
        page.heading("Who expects it")
        var count = 0
        for ranked in model.result.diagnosis.cases {
            guard count < Self.mostCases, let entry = model.conversation.casebook[case: ranked.id],
                let listing = (entry.symptoms + entry.findings).first(where: { $0.fact == id })
            else { continue }
            count += 1
            page.paragraph(
                entry.title, label: CharacterWidth.fit(listing.frequency.rawValue, to: 11),
                indent: 2, labelStyle: .key)
        }
        if count == 0 { page.paragraph("no case of the casebook", indent: 2, style: .dim) }
    }

    private static let mostCases = 12
}
