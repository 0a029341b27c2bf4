internal import Casebook
internal import Glibc

/// One case with everything that lies in its folder, in memory: what is copied, exported and
/// imported.
public struct CaseFolder: Hashable, Sendable {
    public struct File: Hashable, Sendable {
        /// Relative to the folder of the case: `case.md`, `replays/a.pcap`.
        public var path: String
        public var bytes: [UInt8]

        public init(path: String, bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
        }
    }

    public var family: String
    public var id: String
    /// Sorted by path; one of them is `case.md`.
    public var files: [File]

    /// Bytes of one file, and of all files of a case; the largest replay shipped has 100 KiB.
    public static let fileLimit = 64 << 20
    public static let sizeLimit = 256 << 20
    public static let mostFiles = 200

    public init(family: String, id: String, files: [File]) {
        self.family = family
        self.id = id
        self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// The bytes of `case.md`; empty when there is none.
    public var text: [UInt8] { files.first { $0.path == Self.caseFile }?.bytes ?? [] }

    public static let caseFile = "case.md"

    /// Reads `…/FAMILY/ID`. Hidden files are passed over; links, pipes and devices are faults, and
    /// nothing of them is read.
    ///
    /// - Returns: what could be read, and everything that could not.
    public static func read(_ folder: String) -> (folder: CaseFolder, faults: [Diagnostic]) {
        let parts = folder.split(separator: "/")
        var reader = CaseFolderReader(root: folder)
        reader.visit("", depth: 0)
        let value = CaseFolder(
            family: parts.dropLast().last.map(String.init) ?? "",
            id: parts.last.map(String.init) ?? "", files: reader.files)
        if value.text.isEmpty, reader.faults.isEmpty {
            reader.fault("", "the folder holds no “case.md”, or an empty one")
        }
        return (value, reader.faults)
    }

    /// Whether a path may become a file of a case folder: words without controls, at most three
    /// levels, none hidden, none leading out.
    public static func isGoodPath(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return isInside(path) && parts.count <= 3 && path.utf8.count <= 200
            && parts.allSatisfy { !$0.hasPrefix(".") }
            && !path.unicodeScalars.contains { isForbidden($0) || $0 == "\n" || $0 == "\t" }
    }
}

/// Walks one case folder without following links.
private struct CaseFolderReader {
    let root: String
    var files: [CaseFolder.File] = []
    var faults: [Diagnostic] = []
    private var size = 0

    init(root: String) { self.root = root }

    mutating func fault(_ path: String, _ text: String, _ advice: String? = nil) {
        faults.append(
            Diagnostic(
                path: path.isEmpty ? root : "\(root)/\(path)", line: 1, column: 1, fault: text,
                suggestion: advice))
    }

    mutating func visit(_ path: String, depth: Int) {
        let names: [String]
        do {
            names = try listFolder(path.isEmpty ? root : "\(root)/\(path)", limit: 1_000)
        } catch {
            return fault(path, error.text)
        }
        for name in names {
            let inner = path.isEmpty ? name : "\(path)/\(name)"
            guard CaseFolder.isGoodPath(inner) else {
                fault(inner, "a case cannot hold a file of this name")
                continue
            }
            take(inner, depth)
        }
    }

    private mutating func take(_ path: String, _ depth: Int) {
        var status = stat()
        guard lstat("\(root)/\(path)", &status) == 0 else {
            return fault(path, FileFault(code: errno).text)
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: visit(path, depth: depth + 1)
        case S_IFLNK: fault(path, "this is a symbolic link", "put a copy of the file there")
        default: read(path)
        }
    }

    private mutating func read(_ path: String) {
        let isCase = path == CaseFolder.caseFile
        let room = min(isCase ? caseSizeLimit : CaseFolder.fileLimit, CaseFolder.sizeLimit - size)
        guard files.count < CaseFolder.mostFiles else {
            return fault(path, "a case has more than \(CaseFolder.mostFiles) files")
        }
        do {
            let bytes = try readFile("\(root)/\(path)", limit: room, following: false)
            size += bytes.count
            files.append(CaseFolder.File(path: path, bytes: bytes))
        } catch {
            fault(path, error.text)
        }
    }
}
