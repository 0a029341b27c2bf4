import CasebookStore
import Triage

extension ErrorText {
    /// What keeps an incident from being found, read or written.
    static func incidents(_ fault: StoreError) -> Report {
        switch fault {
        case .noSuchRecord, .noSuchIncident:
            Report(text: "\(fault); 'inquest incident list' shows all", status: .noInput)
        case .ambiguous: Report(text: "\(fault); give more of it", status: .usage)
        case .resolvedAlready(let id, _):
            Report(
                text: "\(fault); 'inquest incident reopen \(id)' takes that back",
                status: .usage)
        case .withdrawnAlready: Report(text: "\(fault)", status: .usage)
        case .changedMeanwhile: Report(text: "\(fault); try again", status: .inputOutput)
        case .notKept:
            Report(
                text: "incidents need a database file, and there is none; "
                    + "name one with --database FILE", status: .inputOutput)
        case .exists(let path):
            Report(
                text: "\(path) exists already and was left alone; name a new file",
                status: .inputOutput)
        case .noFile: Report(text: "\(fault)", status: .noInput)
        case .readOnly: Report(text: "using the database failed: \(fault)", status: .noPermission)
        case .damaged, .foreign:
            Report(
                text: "using the database failed: \(fault); 'inquest info --check' looks at it",
                status: .badData)
        default:
            Report(
                text: "using the database failed: \(fault); --database FILE names another",
                status: .inputOutput)
        }
    }

    /// What a command about incidents will not do.
    static func incidents(_ failure: Failure) -> Report {
        switch failure {
        case .openAlready(let id):
            Report(text: "incident \(id) is open; there is nothing to take back", status: .usage)
        case .notDeleted(_, refused: true):
            Report(text: "nothing was deleted", status: .noPermission)
        case .notDeleted(let count, refused: false):
            Report(
                text: "deleting \(Figures.plural(count, "incident")) wants a yes, and nobody can "
                    + "be asked here; give --yes", status: .noPermission)
        default: report(failure as any Error)
        }
    }
}
