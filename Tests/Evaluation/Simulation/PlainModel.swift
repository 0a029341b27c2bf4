import Casebook
import Foundation

/// The model of inference.md §3 written out plainly, every case and every fact, without the
/// engine's codes and postings; and two simpler ways to rank, for comparison.
struct PlainModel {
    enum Kind: String, CaseIterable {
        case reference
        case naiveBayes = "naive Bayes"
        case ruleCount = "rule count"
    }

    private let world: World
    private let index: [FactID: Int]
    /// P(present) by case, then by family without a known case; by fact.
    private let rows: [[Double]]
    private let priors: [Double]
    private let redundancy: [String: Double]
    private let background: [Double]

    /// - Parameter spares: a family of few cases leans less on its average, as in the engine
    ///   (0.85 (1 - 1/n)); the note takes 0.85 for all.
    init(_ world: World, sparesSmallFamilies spares: Bool = false) {
        self.world = world
        index = Dictionary(
            uniqueKeysWithValues: world.facts.indices.map { (world.facts[$0].id, $0) })
        let background = world.facts.map { $0.statedBackground ?? 0.05 }
        let rates = world.causes.map { World.weights[$0.rate] ?? 1 }
        let total = rates.reduce(0, +)
        let cases = world.causes.map { cause in
            var row = background
            for entry in cause.lists {
                let frequency = World.truth[entry.word] ?? 0.5
                let leak = background[entry.fact]
                row[entry.fact] =
                    entry.word == .never ? min(0.01, leak) : 1 - (1 - frequency) * (1 - leak)
            }
            return row
        }
        let families = Dictionary(grouping: world.causes.indices) { world.causes[$0].family }
        let unknown = families.keys.sorted().map { family in
            let members = families[family] ?? []
            return background.indices.map { fact in
                let own = mean(members.map { cases[$0][fact] })
                let all = zip(rates, cases).reduce(0) { $0 + $1.0 / total * $1.1[fact] }
                let lean = spares ? 0.85 * (1 - 1 / Double(members.count)) : 0.85
                return lean * own + (1 - lean) * all
            }
        }
        rows = cases + unknown
        priors =
            rates.map { (1 - World.outsideShare) * $0 / total }
            + unknown.map { _ in World.outsideShare / Double(unknown.count) }
        redundancy = Self.redundancy(world)
        self.background = background
    }

    /// The family whose average case fits best.
    func area(_ evidence: [Incident.Answer]) -> String {
        let scores = posterior(evidence)
        let families = Set(world.causes.map(\.family)).sorted()
        let best = families.indices.max { one, other in
            scores[world.causes.count + one] < scores[world.causes.count + other]
        }
        return best.map { families[$0] } ?? ""
    }

    func rank(_ evidence: [Incident.Answer], cause: CaseID?, _ kind: Kind) -> Judged {
        switch kind {
        case .reference: judge(posterior(evidence), cause)
        case .naiveBayes: judge(naive(evidence), cause)
        case .ruleCount: judge(matched(evidence), cause)
        }
    }

    private func posterior(_ evidence: [Incident.Answer]) -> [Double] {
        let known = likelihoods(evidence)
        let weights = weights(known)
        return rows.indices.map { row in
            known.reduce(log(priors[row])) { sum, item in
                let present = rows[row][item.key]
                let likelihood = present * item.value.yes + (1 - present) * item.value.no
                return sum + (weights[item.key] ?? 1) * log(likelihood)
            }
        }
    }

    /// P(answers | present) and P(answers | absent), by fact.
    private func likelihoods(_ evidence: [Incident.Answer]) -> [Int: (yes: Double, no: Double)] {
        var known: [Int: (yes: Double, no: Double)] = [:]
        for answer in evidence {
            guard let fact = index[answer.fact] else { continue }
            let wrong = World.errors[answer.source] ?? 0.005
            let pair = answer.yes ? (1 - wrong, wrong) : (wrong, 1 - wrong)
            let before = known[fact] ?? (1, 1)
            known[fact] = (before.yes * pair.0, before.no * pair.1)
        }
        return known
    }

