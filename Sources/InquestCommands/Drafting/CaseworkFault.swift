import CasebookFiles
import Glibc
import Triage

/// What can go wrong with making, changing and moving cases: facts, see `ErrorText`.
enum CaseworkFault: Error {
    case noHome
    case placing(PlacementFault)
    /// `case new` of an id that is a case already.
    case taken(id: String, path: String)
    case notKebabCase(String)
    case noName
    /// `case new` of nothing.
    case nothingSeen
    /// All faults were shown.
    case faulty(errors: Int, kept: String)
    /// The input ended, or ^C.
    case unfinished(kept: String)
    case editor(command: String, reason: String, kept: String)
    case changedMeanwhile(path: String, kept: String)
    /// Nothing of a bundle was taken in; its faults were shown.
    case refused(cases: Int, of: Int)
    case different(ids: [String])
    case badBundle(path: String, reason: String)
    case emptyBundle(path: String)
    case markdownOfSeveral(Int)
    case binaryToTerminal
    case noTemplate
    case unreadableFolder(faults: [Diagnostic])
}

extension CaseFolder {
    /// `place`, with what stands against it as a fault of the command.
    @discardableResult
    func put(in root: String, replacing: Bool = false) throws(Failure) -> String {
        do {
            return try place(in: root, replacing: replacing)
        } catch {
            throw .casework(.placing(error))
        }
    }
}

extension Failure {
    /// Whether its sentence says where the draft is.
    var tellsOfDraft: Bool {
        switch self {
        case .casework(.faulty), .casework(.unfinished), .casework(.editor): true
        default: false
        }
    }
}

extension ErrorText {
    static func casework(_ fault: CaseworkFault) -> Report {
        switch fault {
        case .placing(.exists(let path)):
            Report(text: "\(path) is there already; nothing was overwritten", status: .badData)
        case .placing(.io(let path, let code)):
            Report(
                text: "cannot write \(path): \(reason(code))",
                status: code == EACCES || code == EPERM || code == EROFS
                    ? .noPermission : .inputOutput)
        case .noHome:
            Report(
                text: "there is no home directory; set XDG_DATA_HOME and XDG_CONFIG_HOME, or name "
                    + "a folder with --into DIR", status: .inputOutput)
        case .editor, .changedMeanwhile, .faulty, .unfinished: unfinished(fault)
        case .taken, .notKebabCase, .noName, .nothingSeen, .markdownOfSeveral, .binaryToTerminal,
            .different:
            Report(text: usage(fault), status: .usage)
        case .refused(let count, let all):
            Report(
                text: count == all
                    ? "nothing was imported: mend the errors above first"
                    : "\(Figures.plural(count, "case")) of \(all) not imported: mend the errors "
                        + "above first", status: .badData)
        case .badBundle(let path, let reason):
            Report(text: "cannot import \(path): \(reason)", status: .badData)
        case .emptyBundle(let path):
            Report(text: "\(path) holds no case (FAMILY/ID/case.md)", status: .badData)
        case .noTemplate:
            Report(
                text:
                    "the casebook in use has no TEMPLATE.md; name one that has with --casebook DIR",
                status: .noInput)
        case .unreadableFolder(let faults):
            Report(text: faults.map(\.text).joined(separator: "\n"), status: .badData)
        }
    }

    /// What was typed is never lost: each of these says where it is.
    private static func unfinished(_ fault: CaseworkFault) -> Report {
        switch fault {
        case .faulty(let errors, let kept):
            Report(
                text: "\(Figures.plural(errors, "error")): the case was not put into the casebook; "
                    + "the draft is kept. Mend it and take it in: "
                    + "inquest case import \(CommandFilling.quoted(kept))", status: .badData)
        case .unfinished(let kept):
            Report(
                text: "stopped before the end; the draft is kept in \(kept). Go on with an editor, "
                    + "then: inquest case import \(CommandFilling.quoted(kept))",
                status: .badData)
        case .editor(let command, let reason, let kept):
            Report(
                text:
                    "the editor '\(command)' \(reason); nothing was changed, the draft is kept in "
                    + "\(kept). VISUAL or EDITOR name another one", status: .inputOutput)
        case .changedMeanwhile(let path, let kept):
            Report(
                text: "\(path) was changed by somebody else meanwhile and was left as it is; your "
                    + "version is kept in \(kept)", status: .inputOutput)
        default: Report(text: "", status: .inputOutput)
        }
    }

    private static func usage(_ fault: CaseworkFault) -> String {
        switch fault {
        case .taken(let id, let path):
            "there is a case '\(id)' already, in \(path); "
                + "'inquest case edit \(CommandFilling.quoted(id))' changes it"
        case .notKebabCase(let id):
            "'\(id)' cannot be the id of a case; use lower-case words with '-' between, that say "
                + "the cause"
        case .noName: "name the case: inquest case new ID, or --title TEXT"
        case .nothingSeen:
            "nothing was seen that a case could be made of; give --from-incident ID, --capture FILE "
                + "or --evidence FILE, or --template for an empty one"
        case .markdownOfSeveral(let count):
            "--markdown writes one case, not \(count); use --tar or --json"
        case .binaryToTerminal:
            "a tar stream would garble the terminal; give --output FILE, or a pipe"
        case .different(let ids):
            "already there and different: \(ids.joined(separator: ", ")); --replace puts the new "
                + "one in its place, --dry-run only shows the difference"
        default: ""
        }
    }
}
