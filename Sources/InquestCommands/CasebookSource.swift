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
        try listed().map { book in
            Book(
                kind: book.kind, path: book.path,
                isTrusted: book.isTrusted || CasebookTrust.doubt(of: book.path) == nil)
        }
    }

    /// The same, trusted only where the program or a list says so: their files were not looked at.
    private func listed() throws(Failure) -> [Book] {
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
                path: path, isTrusted: trusted.contains(place))
        }
    }

    /// The index, opened; a command that needs no more of the casebook need not load it.
    func index() throws(Failure) -> CasebookIndex {
        CasebookIndex(BookPlaces(try listed(), user: geteuid()), database: database)
    }

    /// What `work` makes of the index alone; `nil` when a file has changed or it makes nothing.
    func unread<Value>(
        _ index: CasebookIndex, _ work: (IndexedCasebook) throws -> Value?
    ) rethrows -> Value? {
        let value = try index.whenCurrent(work)
        if value != nil { noteUnread() }
        return value
    }

    private func noteUnread() {
        Logger(label: "inquest.casebook").debug("no file of the casebook has changed")
    }

    /// Loads it from the index or the files.
    func load() throws(Failure) -> LoadedCasebook { try load(index()) }

    func load(_ index: CasebookIndex) throws(Failure) -> LoadedCasebook {
        let folders = index.places.roots
        let loaded: LoadedCasebook
        do {
            loaded = try LoadedCasebook(index)
        } catch {
            throw .casebookUnusable(folders: folders, faults: error.diagnostics)
        }
        let logger = Logger(label: "inquest.casebook")
        if index.current != nil { noteUnread() }
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
