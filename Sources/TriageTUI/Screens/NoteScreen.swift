import TerminalUI

/// Something that was done outside and needs more than a line to tell.
public struct NoteState: Hashable, Sendable {
    let title: String
    /// What was done, then details, a paragraph each.
    private let said: String
    private let details: [String]
    private let advice: String
    var page = PageState()

    /// A draft of a case, and what its check says.
    init(draft path: String, faults: [String]) {
        title = "draft case"
        said = "The draft is written: \(path)"
        details = faults
        advice =
            faults.isEmpty
            ? "Its check finds no fault. Give it a replay, then: inquest case test"
            : "Fill these in, then: inquest case lint"
    }

    static let keys = Keys(
        [
            .init(
                [.escape, .character("q"), .character("h"), .left, .enter], .back, hint: "back",
                help: "Back.")
        ] + Keys.Binding.moves + Keys.Binding.everywhere)

    func text(width: Int) -> Page {
        var page = Page(width: width)
        page.paragraph(said, style: .strong)
        if !details.isEmpty {
            page.heading("What is left to do")
            for detail in details { page.paragraph(detail, label: "- ", indent: 2) }
        }
        page.gap()
        page.paragraph(advice)
        return page
    }
}
