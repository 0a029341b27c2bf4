import CasebookFiles
import Glibc
import Triage

/// A case that is not in a casebook yet, on disk from the first answer on: whatever ends the
/// program, what was typed is there.
///
/// `ROOT/FAMILY/ID/case.md`, so that the root can be imported as it is. Roots lie in
/// `inquest/drafts` of the user's state folder; where nothing can be written there, in `TMPDIR`
/// or `/tmp`.
final class DraftFolder {
    private let parents: [String]
    private let name: String
    private(set) var root: String
    private(set) var family = ""
    private(set) var id = ""

    init(environment: [String: String]) {
        let state = SessionStore(environment: environment).folder.map { "\($0)/drafts" }
        let temporary = environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        parents = [state, temporary, "/tmp"].compactMap(\.self)
        let digits = Timestamp.text(IncidentCommand.now() * 1_000_000_000).filter(\.isNumber)
        name = "\(digits.prefix(8))-\(digits.dropFirst(8).prefix(6))-\(getpid())"
        root = "\(parents[0])/\(name)"
    }

    /// The folder of the case.
    var folder: String { "\(root)/\(family)/\(id)" }
    var path: String { "\(folder)/\(CaseFolder.caseFile)" }

    /// Writes the case as it stands, in the place of what was written before.
    ///
    /// - Parameters:
    ///   - family: `nil` or no word of ours as long as nobody has said it, likewise `id`.
    func write(_ text: String, family: String, id: String) throws(Failure) {
        move(to: Self.name(family) ?? "unsorted", Self.name(id) ?? "unnamed")
        var fault: Failure?
        for parent in parents {
            do throws(Failure) {
                if root != "\(parent)/\(name)", fault != nil { root = "\(parent)/\(name)" }
                PrivateFolder.make(folder)
                return try OutputFile.write(Array(text.utf8), to: path)
            } catch {
                fault = fault ?? error
            }
        }
        if let fault { throw fault }
    }

    /// Ids that a person typed become names of folders only where they are harmless.
    private static func name(_ word: String) -> String? {
        let isGood = !word.isEmpty && word.utf8.count <= 100 && CaseFolder.isGoodPath(word)
        return isGood && !word.contains("/") ? word : nil
    }

    private func move(to family: String, _ id: String) {
        let old = folder
        let isThere = !self.id.isEmpty
        (self.family, self.id) = (family, id)
        guard isThere, old != folder else { return }
        PrivateFolder.make("\(root)/\(family)")
        rename(old, folder)
    }

    func discard() { removeTree(root) }
}
