public import Casebook
public import CasebookStore
public import Diagnosis

/// The replays of a casebook, each read once.
public struct ReplayLibrary: Sendable {
    public let casebook: Casebook
    public let engine: Engine
    private var cache: ReplayCache?
    private var known: [String: ReplayEvidence] = [:]
    /// How many files were read, and not taken from the cache.
    public private(set) var filesRead = 0

    /// - Parameter cache: what earlier runs have read.
    public init(casebook: Casebook, engine: Engine, cache: ReplayCache? = nil) {
        self.casebook = casebook
        self.engine = engine
        self.cache = cache
    }

    /// What the replay at `path` shows.
    ///
    /// - Parameters:
    ///   - keeping: whether to hold it for the next call too.
    ///   - goOn: asked after each packet; `false` ends the reading.
    public mutating func evidence(
        of path: String, keeping: Bool = true, goOn: () -> Bool
    ) -> ReplayEvidence {
        if let known = known[path] { return known }
        let found = fromCache(path) ?? read(path, goOn: goOn)
        if keeping { known[path] = found }
        return found
    }

    private mutating func fromCache(_ path: String) -> ReplayEvidence? {
        guard let stamp = ReplayCache.Stamp(path: path) else { return nil }
        return cache?.evidence(of: path, stamp).map { ReplayEvidence(evidence: $0) }
    }

    private mutating func read(_ path: String, goOn: () -> Bool) -> ReplayEvidence {
        let stamp = ReplayCache.Stamp(path: path)
        let found = ReplayEvidence(
            reading: path, casebook: casebook, engine: engine, goOn: goOn)
        filesRead += 1
        if found.fault == nil, let stamp { cache?.keep(found.evidence, of: path, stamp) }
        return found
    }

    /// Lets later runs know.
    ///
    /// - Parameter complete: whether every replay has been asked for; the others are forgotten.
    public func save(complete: Bool) { cache?.save(onlyUsed: complete) }

    /// What the evidence of replays depends on beside their bytes: the program that reads them and
    /// the vocabulary and questions that the casebook brings.
    public static func key(_ casebook: Casebook, program: String) -> String {
        var hash = ContentHash()
        hash.update("\(program)\n".utf8)
        for (id, finding) in casebook.customFindings(of: .capture) {
            hash.update("\(id)\n\(finding.definition)\n\(finding.query)\n".utf8)
        }
        // Recorded evidence of ids that are not known is left out when it is read.
        for symptom in casebook.symptoms { hash.update("\(symptom.id)\n".utf8) }
        hash.update("\n".utf8)
        for finding in casebook.findings { hash.update("\(finding.id)\n".utf8) }
        return ContentHash.hex(hash.finish())
    }
}
