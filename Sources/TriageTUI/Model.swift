public import Casebook
import Diagnosis
public import TerminalUI
public import Triage

/// Everything the program knows; changed by `update` alone.
public struct Model: Sendable {
    /// Something that runs in the background.
    public struct Job: Hashable, Sendable {
        public var id: Int
        public var title: String
        /// How far it is, in words.
        public var stage: String
        /// The steps that it is part of: not proposed meanwhile.
        public var steps: [String]
        /// Seconds since 1970.
        public var began: Int64
    }

    /// A question of the program itself, answered on the last line.
    public enum Prompt: Hashable, Sendable {
        case command(LineEditor)
        case capturePath(LineEditor)
        /// Captures to compare.
        case pointPaths(LineEditor)
        /// Where the packets of an interface are saved.
        case liveFile(interface: String, LineEditor)
        /// Where the cited flows of a capture are saved.
        case slicePath(capture: String, LineEditor)
        case reportPath(LineEditor)
        case overwrite(path: String)
        case draftPath(LineEditor)
        /// A check that may harm: the word `yes` in full.
        case consent(Check, LineEditor)
        case confirmCause(CaseID?)
        /// The number of a confirmed incident.
        case withdraw(Int)
        case quit
    }

    public internal(set) var size: Size
    public internal(set) var conversation: Conversation
    /// What the conversation amounts to; follows every change of it.
    public internal(set) var assessment: Conversation.Assessment
    /// Probabilities before the last change.
    var before: [CaseID: Double] = [:]
    /// The last one is seen; never empty.
    public internal(set) var screens: [Screen]
    public internal(set) var prompt: Prompt?
    var helpOffset: Int?
    /// One line about what was just done; gone with the next key.
    public internal(set) var notice: String?
    public internal(set) var jobs: [Job] = []
    var nextJob = 1
    /// `false` while something that was said is not on disk yet.
    public internal(set) var isKept = true
    /// What was asked to be kept last: it is kept when that is on disk, and not a state before.
    var asked: SessionFile?
    /// A past incident with like evidence, in a sentence; a memory aid, never evidence.
    public internal(set) var seenBefore: String?
    /// Of the session on disk; another one after an earlier session was taken up.
    public internal(set) var id: String
    var created: Int64
    /// Of the last message, in seconds since 1970.
    var now: Int64
    /// Answers that are probably wrong.
    var doubtful: Set<FactID> = []
    /// What the pane of causes lists; follows the assessment.
    var causes: [CausesPane.Row] = []
    /// Computed when the why screen opens, forgotten with every change.
    var thoughts: SecondThoughts?
    /// Causes by family or one by one; `nil` as the evidence suggests.
    var wantsFamilies: Bool?
    /// Sessions of earlier runs, newest first.
    public internal(set) var earlier: [SessionFile]
    public internal(set) var exhibits = Exhibits()
    /// When something is to be looked at again, in seconds since 1970; `nil` while nothing is.
    public internal(set) var wakeAt: Int64?
    /// The incident that this session was confirmed as.
    var resolved: Int?
    /// Ids of steps that this build can run by itself.
    let runnable: @Sendable (NextStep) -> Bool
    /// Of the casebook, sorted.
    let families: [String]
    /// Into `families`.
    let familyOfCase: [CaseID: Int]

    /// - Parameters:
    ///   - id: of the session, for keeping it.
    ///   - created: seconds since 1970.
    ///   - runnable: whether a step can be run in the background.
    public init(
        size: Size, conversation: Conversation, id: String, created: Int64,
        earlier: [SessionFile] = [],
        runnable: @escaping @Sendable (NextStep) -> Bool = { _ in false }
    ) {
        self.size = size
        self.conversation = conversation
        assessment = conversation.assess()
        self.id = id
        self.created = created
        now = created
        self.earlier = earlier
        self.runnable = runnable
        let cases = conversation.casebook.cases
        let families = Set(cases.map(\.family)).sorted()
        let places = Dictionary(uniqueKeysWithValues: zip(families, families.indices))
        familyOfCase = Dictionary(
            cases.map { ($0.id, places[$0.family] ?? 0) }, uniquingKeysWith: { first, _ in first })
        self.families = families
        let isFresh = conversation.evidence.isEmpty && conversation.done.isEmpty
        screens = isFresh ? [.start(StartState())] : [.triage(TriageState())]
        doubtful = Set(assessment.doubts.map(\.fact))
        causes = CausesPane.rows(self)
    }

    var screen: Screen {
        get { screens.last ?? .start(StartState()) }
        set { screens[screens.count - 1] = newValue }
    }

    public var result: TriageResult { assessment.result }

    func family(ofCase id: CaseID) -> String? { familyOfCase[id].map { families[$0] } }

    /// For keeping it on disk.
    public func kept(at time: Int64) -> SessionFile {
        var file = conversation.kept(id: id, created: created, updated: time)
        file.resolved = resolved
        file.origin = "screens"
        file.judged = SessionFile.Judged(result)
        return file
    }
}

/// What is seen, with what belongs to it alone.
public enum Screen: Sendable {
    case start(StartState)
    case triage(TriageState)
    case steps(ListState)
    case jobs(ListState)
    case note(NoteState)
    case caseFile(CaseState)
    case why(WhyState)
    case casebook(CasebookState)
    case sessions(ListState)
    case end(PageState)
    case part(any ScreenPart)
}

/// A list of which one entry is chosen.
public struct ListState: Hashable, Sendable {
    public var selected = 0
    var offset = 0

    public init() {}

    mutating func move(_ motion: Motion, count: Int, page: Int) {
        selected = motion.apply(to: selected, count: count, page: page)
        offset = Scroll.offset(offset, showing: selected, rows: page, count: count)
    }

    /// After the list or the screen has changed.
    mutating func clamp(count: Int, page: Int) {
        selected = max(0, min(selected, count - 1))
        offset = Scroll.offset(offset, showing: selected, rows: max(1, page), count: count)
    }
}

/// A text that is scrolled through.
public struct PageState: Hashable, Sendable {
    var offset = 0

    public init() {}

    /// After the text or the screen has changed.
    mutating func clamp(lines: Int, rows: Int) { offset = max(0, min(lines - rows, offset)) }

    mutating func move(_ motion: Motion, lines: Int, rows: Int) {
        let most = max(0, lines - rows)
        switch motion {
        case .up: offset -= 1
        case .down: offset += 1
        case .pageUp: offset -= max(1, rows - 1)
        case .pageDown: offset += max(1, rows - 1)
        case .top: offset = 0
        case .bottom: offset = most
        }
        offset = max(0, min(most, offset))
    }
}