    private func weights(_ known: [Int: (yes: Double, no: Double)]) -> [Int: Double] {
        var weights: [Int: Double] = [:]
        for (group, facts) in Dictionary(grouping: known.keys, by: { world.facts[$0].group }) {
            guard let group, let share = redundancy[group] else { continue }
            let strength = { (fact: Int) in
                known[fact].map { abs(log($0.yes / $0.no)) } ?? 0
            }
            let order = facts.sorted { (strength($1), $0) < (strength($0), $1) }
            let count = { (rank: Double) in rank / (1 + max(0, rank - 1) * share) }
            for (rank, fact) in order.enumerated() {
                weights[fact] = count(Double(rank + 1)) - count(Double(rank))
            }
        }
        return weights
    }

    /// .6 max(0, (J - .3) / .7), J the mean Jaccard index of the cases that list two of a group.
    private static func redundancy(_ world: World) -> [String: Double] {
        var listing: [Int: Set<Int>] = [:]
        for (number, cause) in world.causes.enumerated() {
            for entry in cause.lists { listing[entry.fact, default: []].insert(number) }
        }
        var redundancy: [String: Double] = [:]
        for (group, facts) in Dictionary(
            grouping: world.facts.indices, by: { world.facts[$0].group })
        {
            guard let group else { continue }
            var overlaps: [Double] = []
            for (place, left) in facts.enumerated() {
                for right in facts[(place + 1)...] {
                    let (one, other) = (listing[left] ?? [], listing[right] ?? [])
                    let either = one.union(other).count
                    if either > 0 {
                        overlaps.append(Double(one.intersection(other).count) / Double(either))
                    }
                }
            }
            let overlap = overlaps.isEmpty ? 0 : mean(overlaps)
            redundancy[group] = 0.6 * max(0, (overlap - 0.3) / 0.7)
        }
        return redundancy
    }

    /// Bayes without leak, errors, echoes and "none of these": an unlisted fact is as good as
    /// impossible.
    private func naive(_ evidence: [Incident.Answer]) -> [Double] {
        world.causes.indices.map { number in
            let frequencies = Dictionary(
                world.causes[number].lists.map { ($0.fact, World.truth[$0.word] ?? 0.5) }
            ) { first, _ in first }
            return evidence.reduce(log(priors[number])) { sum, answer in
                let present = index[answer.fact].flatMap { frequencies[$0] } ?? 0.01
                return sum + log(answer.yes ? present : 1 - present)
            }
        } + families { log(1e-9) }
    }

    /// The share of a case's listed facts that somebody said yes to.
    private func matched(_ evidence: [Incident.Answer]) -> [Double] {
        let said = Set(evidence.filter(\.yes).compactMap { index[$0.fact] })
        return world.causes.map { cause in
            let listed = cause.lists.filter { $0.word != .never }
            let seen = listed.filter { said.contains($0.fact) }.count
            return log((Double(seen) + 0.01) / Double(max(1, listed.count)))
        } + families { log(1e-9) }
    }

    private func families(_ value: () -> Double) -> [Double] {
        (world.causes.count..<rows.count).map { _ in value() }
    }

    private func judge(_ scores: [Double], _ cause: CaseID?) -> Judged {
        let highest = scores.max() ?? 0
        let weights = scores.map { exp($0 - highest) }
        let total = weights.reduce(0, +)
        let cases = world.causes.indices.map {
            (id: world.causes[$0].id, probability: weights[$0] / total)
        }
        return Judged(
            ranking: cases.sorted { ($1.probability, $0.id) < ($0.probability, $1.id) },
            none: weights[world.causes.count...].reduce(0, +) / total, cause: cause)
    }
}
