import Casebook
import CasebookFiles
import Glibc
import Triage

/// Where begun triages are kept: one file each, in the state folder of the user.
struct SessionStore {
    /// No longer than this is worth choosing from.
    private static let mostListed = 50

    /// `nil` when there is no home directory: nothing can be kept then.
    let folder: String?

    init(environment: [String: String]) {
        // XDG Base Directory Specification: a relative path is to be ignored.
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
            folder = state + "/inquest"
        } else if let home = environment["HOME"], home.hasPrefix("/") {
            folder = home + "/.local/state/inquest"
        } else {
            folder = nil
        }
    }

    private var sessions: String? { folder.map { $0 + "/sessions" } }

    func write(_ session: SessionFile) throws(Failure) {
        guard let sessions else { throw .noStateFolder }
        Self.makeFolder(sessions)
        try OutputFile.write(session.write(), to: "\(sessions)/\(session.id).json")
    }

    /// Only its owner may read what an incident was about.
    static func makeFolder(_ path: String) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            mkdir(made, 0o700)
        }
    }

    /// - Parameter name: `last`, an id, or the beginning of one.
    func path(named name: String) throws(Failure) -> String {
        let ids = ids()
        let id = name == "last" ? ids.first : ids.first { $0.hasPrefix(name) }
        guard let sessions, let id, !name.isEmpty else {
            throw .noSuchSession(name, folder: sessions)
        }
        return "\(sessions)/\(id).json"
    }

    func read(named name: String, casebook: Casebook) throws(Failure) -> SessionFile {
        try read(path(named: name), casebook)
    }

    private func read(_ path: String, _ casebook: Casebook) throws(Failure) -> SessionFile {
        let bytes: [UInt8]
        do {
            bytes = try InputFile.read(path, limit: EvidenceFile.maximumBytes)
        } catch {
            throw .input(error, what: "session")
        }
        do {
            return try SessionFile.read(bytes, casebook: casebook)
        } catch {
            throw .evidence(path: path, error)
        }
    }

    /// Those that can be read, the one used last first.
    func all(casebook: Casebook) -> [SessionFile] {
        guard let sessions else { return [] }
        return ids().prefix(Self.mostListed).compactMap {
            try? read("\(sessions)/\($0).json", casebook)
        }
    }

    /// The one written last first.
    private func ids() -> [String] {
        guard let sessions, let stream = opendir(sessions) else { return [] }
        defer { closedir(stream) }
        var found: [(id: String, time: Int64)] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasSuffix(".json") else { continue }
            var facts = stat()
            guard stat("\(sessions)/\(name)", &facts) == 0 else { continue }
            let time = Int64(facts.st_mtim.tv_sec) * 1_000_000_000 + Int64(facts.st_mtim.tv_nsec)
            found.append((String(name.dropLast(5)), time))
        }
        return found.sorted { ($1.time, $1.id) < ($0.time, $0.id) }.map(\.id)
    }

    /// UUID version 7 (RFC 9562): sorts by time, never given twice.
    static func newID() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let milliseconds = UInt64(time.tv_sec) * 1_000 + UInt64(time.tv_nsec) / 1_000_000
        let high = milliseconds << 16 | 0x7000 | UInt64.random(in: 0...0xFFF)
        let low = UInt64.random(in: 0...UInt64.max) >> 2 | 0x8000_0000_0000_0000
        let digits = hex(high) + hex(low)
        let cuts = [0, 8, 12, 16, 20, 32]
        return zip(cuts, cuts.dropFirst()).map { start, end in
            String(digits.dropFirst(start).prefix(end - start))
        }.joined(separator: "-")
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
