/// Why a database could not be opened or written. `reason` holds SQLite's or the system's words.
public enum StoreError: Error, Hashable, Sendable {
    /// The folder of the database could not be made or entered.
    case folder(path: String, reason: String)
    /// A folder, a pipe or a device lies where the database should.
    case notAFile(path: String)
    /// Not a database, or a damaged one.
    case damaged(path: String, reason: String)
    /// A database of another program; it is not touched.
    case foreign(path: String)
    /// Written by a later Inquest; it is not touched.
    case newer(path: String, version: Int)
    case busy(path: String)
    case full(path: String)
    case readOnly(path: String)
    /// There is no database yet.
    case noFile(path: String)
    /// A file is there already, and is not written over.
    case exists(path: String)
    /// There is no file to keep it in: the index of this run is in memory.
    case notKept
    /// The ledger has no confirmed incident of this number.
    case noSuchIncident(number: Int)
    /// It was taken back before.
    case withdrawnAlready(number: Int)
    /// No incident is called so.
    case noSuchRecord(name: String)
    /// Several ids begin so.
    case ambiguous(name: String, ids: [String])
    /// An entry of the ledger stands for it.
    case resolvedAlready(id: String, number: Int)
    /// Another process has written the incident since it was read.
    case changedMeanwhile(id: String)
    case failed(path: String, reason: String)
}

extension StoreError: CustomStringConvertible {
    /// One clause for a notice; the path is not sanitised.
    public var description: String {
        switch self {
        case .folder(let path, let reason): "the folder of \(path) cannot be used: \(reason)"
        case .notAFile(let path): "\(path) is not a regular file"
        case .damaged(let path, let reason): "\(path) is damaged: \(reason)"
        case .foreign(let path): "\(path) is a database of another program and was left alone"
        case .newer(let path, let version):
            "\(path) was written by a later Inquest (schema \(version)) and was left alone"
        case .busy(let path): "\(path) is in use by another process"
        case .full(let path): "no space is left for \(path)"
        case .readOnly(let path): "\(path) cannot be written"
        case .noFile(let path): "there is no database \(path) yet"
        case .exists(let path): "\(path) exists already and was left alone"
        case .notKept: "the ledger of incidents needs a database file, and there is none"
        case .noSuchIncident(let number): "the ledger has no confirmed incident \(number)"
        case .withdrawnAlready(let number): "incident \(number) was withdrawn already"
        case .noSuchRecord(let name): "there is no incident '\(name)'"
        case .ambiguous(let name, let ids):
            "several incidents begin with '\(name)': \(ids.joined(separator: ", "))"
        case .resolvedAlready(let id, let number):
            "incident \(id) is resolved already, as number \(number) of the ledger"
        case .changedMeanwhile(let id): "another process went on with incident \(id)"
        case .failed(let path, let reason): "\(path) cannot be used: \(reason)"
        }
    }
}
