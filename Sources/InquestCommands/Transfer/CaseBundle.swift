import Casebook
import CasebookFiles
import Triage

/// Cases on their way from one casebook to another: Markdown, JSON or a tape archive, or a folder.
struct CaseBundle {
    static let schema = "inquest.case-export/1"
    /// Of a bundle that is read; base64 takes a third more than its bytes.
    static let byteLimit = 512 << 20

    var cases: [CaseFolder] = []
    /// Of what could not be read at all.
    var faults: [Diagnostic] = []
    /// How a file of a case is called in messages, by `FAMILY/ID/path`.
    let shown: @Sendable (String) -> String

    /// - Parameter path: a file, a folder, or `-` for standard input.
    static func read(_ path: String) throws(Failure) -> CaseBundle {
        if path != "-", let folder = CasebookTrust.canonical(path), isFolder(folder) {
            return try CaseTree.read(folder, named: path)
        }
        let bytes: [UInt8]
        do {
            try refuseDevices(path)
            bytes = try InputFile.read(path, limit: byteLimit)
        } catch let fault as InputFile.Fault {
            throw .input(fault, what: "case")
        } catch {
            throw .casework(.badBundle(path: path, reason: "it is no regular file"))
        }
        let name = path == "-" ? "standard input" : path
        if TapeArchive.isArchive(bytes) { return try archive(bytes, name) }
        let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
        if first == UInt8(ascii: "{") { return try json(bytes, name) }
        return markdown(bytes, name)
    }

    private static func markdown(_ bytes: [UInt8], _ name: String) -> CaseBundle {
        var bundle = CaseBundle { _ in name }
        let (family, id) = nameOfCase(bytes) ?? ("", "")
        bundle.cases = [
            CaseFolder(
                family: family, id: id,
                files: [CaseFolder.File(path: CaseFolder.caseFile, bytes: bytes)])
        ]
        return bundle
    }

    private static func archive(_ bytes: [UInt8], _ name: String) throws(Failure) -> CaseBundle {
        let entries: [TapeArchive.Entry]
        do {
            entries = try TapeArchive.read(bytes)
        } catch {
            throw .casework(.badBundle(path: name, reason: error.reason))
        }
        var bundle = CaseBundle { "\(name):\($0)" }
        bundle.take(entries.map { ($0.path, $0.bytes) })
        if bundle.cases.isEmpty { throw .casework(.emptyBundle(path: name)) }
        return bundle
    }

    private static func json(_ bytes: [UInt8], _ name: String) throws(Failure) -> CaseBundle {
        let document: JSONNode?
        do {
            var reader = JSONReader(bytes)
            document = try reader.next()
        } catch {
            throw .casework(.badBundle(path: name, reason: "byte \(error.offset): \(error.fault)"))
        }
        guard let document, document["schema"]?.string == schema else {
            throw .casework(
                .badBundle(path: name, reason: "its \"schema\" is not \"\(schema)\""))
        }
        var bundle = CaseBundle { "\(name):\($0)" }
        var files: [(String, [UInt8])] = []
        for entry in document["cases"]?.array ?? [] {
            let folder = "\(entry["family"]?.string ?? "")/\(entry["id"]?.string ?? "")"
            files.append((folder + "/case.md", Array((entry["case"]?.string ?? "").utf8)))
            for file in entry["files"]?.array ?? [] {
                guard let path = file["path"]?.string,
                    let bytes = file["base64"]?.string.flatMap(Base64.decode)
                else {
                    throw .casework(
                        .badBundle(
                            path: name,
                            reason: "byte \(file.offset): a file wants \"path\" and \"base64\""))
                }
                files.append(("\(folder)/\(path)", bytes))
            }
        }
        bundle.take(files)
        if bundle.cases.isEmpty { throw .casework(.emptyBundle(path: name)) }
        return bundle
    }

    /// Sorts files into cases by the first two names of their paths; what lies higher belongs to no
    /// case and is left out.
    private mutating func take(_ files: [(path: String, bytes: [UInt8])]) {
        var order: [String] = []
        var byCase: [String: [CaseFolder.File]] = [:]
        for (path, bytes) in files {
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count > 2 else { continue }
            let key = "\(parts[0])/\(parts[1])"
            if byCase[key] == nil { order.append(key) }
            byCase[key, default: []].append(
                CaseFolder.File(path: parts.dropFirst(2).joined(separator: "/"), bytes: bytes))
        }
        cases = order.map { key in
            let names = key.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            return CaseFolder(family: names[0], id: names[1], files: byCase[key] ?? [])
        }
    }

    init(shown: @escaping @Sendable (String) -> String) { self.shown = shown }
}
