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
    private let lists: CasebookLists
    private let personal: String?

    init(_ settings: Settings) {
        lists = CasebookLists(environment: settings.environment)
        personal = CasebookLocator.personal(settings.environment)
        location = CasebookLocator.find(
            explicit: settings.casebooks, environment: settings.environment,
            executable: Self.executablePath(), listed: lists.teams)
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

    /// The folders with what they are, and whether their commands are trusted.
    func books() throws(Failure) -> [Book] {
        let builtIn = CasebookLocator.builtIn(executable: Self.executablePath())
            .flatMap(CasebookTrust.canonical)
        let own = personal.flatMap(CasebookTrust.canonical)
        let teams = Set(lists.teams.compactMap(CasebookTrust.canonical))
        let trusted = lists.trusted
        return try folders().map { path in
            let place = CasebookTrust.canonical(path) ?? path
            if place == builtIn { return Book(kind: .builtIn, path: path, isTrusted: true) }
            return Book(
                kind: place == own ? .personal : teams.contains(place) ? .team : .named,
                path: path,
                isTrusted: trusted.contains(place) || CasebookTrust.doubt(of: path) == nil)
        }
    }

    /// Loads it from the index or the files.
    func load() throws(Failure) -> LoadedCasebook {
        let books = try books()
        let folders = books.map(\.path)
        let loaded: LoadedCasebook
        do {
            loaded = try LoadedCasebook(books: books, database: database)
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
