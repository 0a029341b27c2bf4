import Casebook
import Diagnosis
public import TerminalUI
import Triage

/// One piece of evidence in full, and the places that show it.
public struct EvidenceScreen: ScreenPart {
    let evidence: Evidence
    private var selected = 0
    private var offset = 0

    public let title = "evidence"

    init(_ evidence: Evidence) { self.evidence = evidence }

    public func keys(_ model: Model) -> Keymap<Command> {
        let jump = Keys.Binding(
            [.enter, .character("l"), .right], .open, hint: "show the packet",
            help: "The flow of the chosen place, at its packet.")
        let own: [Keys.Binding] = [
            .init(
                [.character("x"), .delete], .remove, hint: "remove",
                help: "Take it out, whoever established it."),
            .init(
                [.character("c")], .copy, hint: "copy the way by hand",
                help: "Copy the command that shows the same by hand."),
        ]
        return Keys(
            (places.isEmpty ? [] : [jump]) + (isHeld(model) ? own : [own[1]]) + [.back]
                + Keys.Binding.moves + Keys.Binding.everywhere)
    }

    /// Whether it counts in the triage: a capture's finding can be read before it does, and what
    /// was taken out can still be on the screen.
    private func isHeld(_ model: Model) -> Bool {
        model.conversation.evidence.contains {
            $0.id == evidence.id && $0.source == evidence.source
        }
    }

    /// Those that can be jumped to.
    private var places: [Evidence.Location] {
        guard evidence.instrument == .capture else { return [] }
        return evidence.locations.filter { $0.packet != nil || $0.flow != nil }
    }

    public func draw(_ model: Model, in rect: Rect, on grid: inout CellGrid) {
        let (page, first) = page(model, width: model.pageWidth)
        let inner = rect.inset(left: 1, right: 1)
        let offset = top(page, first, rows: rect.height)
        page.draw(in: inner, from: offset, on: &grid)
        let row = first + selected - offset
        if !places.isEmpty, row >= 0, row < rect.height {
            grid.select(Rect(x: rect.x, y: rect.y + row, width: rect.width, height: 1))
        }
    }

    /// The line at the top: the chosen place is always seen, at the first one all that stands above.
    private func top(_ page: Page, _ first: Int, rows: Int) -> Int {
        guard !places.isEmpty else { return max(0, min(offset, page.lines.count - rows)) }
        return Scroll.offset(
            selected == 0 ? 0 : offset, showing: first + selected, rows: rows,
            count: page.lines.count)
    }

    /// - Returns: beside the page the line of the first place.
    private func page(_ model: Model, width: Int) -> (Page, Int) {
        let book = model.conversation.casebook
        var page = Page(width: width)
        page.paragraph(evidence.id, style: .heading)
        page.paragraph(Phrases.state(evidence) + figures, style: .strong)
        page.paragraph("said by \(source)\(age(model))", style: .dim)
        doubt(model, on: &page)
        if !evidence.summary.isEmpty { page.paragraph(evidence.summary) }
        let meaning = Phrases.fact(evidence.id, book)
        if meaning != evidence.id, meaning != evidence.summary {
            page.gap()
            page.paragraph(meaning, label: "Means: ", style: .dim)
        }
        if let hand = book[finding: evidence.id]?.byHand, !hand.isEmpty {
            page.paragraph(hand, label: "By hand: ", style: .dim)
        }
        cases(model, on: &page)
        if !places.isEmpty { page.heading("Where it can be seen") }
        let first = page.lines.count
        for place in places { page.line(StyledLine(CharacterWidth.cut(text(place), to: width))) }
        let more = max(0, (evidence.count ?? 0) - evidence.locations.count)
        if more > 0, !places.isEmpty {
            page.paragraph("and \(Figures.grouped(more)) more that are not listed", style: .dim)
        }
        return (page, first)
    }

    /// Paths of captures are long, and their places below name the file.
    private var source: String {
        evidence.instrument == .capture ? Phrases.source(evidence) : evidence.source
    }

    private func age(_ model: Model) -> String {
        guard isHeld(model), let age = model.age(of: evidence) else { return "" }
        return ", " + Times.text(model.now - age)
            + (age < 5 ? "" : " (\(Phrases.age(age)) ago)")
    }

    private func doubt(_ model: Model, on page: inout Page) {
        guard isHeld(model),
            let doubt = model.assessment.doubts.first(where: { $0.fact == evidence.id })
        else { return }
        page.paragraph(
            "Doubtful: it does not fit the rest, and is wrong with a probability of "
                + "\(Wording.probability(doubt.probabilityWrong)). Look again by other means.",
            style: .caution)
    }

    /// The leading cases that have a word for it.
    private func cases(_ model: Model, on page: inout Page) {
        page.heading("Who expects it")
        var count = 0
        for ranked in model.result.diagnosis.cases {
            guard count < Self.mostCases,
                let entry = model.conversation.casebook[case: ranked.id],
                let listing = (entry.symptoms + entry.findings)
                    .first(where: { $0.fact == evidence.id })
            else { continue }
            count += 1
            page.paragraph(
                entry.title, label: CharacterWidth.fit(listing.frequency.rawValue, to: 11),
                indent: 2, labelStyle: .key)
        }
        if count == 0 { page.paragraph("no case of the casebook", indent: 2, style: .dim) }
    }

    private static let mostCases = 6

    private var figures: String {
        let measure = evidence.measure.flatMap {
            ["", "count"].contains($0.unit) ? nil : Figures.measure($0)
        }
        let parts = [evidence.count.map { Figures.plural($0, "time") }, measure]
            .compactMap(\.self)
        return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
    }

    private func text(_ place: Evidence.Location) -> String {
        let packet = place.packet.map { "packet \($0)" } ?? ""
        let flow = place.flow.map { "flow \($0)" } ?? ""
        return CharacterWidth.fit(packet, to: 16) + CharacterWidth.fit(flow, to: 13)
            + (place.time.map { Figures.instant($0) + "  " } ?? "") + Phrases.name(place.file)
    }

    public mutating func move(_ motion: Motion, _ model: Model) {
        let (page, first) = page(model, width: model.pageWidth)
        let rows = model.body.height
        guard !places.isEmpty else {
            var state = PageState()
            state.offset = offset
            state.move(motion, lines: page.lines.count, rows: rows)
            offset = state.offset
            return
        }
        selected = motion.apply(to: selected, count: places.count, page: rows)
        offset = top(page, first, rows: rows)
    }

    public mutating func choose(row: Int, _ model: Model) -> Bool {
        let (page, first) = page(model, width: model.pageWidth)
        let place = row + top(page, first, rows: model.body.height) - first
        guard places.indices.contains(place) else { return false }
        defer { selected = place }
        return place == selected
    }

    public mutating func perform(
        _ command: Command, _ model: inout Model, _ now: Int64
    ) -> [Effect]? {
        switch command {
        case .open where places.indices.contains(selected):
            return model.openPlace(places[selected])
        case .remove: return isHeld(model) ? model.takeOut(evidence, now) : []
        case .copy:
            return model.copy(model.conversation.casebook[finding: evidence.id]?.byHand)
        default: return nil
        }
    }
}
