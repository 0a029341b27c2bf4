public import Casebook
public import CasebookStore
public import TerminalUI
public import TrafficAnalysis
public import Triage

/// What can happen to the program: keys, the terminal, and what effects report.
public enum Message: Sendable {
    case key(Key)
    case resized(Size)
    /// What a capture shows so far, and how much of it was read (0 to 1, where that is known).
    case captureProgress(job: Int, share: Double?, CaptureGlimpse)
    case captureRead(job: Int, path: String, CaptureRun)
    case compared(job: Int, ComparisonRun)
    case interfaces(CapturePlaces)
    case sliceSaved(job: Int, String)
    case checkProgress(job: Int, stage: String)
    case checkFinished(job: Int, CheckOutcome)
    /// Words for a person: what was done, to what, what came back.
    case failed(job: Int, String)
    case searched(query: String, [SearchHit])
    /// That state is on disk.
    case kept(SessionFile)
    /// Words for a person: why, and where it is instead.
    case notKept(String)
    /// A past incident with like evidence, in a sentence; `nil` where there is none.
    case seenBefore(String?)
    case copied(String)
    case reportSaved(String)
    /// A file of that name is there already.
    case reportExists(path: String)
    /// A draft case was written; what its check says, a line each.
    case drafted(path: String, faults: [String])
    case confirmed(incident: Int)
    case refused(String)
    case sessions([SessionFile])
    case ledger(IncidentLedger)
    case withdrawn(incident: Int)
    case flowRead(job: Int, FlowTrace)
    case hostSeen(HostPicture)
    /// The clock reached `Model.wakeAt`.
    case tick
}

/// What the program asks of the world; performed outside, answered by messages.
public enum Effect: Hashable, Sendable {
    case quit
    /// Leaves the summary on the terminal and quits.
    case quitWithSummary
    case suspend
    case repaint
    /// So that nothing is lost when the process dies.
    case keep(SessionFile)
    case readCapture(job: Int, path: String)
    /// Captures of several points, the client's side first.
    case compare(job: Int, paths: [String])
    case listInterfaces
    /// Until it is cancelled; packets are saved in a new file where one is named.
    case captureLive(job: Int, interface: String, file: String?)
    /// The flows that findings of a capture cite, into a new file.
    case saveSlice(job: Int, path: String, [Evidence], capture: String)
    case runCheck(job: Int, Check)
    case cancel(job: Int)
    case search(String)
    case copy(String)
    /// Markdown, or HTML where the name says so.
    case saveReport(path: String, replacing: Bool)
    /// A new case of what was seen, `FAMILY/ID/case.md`.
    case draftCase(path: String)
    /// Into the ledger of this machine.
    case confirm(cause: CaseID?, verified: Bool)
    case loadSessions
    case loadLedger
    /// Of a confirmed incident.
    case withdraw(Int)
    case readFlow(job: Int, path: String, FlowReading.Wish, cited: Int?)
    /// Once, in the background.
    case lookAtHost
}

/// Checks to be run in the background, one after the other where they ask the same target: whoever
/// performs effects knows how.
public struct Check: Hashable, Sendable {
    /// The ids of the steps.
    public var steps: [String]
    /// As a person would type it.
    public var command: String
    public var effect: EffectClass
    public var target: String?

    public init(
        steps: [String], command: String, effect: EffectClass, target: String?
    ) {
        self.steps = steps
        self.command = command
        self.effect = effect
        self.target = target
    }
}
