public import TerminalUI

/// What a key or a word after `:` asks for.
public enum Command: Hashable, Sendable {
    case move(Motion)
    case open, back, quit, quitNow, leaveSummary, help, commandLine
    case yes, no, unknown, probably
    case undo, remove, nextPane, previousPane
    case why, casebook, steps, sessions, end, startTriage, say
    case run, runTogether, capture, jobs, cancelJob, cancelJobs
    case copy, saveReport, saveHTML, draftCase, confirmCause
    case nextHeading, nextRival, nextFamily, search, suspend, repaint
    /// A screen of `Places.all`.
    case show(String)
    /// What only some screens know.
    case nextTab, previousTab, nextFilter, sameServer, nextOrder, nextPlace, previousPlace
    case narrow, widen, refresh, pause, takeEvidence, resolve, withdraw, saveSlice
}

typealias Keys = Keymap<Command>

extension Keymap<Command>.Binding {
    static let moves: [Self] = [
        .init([.character("j"), .down], .move(.down), help: "Down."),
        .init([.character("k"), .up], .move(.up), help: "Up."),
        .init(
            [.pageDown, .character(" "), .control("d")], .move(.pageDown), help: "A page down."),
        .init([.pageUp, .character("b"), .control("u")], .move(.pageUp), help: "A page up."),
        .init([.character("g"), .home], .move(.top), help: "To the top."),
        .init([.character("G"), .end], .move(.bottom), help: "To the bottom."),
    ]

    /// The same on every screen where nothing is typed.
    static let everywhere: [Self] =
        [
            .init([.character(":")], .commandLine, help: "A command by its name; Tab completes."),
            .init(
                [.control("c"), .character("Q")], .quitNow,
                help: """
                    Quit now and leave a summary on the terminal; everything said is kept.
                    """),
            .init([.control("z")], .suspend, help: "Stop as a shell's job; 'fg' comes back."),
            .init([.control("l")], .repaint, help: "Paint the screen anew."),
        ] + Places.keys + [
            .init([.character("?"), .function(1)], .help, hint: "help", help: "This help.")
        ]
}

extension Screen {
    /// The keys of the screen, the most important first.
    var keys: Keys {
        switch self {
        case .start: StartState.keys
        case .triage(let state): state.keys(.answer)
        case .steps: StepsScreen.keys
        case .jobs: JobsScreen.keys
        case .note: NoteState.keys
        case .caseFile: CaseState.keys
        case .why: WhyState.keys
        case .casebook: CasebookState.keys
        case .sessions: SessionsScreen.keys
        case .end: EndScreen.keys
        case .part: Keys(Keys.Binding.everywhere)
        }
    }

    var title: String {
        switch self {
        case .start: "start"
        case .triage: "triage"
        case .steps: "what can be done"
        case .jobs: "what runs"
        case .note(let state): state.title
        case .caseFile: "case"
        case .why: "why"
        case .casebook: "casebook"
        case .sessions: "earlier sessions"
        case .end: "end"
        case .part(let part): part.title
        }
    }
}
