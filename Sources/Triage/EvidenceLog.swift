public import Casebook

/// What has been observed so far: at most one entry for a fact and a source.
///
/// A newer observation of the same fact by the same source replaces the older one in its place;
/// people are one source, who correct themselves. An `unknown` one stays in the log as the reason
/// and counts for nothing.
public struct EvidenceLog: Sendable {
    private struct Key: Hashable {
        var fact: FactID
        var source: String
    }

    public private(set) var entries: [Evidence] = []
    private var places: [Key: Int] = [:]

    public init() {}

    public mutating func record(_ evidence: Evidence) {
        let key = Self.key(evidence)
        if let place = places[key] {
            entries[place] = evidence
        } else {
            places[key] = entries.count
            entries.append(evidence)
        }
    }

    private static func key(_ evidence: Evidence) -> Key {
        let instrument = evidence.instrument
        let isPerson = instrument == .operator || instrument == .report
        return Key(fact: evidence.id, source: isPerson ? instrument.rawValue : evidence.source)
    }

    /// The others keep their order.
    mutating func remove(_ fact: FactID, saidBy source: String) {
        entries.removeAll { $0.id == fact && $0.source == source }
        places = Dictionary(
            uniqueKeysWithValues: zip(entries.map(Self.key), entries.indices))
    }

    public mutating func record(_ evidence: some Sequence<Evidence>) {
        for entry in evidence { record(entry) }
    }

    /// Facts that anybody has established as present or absent.
    public var knownFacts: Set<FactID> {
        Set(entries.lazy.filter { $0.state != .unknown }.map(\.id))
    }

    /// Facts that this instrument has established as present or absent.
    func facts(of instrument: Evidence.Instrument) -> Set<FactID> {
        Set(
            entries.lazy.filter { $0.instrument == instrument && $0.state != .unknown }.map(\.id))
    }
}
