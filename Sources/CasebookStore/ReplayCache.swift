public import Casebook
internal import Glibc

/// What replays have shown, kept between runs: a casebook of ten thousand cases has more replays
/// than anybody waits for.
///
/// A record holds as long as its file is the same by size, inode and times, and all of them as long
/// as the key is: who reads replays in another way, or asks other questions of them, takes another
/// key. A file that cannot be read, or is damaged, counts as empty. What nobody has asked for
/// longest is forgotten where there is too much: of replays in a file, and of files in its folder.
public struct ReplayCache: Sendable {
    /// What tells whether a file has changed, as `stat` gives it.
    public struct Stamp: Hashable, Sendable {
        fileprivate var parts: [Int]

        /// - Returns: `nil` for what is no regular file, and for one that changed so lately that
        ///   another change would leave the same times (git's "racily clean" entries).
        public init?(path: String) {
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            var now = timespec()
            clock_gettime(CLOCK_REALTIME, &now)
            guard status.st_ctim.tv_sec + 2 <= now.tv_sec else { return nil }
            parts = [
                Int(status.st_size), Int(bitPattern: UInt(status.st_ino)),
                status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
            ]
        }

        fileprivate init(parts: [Int]) { self.parts = parts }
    }

    private struct Record {
        var stamp: Stamp
        /// Three a piece of evidence: place of the id, place of the source, kind and state.
        var items: [Int32]
    }

    private static let format = "inquest.replays/1"
    /// A larger file is not read.
    private static let mostBytes = 512 << 20

    /// What is kept at most; a casebook of ten thousand cases has some 30,000 replays.
    struct Limits {
        var records = 200_000
        /// Of evidence, twelve bytes each in memory.
        var items = 8_000_000
        var files = 16
    }
    var limits = Limits()

    public let path: String
    private let key: String
    private var records: [String: Record] = [:]
    /// Those of earlier runs, the one used last first.
    private var earlier: [String] = []
    private var used: Set<String> = []
    private var names: [String] = []
    private var places: [String: Int32] = [:]
    private var isChanged = false

    public init(path: String, key: String) {
        self.path = path
        self.key = key
        guard let bytes = Self.read(path) else { return }
        do {
            try load(bytes)
        } catch {
            (records, earlier, names, places) = ([:], [], [], [:])
        }
        // For `removeOldFiles`, which looks at the time.
        if !records.isEmpty { utimensat(AT_FDCWD, path, nil, 0) }
    }

    /// What a replay showed, without words and places; `nil` where that is not known any more.
    public mutating func evidence(of file: String, _ stamp: Stamp) -> [Evidence]? {
        guard let record = records[file], record.stamp == stamp else { return nil }
        used.insert(file)
        return stride(from: 0, to: record.items.count, by: 3).map { item in
            let state = record.items[item + 2]
            return Evidence(
                id: names[Int(record.items[item])], kind: state & 4 == 0 ? .finding : .symptom,
                state: FactState.allCases[Int(state & 3)],
                source: names[Int(record.items[item + 1])])
        }
    }

    public mutating func keep(_ evidence: [Evidence], of file: String, _ stamp: Stamp) {
        var items: [Int32] = []
        for item in evidence {
            let state = Int32(FactState.allCases.firstIndex(of: item.state) ?? 0)
            items += [
                place(item.id), place(item.source), state | (item.kind == .symptom ? 4 : 0),
            ]
        }
        records[file] = Record(stamp: stamp, items: items)
        used.insert(file)
        isChanged = true
    }

    private mutating func place(_ name: String) -> Int32 {
        if let place = places[name] { return place }
        places[name] = Int32(names.count)
        names.append(name)
        return Int32(names.count - 1)
    }

