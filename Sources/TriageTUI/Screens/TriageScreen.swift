import Casebook
import Diagnosis
import TerminalUI
import Triage

/// The question, the causes and the evidence.
public struct TriageState: Hashable, Sendable {
    public enum Pane: Hashable, Sendable, CaseIterable {
        case question, causes, evidence
    }

    public internal(set) var pane = Pane.question
    var causes = ListState()
    var evidence = ListState()
    /// `p` was pressed: the next y or n is only probable.
    var isProbable = false

    public init() {}

    /// What the question pane offers decides what is worth a place in the footer.
    enum Offer {
        case answer, byHand, capture, check, checks, elsewhere, target, nothing
    }

    func keys(_ offer: Offer) -> Keys {
        let first: [Keys.Binding] =
            switch (pane, offer) {
            case (.evidence, _): Self.evidenceKeys
            case (.causes, .nothing):
                [Self.open("open", "Read the chosen cause."), Self.end, Self.steps]
            case (.causes, _): Self.answers + [Self.open("open", "Read the chosen cause.")]
            case (.question, .answer):
                Self.answers + [Self.open("", "Nothing, for a question.")]
            case (.question, .byHand):
                Self.answers + [Self.copy, Self.open("", "Nothing: look at it by hand.")]
            case (.question, .capture):
                [
                    Self.open("read a capture", "Asks for the path of a capture and reads it."),
                    Self.decline("have none"), Self.agree,
                ]
            case (.question, .check):
                [
                    Self.open("run it", "Runs the check that is shown."),
                    Self.decline("not now"), Self.agree,
                ]
            case (.question, .checks):
                [
                    Self.open("run it", "Runs the check that is shown."),
                    .init(
                        [.character("A")], .runTogether, hint: "run all that is safe",
                        help: "Runs the check that is shown and all others that are as harmless."),
                    Self.decline("not now"), Self.agree,
                ]
            case (.question, .elsewhere):
                [Self.copy, Self.decline("leave it"), Self.agree]
            case (.question, .target):
                [
                    Self.open("name the target", "Asks which service this is about."),
                    Self.decline("have none"), Self.agree,
                ]
            case (.question, .nothing):
                [Self.open("read the case", "Read the leading case."), Self.end, Self.steps]
            }
        return Keys(first + Self.commonKeys)
    }

    private static func open(_ hint: String, _ help: String) -> Keys.Binding {
        .init([.enter, .character("l"), .right], .open, hint: hint, help: help)
    }

    private static func decline(_ hint: String) -> Keys.Binding {
        .init([.character("d"), .character("n")], .unknown, hint: hint, help: "Leave it.")
    }

    private static let agree = Keys.Binding(
        [.character("y")], .yes, help: "The same as Enter.")
    private static let copy = Keys.Binding(
        [.character("c")], .copy, hint: "copy", help: "Copy the command that is shown.")
    private static let end = Keys.Binding(
        [.character("e")], .end, hint: "what to do", help: "The verdict and what to do.")
    private static let steps = Keys.Binding(
        [.character("s")], .steps, hint: "what is left", help: "All that can be done now.")

    private static let answers: [Keys.Binding] = [
        .init([.character("y")], .yes, hint: "yes", help: "Yes. With p before it: probably."),
        .init([.character("n")], .no, hint: "no", help: "No. With p before it: probably not."),
        .init(
            [.character("d"), .character("0")], .unknown, hint: "don't know",
            help: "I do not know; it is not asked again. Of a check: not now."),
        .init([.character("p")], .probably, hint: "probably…", help: "Then y or n."),
    ]

    private static let evidenceKeys: [Keys.Binding] = [
        .init([.character("y")], .yes, hint: "yes", help: "Change the chosen answer to yes."),
        .init([.character("n")], .no, hint: "no", help: "Change it to no."),
        .init([.character("d")], .unknown, hint: "don't know", help: "Change it to unknown."),
        .init([.character("p")], .probably, hint: "probably…", help: "Then y or n."),
        .init(
            [.character("x"), .delete], .remove, hint: "remove",
            help: "Take the chosen evidence out, whoever established it."),
        .init([.enter], .open, hint: "read", help: "Read all of it."),
    ]

    private static let commonKeys: [Keys.Binding] =
        [
            .init([.character("u")], .undo, hint: "undo", help: "Take the last change back."),
            .init([.tab], .nextPane, hint: "pane", help: "Question, causes, evidence."),
            .init([.backTab], .previousPane, help: "The pane before."),
            .init([.character("w")], .why, hint: "why", help: "Why the chosen cause leads."),
            .init([.character("s")], .steps, hint: "steps", help: "All that can be done now."),
            .init([.character("e")], .end, hint: "end", help: "The verdict and what to do."),
            .init([.character("/")], .casebook, hint: "cases", help: "Search the casebook."),
            .init([.character("o")], .capture, help: "Read a packet capture."),
            .init([.character("a")], .say, help: "Say more in your own words."),
            .init([.character("c")], .copy, help: "Copy the command that is shown."),
            .init([.character("r")], .jobs, help: "What runs in the background; cancel some."),
            .init([.character("X")], .cancelJobs, help: "Cancel what runs in the background."),
            .init([.character("f")], .nextFamily, help: "Causes by family, or one by one."),
            .init([.escape, .character("h"), .left], .back, help: "Back to the question."),
            .init([.character("q")], .quit, help: "Quit, after asking."),
        ] + Keys.Binding.moves + Keys.Binding.everywhere
}

enum TriageScreen {
    static func draw(
        _ state: TriageState, _ model: Model, in rect: Rect, on grid: inout CellGrid
    ) {
        let parts = layout(model, rect)
        QuestionPane(model: model, state: state).draw(in: parts.question, on: &grid)
        CausesPane(model: model, state: state).draw(in: parts.causes, on: &grid)
        EvidencePane(model: model, state: state).draw(in: parts.evidence, on: &grid)
    }

    /// The question gets what it needs, at most half; causes come before evidence.
    static func layout(
        _ model: Model, _ rect: Rect
    ) -> (question: Rect, causes: Rect, evidence: Rect) {
        let needed = QuestionPane.page(model, width: rect.width - 2).lines.count
        let most = rect.height <= 14 ? rect.height - 7 : rect.height / 2
        let (question, rest) = rect.split(top: min(max(3, needed), max(3, most)))
        if rect.width >= 150 {
            let (left, right) = rest.split(left: rect.width * 11 / 20)
            return (question, left, right.inset(left: 1))
        }
        let causeRows = model.causes.count + 1
        let evidenceRows = max(2, min(model.result.evidence.count + 1, rest.height / 2))
        let (causes, evidence) = rest.split(top: min(causeRows, rest.height - evidenceRows))
        return (question, causes, evidence)
    }
}
