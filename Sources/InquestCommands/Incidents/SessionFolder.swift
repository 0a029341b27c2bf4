import Casebook
import Glibc
import Triage

/// Triages as files, `ID.json` each: those of earlier versions, and those that the database could
/// not take.
struct SessionFolder {
    let path: String

    /// - Returns: the path of the file.
    func write(_ bytes: [UInt8], of id: String) throws(Failure) -> String {
        PrivateFolder.make(path)
        let file = "\(path)/\(id).json"
        try OutputFile.write(bytes, to: file)
        return file
    }

    func remove(_ id: String) { unlink("\(path)/\(id).json") }

    var isEmpty: Bool { ids().isEmpty }

    /// - Parameter name: `last`, an id, or the beginning of one; `nil` where no file has it.
    func newest(named name: String, _ casebook: Casebook) throws(Failure) -> SessionFile? {
        if name.isEmpty { return nil }
        // What cannot be read is nobody's last incident.
        if name == "last" { return ids().lazy.compactMap { try? read($0, casebook) }.first }
        let id = ids().first { $0.hasPrefix(name) }
        return try id.map { id throws(Failure) in try read(id, casebook) }
    }

    func read(_ id: String, _ casebook: Casebook) throws(Failure) -> SessionFile {
        let file = "\(path)/\(id).json"
        let bytes: [UInt8]
        do {
            bytes = try InputFile.read(file, limit: EvidenceFile.maximumBytes)
        } catch {
            throw .input(error, what: "session")
        }
        do {
            return try SessionFile.read(bytes, casebook: casebook)
        } catch {
            throw .evidence(path: file, error)
        }
    }

    /// Those that can be read, the one written last first.
    func all(limit: Int, _ casebook: Casebook) -> [SessionFile] {
        ids().prefix(limit).compactMap { try? read($0, casebook) }
    }

    /// The one written last first.
    func ids() -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var found: [(id: String, time: Int64)] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasSuffix(".json") else { continue }
            var facts = stat()
            guard stat("\(path)/\(name)", &facts) == 0 else { continue }
            let time = Int64(facts.st_mtim.tv_sec) * 1_000_000_000 + Int64(facts.st_mtim.tv_nsec)
            found.append((String(name.dropLast(5)), time))
        }
        return found.sorted { ($1.time, $1.id) < ($0.time, $0.id) }.map(\.id)
    }
}
