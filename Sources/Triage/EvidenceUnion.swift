import Casebook

/// Several instruments of one run may look for one fact: a log and a counter, two logs.
enum EvidenceUnion {
    /// Locations kept of one fact.
    private static let keptLocations = 10

    /// One entry for each fact, in the order of the first ones: who saw it is believed, then who
    /// looked and did not, then who could not look.
    static func join(_ evidence: [Evidence]) -> [Evidence] {
        var places: [FactID: Int] = [:]
        var joined: [Evidence] = []
        for item in evidence {
            guard let place = places[item.id] else {
                places[item.id] = joined.count
                joined.append(item)
                continue
            }
            joined[place] = join(joined[place], item)
        }
        return joined
    }

    private static func join(_ left: Evidence, _ right: Evidence) -> Evidence {
        if rank(right) > rank(left) { return right }
        guard left.state == .present, right.state == .present else { return left }
        var both = left
        // The better measured one's numbers stand; two logs add up.
        if let one = left.count, let other = right.count, !right.locations.isEmpty {
            both.count = one + other
        }
        both.summary += " " + right.summary
        both.locations = Array((left.locations + right.locations).prefix(keptLocations))
        return both
    }

    private static func rank(_ evidence: Evidence) -> Int {
        switch evidence.state {
        case .unknown: 0
        case .absent: 1
        case .present: 2
        }
    }
}
