import Casebook
import CasebookFiles
import Triage

/// A case that is to be imported beside what is there.
struct ImportComparison {
    enum State { case new, overriding, changed, same }

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
        for line in Self.files(old, value) { page.line("  " + line) }
        if old.text != value.text {
            page.line("--- \(oldFolder)/case.md", .dim)
            page.line("+++ \(name)/case.md", .dim)
            let difference = LineDifference(
                String(decoding: old.text, as: UTF8.self),
                String(decoding: value.text, as: UTF8.self))
            for line in difference.lines {
                page.line(line, line.hasPrefix("+") ? .good : line.hasPrefix("-") ? .alarm : .dim)
            }
        }
        return page
    }

    /// Files besides the case file that came, went or changed.
    private static func files(_ old: CaseFolder, _ new: CaseFolder) -> [String] {
        let before = Dictionary(
            old.files.map { ($0.path, $0.bytes) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(
            new.files.map { ($0.path, $0.bytes) }, uniquingKeysWith: { first, _ in first })
        return Set(before.keys).union(after.keys).subtracting([CaseFolder.caseFile]).sorted()
            .compactMap { path in
                switch (before[path], after[path]) {
                case (nil, _?): "+ \(path)"
                case (_?, nil): "- \(path)"
                case (let one, let other): one == other ? nil : "± \(path)"
                }
            }
    }
}
