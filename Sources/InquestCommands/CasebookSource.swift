import Casebook
import CasebookFiles
import Glibc
import Logging
import Triage

/// Where the casebook of this run comes from: flags, environment, places beside the program.
struct CasebookSource {
    let folders: [String]
    let database: String?
    let tried: [String]

    init(_ settings: Settings) {
        let place = CasebookPlace(
            explicit: settings.casebooks, environment: settings.environment,
            executable: Self.executablePath())
        folders = place.folders
        tried = place.tried
        database = settings.database ?? CasebookPlace.database(settings.environment)
    }

    /// Loads it; what could not be read of it becomes warnings.
    func load() throws(Failure) -> LoadedCasebook {
        if folders.isEmpty { throw .casebookNotFound(tried: tried) }
        let loaded: LoadedCasebook
        do {
            loaded = try LoadedCasebook(folders: folders, database: database)
        } catch {
            throw .casebookUnusable(folders: folders, faults: error.diagnostics)
        }
        let logger = Logger(label: "inquest.casebook")
        for notice in loaded.notices { logger.notice("\(notice)") }
        logger.debug("casebook \(folders.joined(separator: ", ")): \(loaded.origin)")
        return loaded
    }

    /// The running program, symbolic links resolved; empty when /proc is not there.
    private static func executablePath() -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { return "" }
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
