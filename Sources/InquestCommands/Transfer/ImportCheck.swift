import Casebook
import CasebookFiles
import Triage

/// The check of cases that are to be imported, as if they were in the casebook already.
struct ImportCheck {
    /// With places in what was given, sorted.
    private(set) var diagnostics: [Diagnostic]
    /// `FAMILY/ID` of cases that cannot be taken in.
    private var faulty: Set<String> = []

    /// - Parameters:
    ///   - folders: the casebooks in use.
    ///   - root: the one that gets the cases.
    init(_ bundle: CaseBundle, folders: [String], root: String, _ settings: Settings) {
        diagnostics = bundle.faults
        let draft = DraftFolder(environment: settings.environment)
        defer { draft.discard() }
        for fault in bundle.faults {
            for value in bundle.cases where fault.path.contains("/\(Self.key(value))/") {
                faulty.insert(Self.key(value))
            }
        }
        for value in bundle.cases { stage(value, in: draft.root, bundle) }
        let others = folders + (folders.contains(root) ? [] : [root])
        let used = others.filter { OutputFile.exists($0) } + [draft.root]
        let (_, found, _) = CasebookFolder(paths: used).read(checkQuery: CustomQuestions.check)
        for var diagnostic in found where diagnostic.path.hasPrefix(draft.root + "/") {
            let path = String(diagnostic.path.dropFirst(draft.root.utf8.count + 1))
            if diagnostic.severity == .error, !diagnostic.isHarmless {
                let key = path.split(separator: "/").prefix(2).joined(separator: "/")
                faulty.insert(key)
            }
            diagnostic.path = bundle.shown(path)
            diagnostics.append(diagnostic)
        }
        diagnostics.sort()
    }

    func isFaulty(_ value: CaseFolder) -> Bool { faulty.contains(Self.key(value)) }

    private static func key(_ value: CaseFolder) -> String { "\(value.family)/\(value.id)" }

    /// Nothing is written whose name could lead elsewhere; what says no name of its own gets one,
    /// so that all its other faults are found too.
    private mutating func stage(_ value: CaseFolder, in root: String, _ bundle: CaseBundle) {
        let key = Self.key(value)
        var staged = value
        var names: [(String, String)] = []
        if !Case.families.contains(value.family) {
            names.append(("family", value.family))
            staged.family = "unsorted"
        }
        if !CaseName.isGood(value.id) {
            names.append(("id", value.id))
            staged.id = "unnamed"
        }
        for (what, name) in names {
            faulty.insert(key)
            fault(
                bundle.shown("\(key)/case.md"),
                "“\(name.prefix(60))” cannot be the \(what) of a case")
        }
        for file in value.files where !CaseFolder.isGoodPath(file.path) {
            faulty.insert(key)
            fault(
                bundle.shown("\(key)/\(file.path)"), "a case cannot hold a file of this name")
        }
        for file in value.files where file.bytes.count > CaseFolder.fileLimit {
            faulty.insert(key)
            fault(
                bundle.shown("\(key)/\(file.path)"),
                "the file has \(file.bytes.count) bytes; at most \(CaseFolder.fileLimit) are taken")
        }
        staged.files.removeAll {
            !CaseFolder.isGoodPath($0.path) || $0.bytes.count > CaseFolder.fileLimit
        }
        do {
            try staged.place(in: root, replacing: true)
        } catch {
            faulty.insert(key)
            fault(
                bundle.shown("\(key)/case.md"), ErrorText.casework(.placing(error)).text)
        }
    }

    private mutating func fault(_ path: String, _ text: String) {
        diagnostics.append(
            Diagnostic(path: path, line: 1, column: 1, fault: SafeText.line(text)))
    }
}
