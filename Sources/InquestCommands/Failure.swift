import CasebookFiles
import CasebookStore
import HostInspection
import NcursesTerminal
import ObservationTables
import PacketCapture
import Triage

/// Why a command ended early: facts, which `ErrorText` turns into a sentence.
enum Failure: Error {
    case badValue(option: String, value: String, expected: [String])
    case unknownSymptom(String, suggestion: String?)
    case unknownID(kind: String, id: String, suggestion: String?)
    case nothingGiven
    case unknownCommand(String, suggestion: String?)
    case terminal(TerminalFault)
    case noStateFolder
    case noSuchSession(String, folder: String?)
    case contradictingFormats([String])
    case standardInputTwice
    /// So many files were given to compare.
    case pointsToCompare(Int)
    case capture(CaptureError)
    case live(LiveCaptureError)
    case saving(CaptureWriteError)
    /// `--write` wants files that can be read twice.
    case sliceOfStream(String)
    /// `--redact-key` with too few bytes.
    case shortKey(path: String)
    /// `--ladder` with so many files.
    case ladderOfSeveral(Int)
    /// `--ladder` wants a file that can be read twice.
    case ladderOfStream(String)
    case noSuchFlow(Int, file: String)
    /// `--svg` of a comparison in which nothing is in trouble.
    case nothingToDraw
    /// `--write` without a capture.
    case nothingToSlice
    case input(InputFile.Fault, what: String)
    case evidence(path: String, EvidenceFile.Fault)
    case casebookNotFound(tried: [String])
    case casebookUnusable(folders: [String], faults: [Diagnostic])
    case store(StoreError)
    case ledger(StoreError)
    case incidents(StoreError)
    /// It was resolved never, or reopened since.
    case openAlready(id: String)
    /// Nobody could be asked, or somebody said no.
    case notDeleted(count: Int, refused: Bool)
    case emptyEvidence(path: String)
    case log(LogSearch.Fault)
    case sql(SQLFault, query: String)
    /// `inquest sql` was given nothing to ask.
    case noObservations
    case noCertificate(path: String)
    case noSuchNamespace(String, known: [String])
    case noSuchProcess(option: String, String)
    case unresolved(option: String, name: String)
    case probing(ProbeFault)
    case casework(CaseworkFault)
    case output(Int32)
    case writing(path: String, code: Int32)
}
