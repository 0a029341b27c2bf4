import Casebook
import CasebookFiles
import Triage

/// A case that is to be imported beside what is there.
struct ImportComparison {
    enum State: String { case new, overriding, changed, same }

    let state: State
    private let value: CaseFolder
    /// What is compared with, `nil` for nothing.
    private let old: CaseFolder?
    private let oldFolder: String

    /// - Parameters:
    ///   - root: the casebook that gets the case.
    ///   - places: of the casebooks in use.
    init(_ value: CaseFolder, root: String, places: CasePlaces) {
        self.value = value
        let target = "\(root)/\(value.family)/\(value.id)"
        let isNamed = CaseName.isGood(value.id) && Case.families.contains(value.family)
        if isNamed, OutputFile.exists("\(target)/case.md") {
            let there = CaseFolder.read(target).folder
            (old, oldFolder) = (there, target)
            state = there.files == value.files ? .same : .changed
        } else if isNamed, let other = places.places(value.id).last {
            (old, oldFolder) = (CaseFolder.read(other.folder).folder, other.folder)
            state = .overriding
        } else {
            (old, oldFolder, state) = (nil, "", .new)
        }
    }

    func page(_ empty: TextPage) -> TextPage {
        var page = empty
        let name = "\(value.family)/\(value.id)"
        let files = Figures.plural(value.files.count, "file")
        switch state {
        case .new: page.line("new       \(name) (\(files))")
        case .same: page.line("the same  \(name)")
        case .changed: page.line("changed   \(name) (\(files))")
        case .overriding: page.line("overrides \(oldFolder) (\(files))")
        }
        guard let old, state != .same else { return page }
        for file in Self.files(old, value) { page.line("  \(file.sign) \(file.path)") }
        if old.text != value.text {
            page.line("--- \(oldFolder)/case.md", .dim)
            page.line("+++ \(name)/case.md", .dim)
            for line in difference {
                page.line(line, line.hasPrefix("+") ? .good : line.hasPrefix("-") ? .alarm : .dim)
            }
        }
        return page
    }

    /// Of `case.md`, as the page shows it; empty where there is nothing to compare with.
    private var difference: [String] {
        guard let old, old.text != value.text else { return [] }
        return LineDifference(
            String(decoding: old.text, as: UTF8.self), String(decoding: value.text, as: UTF8.self)
        ).lines
    }

    /// - Parameter fate: what became of it, or would.
    func write(to writer: inout JSONWriter, fate: String) {
        writer.object { writer in
            writer.member("id", value.id)
            writer.member("family", value.family)
            writer.member("state", state.rawValue)
            writer.member("fate", fate)
            writer.member("compared_with", ifPresent: old == nil ? nil : oldFolder)
            writer.member("files", array: old.map { Self.files($0, value) } ?? []) { writer, file in
                writer.object { writer in
                    writer.member("path", file.path)
                    writer.member("change", file.change)
                }
            }
            writer.member("difference", array: difference) { $0.string($1) }
        }
    }

    private struct FileChange {
        var path: String
        var sign: String
        var change: String
    }

    /// Files besides the case file that came, went or changed.
    private static func files(_ old: CaseFolder, _ new: CaseFolder) -> [FileChange] {
        let before = Dictionary(
            old.files.map { ($0.path, $0.bytes) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(
            new.files.map { ($0.path, $0.bytes) }, uniquingKeysWith: { first, _ in first })
        return Set(before.keys).union(after.keys).subtracting([CaseFolder.caseFile]).sorted()
            .compactMap { path in
                switch (before[path], after[path]) {
                case (nil, _?): FileChange(path: path, sign: "+", change: "added")
                case (_?, nil): FileChange(path: path, sign: "-", change: "removed")
                case (let one, let other):
                    one == other ? nil : FileChange(path: path, sign: "±", change: "changed")
                }
            }
    }
}
