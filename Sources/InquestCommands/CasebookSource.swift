import Casebook
import CasebookFiles
import CasebookStore
import Glibc
import Logging
import Triage

/// Where the casebook of this run comes from: flags, environment, places beside the program.
struct CasebookSource {
    let location: CasebookLocator.Location
    let database: String?

    init(_ settings: Settings) {
        location = CasebookLocator.find(
            explicit: settings.casebooks, environment: settings.environment,
            executable: Self.executablePath())
        database = DatabaseLocation.path(
            explicit: settings.database, environment: settings.environment)
    }

    /// The folders, or a fault that says where we looked.
    func folders() throws(Failure) -> [String] {
        switch location {
        case .found(let folders): return folders
        case .notFound(let tried): throw .casebookNotFound(tried: tried)
        }
    }

    /// Loads it from the index or the files.
    func load() throws(Failure) -> LoadedCasebook {
        let folders = try folders()
        let loaded: LoadedCasebook
        do {
            loaded = try LoadedCasebook(folders: folders, database: database)
        } catch {
            throw .casebookUnusable(folders: folders, faults: error.diagnostics)
        }
        let logger = Logger(label: "inquest.casebook")
        for notice in loaded.notices { logger.notice("\(notice)") }
        logger.debug(
            "casebook \(folders.joined(separator: ", ")) read from \(loaded.origin.rawValue)")
        return loaded
    }

    /// The running program, symbolic links resolved; empty when /proc is not there.
    static func executablePath() -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return "" }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