    /// Writes what is known, if there is something new; trouble does no harm.
    ///
    /// - Parameter onlyUsed: leaves out the files that nobody has asked for.
    public func save(onlyUsed: Bool) {
        guard isChanged else { return }
        var (names, places): ([String], [Int32: Int32]) = ([], [:])
        func place(_ old: Int32) -> Int32 {
            if let place = places[old] { return place }
            places[old] = Int32(names.count)
            names.append(self.names[Int(old)])
            return Int32(names.count - 1)
        }
        var list = ModelWriter()
        list.list(kept(onlyUsed: onlyUsed)) { writer, file in
            guard let record = records[file] else { return }
            writer.text(file)
            writer.list(record.stamp.parts) { $0.integer($1) }
            writer.integer(record.items.count)
            for (position, item) in record.items.enumerated() {
                writer.integer(Int(position % 3 == 2 ? item : place(item)))
            }
        }
        var writer = ModelWriter()
        writer.text(key)
        writer.texts(names)
        let bytes = writer.bytes + list.bytes
        var head = ModelWriter()
        head.text(Self.format)
        head.integer(Int(bitPattern: UInt(checksum(bytes))))
        Self.write(head.bytes + bytes, to: path)
        removeOldFiles()
    }

    /// As many as there may be, the ones used last first.
    private func kept(onlyUsed: Bool) -> [String] {
        let others = onlyUsed ? [] : earlier.filter { !used.contains($0) }
        var items = 0
        let fitting = (used.sorted() + others).prefix { file in
            items += (records[file]?.items.count ?? 0) / 3
            return items <= limits.items
        }
        return Array(fitting.prefix(limits.records))
    }

    /// Of other casebooks, beside this one: folders that were tried once leave their files here.
    private func removeOldFiles() {
        guard let slash = path.lastIndex(of: "/"), let mark = path.lastIndex(of: "-"), slash < mark
        else { return }
        let folder = String(path[..<slash])
        let beginning = path[path.index(after: slash)...mark]
        guard let entries = opendir(folder) else { return }
        defer { closedir(entries) }
        var files: [(time: Int, path: String)] = []
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            var status = stat()
            guard name.hasPrefix(beginning), lstat("\(folder)/\(name)", &status) == 0,
                status.st_mode & S_IFMT == S_IFREG
            else { continue }
            files.append((status.st_mtim.tv_sec, "\(folder)/\(name)"))
        }
        let old = files.filter { $0.path != path }.sorted { $0.time > $1.time }
        for file in old.dropFirst(max(0, limits.files - 1)) { unlink(file.path) }
    }

    private mutating func load(_ bytes: [UInt8]) throws(ModelDamage) {
        var reader = ModelReader(bytes)
        guard try reader.text() == Self.format else { throw ModelDamage() }
        let sum = try reader.integer()
        guard sum == Int(bitPattern: UInt(checksum(Array(reader.rest)))) else {
            throw ModelDamage()
        }
        guard try reader.text() == key else { return }
        names = try reader.texts()
        for (place, name) in names.enumerated() { places[name] = Int32(place) }
        let count = Int32(clamping: names.count)
        let list = try reader.list { reader throws(ModelDamage) in
            let file = try reader.text()
            let parts = try reader.list { reader throws(ModelDamage) in try reader.integer() }
            let items = try reader.list { reader throws(ModelDamage) in
                Int32(clamping: try reader.integer())
            }
            guard parts.count == 6, items.count % 3 == 0 else { throw ModelDamage() }
            for item in stride(from: 0, to: items.count, by: 3) {
                guard (0..<count).contains(items[item]), (0..<count).contains(items[item + 1]),
                    (0..<8).contains(items[item + 2]), items[item + 2] & 3 < 3
                else { throw ModelDamage() }
            }
            return (file, Record(stamp: Stamp(parts: parts), items: items))
        }
        records = Dictionary(list, uniquingKeysWith: { first, _ in first })
        earlier = list.map(\.0)
    }
}

extension ReplayCache {
    private static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_size <= mostBytes
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let room = bytes.count - filled
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress! + filled, room)
            }
            if count <= 0 { return nil }
            filled += count
        }
        return bytes
    }

    /// Beside the old one, then in its place, so that two processes never see a half.
    private static func write(_ bytes: [UInt8], to path: String) {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        var made = ""
        for part in folder where !part.isEmpty {
            made += "/" + part
            mkdir(made, 0o700)
        }
        let temporary = "\(path).\(getpid()).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count <= 0 { break }
            written += count
        }
        close(descriptor)
        if written < bytes.count || rename(temporary, path) != 0 { unlink(temporary) }
    }
}
