import CasebookFiles
import Triage

/// A new case made on the screens, on disk where the person wants it.
enum DraftFile {
    /// Writes `FAMILY/ID/case.md` with its replays; never over a file that is there.
    ///
    /// - Returns: what the check of the case says, a line each.
    static func write(
        _ conversation: Conversation, to path: String, folders: [String],
        _ settings: Settings
    ) throws(Failure) -> [String] {
        let parts = path.split(separator: "/").map(String.init)
        guard parts.count >= 3, parts.last == CaseFolder.caseFile else {
            throw .badValue(
                option: "the path of a draft", value: path, expected: ["FAMILY/ID/case.md"])
        }
        let (family, id) = (parts[parts.count - 3], parts[parts.count - 2])
        if OutputFile.exists(path) { throw .casework(.placing(.exists(path: path))) }
        let incident = DraftIncident(conversation)
        var drafted = conversation.session.result().draftCase(
            id: id, family: family, said: incident.said, story: incident.story)
        let draft = DraftFolder(environment: settings.environment)
        try CaseBench.copyReplays(of: incident, &drafted, to: draft, folders: folders, nil)
        let faults = CaseTrial(root: draft.root, id: id, folders: folders).diagnostics
        let root = (path.hasPrefix("/") ? "/" : "") + parts.dropLast(3).joined(separator: "/")
        try CaseFolder.read(draft.folder).folder.put(in: root.isEmpty ? "." : root)
        draft.discard()
        return faults.map { diagnostic in
            "line \(diagnostic.line): \(diagnostic.fault)"
                + (diagnostic.suggestion.map { " (\($0))" } ?? "")
        }
    }
}
