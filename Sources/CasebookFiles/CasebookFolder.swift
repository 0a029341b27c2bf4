public import Casebook

/// One or more casebook folders, read as one casebook: of two cases, symptoms or findings with
/// the same id the one from the later folder counts.
public struct CasebookFolder: Sendable {
    /// As given; `folder` of each case begins with one of them.
    public let roots: [String]
    /// Those of `roots` whose commands are only shown (`ShownCommand`), and which cannot change
    /// the words of others.
    public let untrusted: Set<String>

    public init(path: String) { self.init(paths: [path]) }

    /// - Parameter untrusted: some of `paths`.
    public init(paths: [String], untrusted: Set<String> = []) {
        roots = paths.map(Self.withoutSlash)
        self.untrusted = Set(untrusted.map(Self.withoutSlash))
    }

    static func withoutSlash(_ path: String) -> String {
        let end = path.utf8.last == UInt8(ascii: "/") && path.utf8.count > 1
        return end ? String(path.dropLast()) : path
    }

    /// Reads all files and reports everything that is wrong with them. A case with an error is
    /// left out, the rest is usable.
    ///
    /// - Parameter checkQuery: looks at the queries of custom findings; `nil` leaves them
    ///   unchecked. They are bounded again when they run.
    /// - Returns: `casebook` is `nil` when no vocabulary could be read; `hash` is `contentHash()`
    ///   of the bytes that were read.
    public func read(
        checkQuery: QueryCheck? = nil
    ) -> (casebook: Casebook?, diagnostics: [Diagnostic], hash: String) {
        var reader = CasebookReader(checkQuery: checkQuery)
        for root in roots { reader.add(root, isTrusted: !untrusted.contains(root)) }
        return reader.finish()
    }

    /// A name for the content of all files, 40 hexadecimal digits: over the sorted relative paths
    /// and the bytes of `symptoms.yaml`, `findings.yaml` and every `case.md`, and which folders are
    /// not trusted; nothing is parsed.
    public func contentHash() -> String {
        var hash = FolderHash()
        for root in roots {
            hash.begin(isTrusted: !untrusted.contains(root))
            forEachFile(in: root) { hash.add($0) }
        }
        return hash.finish()
    }
}

/// A file of a casebook folder, read or not.
struct CasebookFile {
    enum Kind { case symptoms, findings, caseFile, folder }
    var kind: Kind
    /// Relative to the casebook folder.
    var path: String
    var content: Result<[UInt8], FileFault>
}

/// Bytes that are read of one casebook folder; thirty cases have half a megabyte.
let casebookSizeLimit = 256 << 20

/// Visits the files of a casebook folder, sorted by relative path as far as folders go: names in
/// the folder, then names in each family. The depth is fixed, so that links cannot make a loop.
func forEachFile(in root: String, _ visit: (CasebookFile) -> Void) {
    var size = 0
    func visitFile(_ kind: CasebookFile.Kind, _ path: String, mayBeLinked: Bool) {
        var content = Result { () throws(FileFault) in
            try read("\(root)/\(path)", limit: min(caseSizeLimit, casebookSizeLimit - size))
        }
        if mayBeLinked, case .success = content, leadsOut("\(root)/\(path)", of: root) {
            content = .failure(.outside)
        }
        if case .success(let bytes) = content { size += bytes.count }
        // A plain file among the case folders is none of our business.
        if kind == .caseFile, case .failure(.wrongKind("not a folder")) = content { return }
        visit(CasebookFile(kind: kind, path: path, content: content))
    }
    /// A link in the place of the file is followed as far as the casebook goes.
    func read(_ path: String, limit: Int) throws(FileFault) -> [UInt8] {
        do {
            return try readFile(path, limit: limit, following: false)
        } catch {
            guard isLink(path) else { throw error }
            let bytes = try readFile(path, limit: limit)
            if leadsOut(path, of: root) { throw .outside }
            return bytes
        }
    }
    do {
        for (name, mayBeLink) in try listEntries(root) {
            switch name {
            case "symptoms.yaml": visitFile(.symptoms, name, mayBeLinked: mayBeLink)
            case "findings.yaml": visitFile(.findings, name, mayBeLinked: mayBeLink)
            default: visitFamily(name, mayBeLinked: mayBeLink)
            }
        }
    } catch {
        visit(CasebookFile(kind: .folder, path: "", content: .failure(error)))
    }
    func visitFamily(_ family: String, mayBeLinked: Bool) {
        do {
            for (name, mayBeLink) in try listEntries("\(root)/\(family)") {
                visitFile(
                    .caseFile,
                    name == "case.md" ? "\(family)/case.md" : "\(family)/\(name)/case.md",
                    mayBeLinked: mayBeLinked || mayBeLink)
            }
        } catch .wrongKind {
            return
        } catch {
            visit(CasebookFile(kind: .folder, path: family, content: .failure(error)))
        }
    }
}

/// The hash of `CasebookFolder.contentHash()`, fed file by file.
struct FolderHash {
    private var hash = ContentHash()

    init() { hash.update("inquest.casebook/1\n".utf8) }

    mutating func begin(isTrusted: Bool) {
        hash.update((isTrusted ? "folder\n" : "folder, not trusted\n").utf8)
    }

    /// What could not be read counts as what was wrong with it.
    mutating func add(_ file: CasebookFile) {
        switch file.content {
        case .success(let bytes):
            hash.update("\(file.path.utf8.count) \(bytes.count)\n\(file.path)\n".utf8)
            hash.update(bytes)
        case .failure(let fault):
            hash.update("\(file.path.utf8.count) \(fault.text)\n\(file.path)\n".utf8)
        }
    }

    consuming func finish() -> String {
        hash.finish().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
