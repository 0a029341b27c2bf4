import Casebook

/// Facts that are readings of one thing: the second says less than the first.
struct EchoGroup: Sendable {
    let facts: [Int]
    /// ρ in 0...ceiling; 0 leaves the facts alone.
    let redundancy: Double

    /// The weight of the k-th strongest of the group's known facts (1-based): n(k) - n(k-1)
    /// with n(k) = k / (1 + (k-1)ρ).
    func weight(ofRank rank: Int) -> Double {
        effectiveCount(rank) - effectiveCount(rank - 1)
    }

    private func effectiveCount(_ count: Int) -> Double {
        count <= 0 ? 0 : Double(count) / (1 + Double(count - 1) * redundancy)
    }

    /// Pairs are compared among so many facts of a group; nobody reads one thing in more ways, and
    /// a hostile casebook may put all its facts in one group.
    private static let mostCompared = 64

    /// ρ from how alike the lists of cases are that mention the group's facts. Facts that no case
    /// mentions say nothing about it.
    static func redundancy(listedBy: [Set<Int32>], parameters: Parameters) -> Double {
        let lists = listedBy.filter { !$0.isEmpty }.prefix(mostCompared)
        guard lists.count > 1 else { return 0 }
        var sum = 0.0
        var pairs = 0
        for first in lists.indices {
            for second in lists.indices where second > first {
                let common = lists[first].intersection(lists[second]).count
                let all = lists[first].count + lists[second].count - common
                sum += Double(common) / Double(all)
                pairs += 1
            }
        }
        let excess = (sum / Double(pairs) - parameters.echoFloor) / (1 - parameters.echoFloor)
        return parameters.echoCeiling * max(0, excess)
    }
}

extension Model {
    /// Gives each known fact its echo weight: inside a group by strength, ties by id.
    ///
    /// The weights are the same for every hypothesis, so contributions still add up.
    func weigh(_ readings: inout [Reading]) {
        var members: [Int: [Int]] = [:]
        for (position, reading) in readings.enumerated() where groupOfFact[reading.fact] >= 0 {
            members[groupOfFact[reading.fact], default: []].append(position)
        }
        for (group, positions) in members where positions.count > 1 {
            let ordered = positions.sorted { left, right in
                let (first, second) = (readings[left].strength, readings[right].strength)
                return first != second ? first > second : left < right
            }
            for (rank, position) in ordered.enumerated() {
                readings[position].weight = groups[group].weight(ofRank: rank + 1)
            }
        }
    }
}
