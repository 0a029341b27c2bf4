import Casebook
import Diagnosis
import Foundation

extension World {
    static let familyCount = 12

    /// 170 facts of which each fifth belongs to a group of three, and cases of 5 to 15 facts, two
    /// thirds of them from their own family (inference.md §6).
    public init(cases: Int, facts factCount: Int = 170, seed: UInt64) {
        var random = RandomSource(seed: seed, stream: UInt64(cases))
        facts = (0..<factCount).map { Self.fact($0, &random) }
        steps = []
        causes = []
        outside = []
        for fact in facts.indices { addSteps(for: fact, &random) }
        let family = Dictionary(grouping: facts.indices) { facts[$0].family }
        for item in 0..<cases {
            causes.append(cause("c\(padded(item))", item % Self.familyCount, family, &random))
        }
        for item in 0..<max(12, cases / 5) {
            outside.append(cause("x\(padded(item))", item % Self.familyCount, family, &random))
        }
    }

    private static func fact(_ index: Int, _ random: inout RandomSource) -> Fact {
        // Log-normal around .035, mean .05: few facts are frequent in unrelated incidents.
        let background = min(0.3, max(0.005, 0.035 * exp(0.8 * random.normal())))
        let grouped = index < 66
        return Fact(
            id: "f\(padded(index))",
            family: grouped ? index / 3 % familyCount : index % familyCount,
            group: grouped ? "g\(padded(index / 3))" : nil, echoes: grouped && index / 3 % 2 == 0,
            background: background)
    }

    /// Who can tell a fact: often a person, some facts two or three sources. Of all steps four in
    /// ten are questions and a third need rights or harm, as in the note's dialogues.
    private mutating func addSteps(for fact: Int, _ random: inout RandomSource) {
        func add(_ source: Evidence.Instrument, _ seconds: Double, _ rights: Bool, _ harm: Bool) {
            steps.append(
                Step(
                    id: "s\(padded(steps.count))", fact: fact, source: source, seconds: seconds,
                    privileged: rights, intrusive: harm))
        }
        let before = steps.count
        if random.chance(0.25) {
            add(.probe, random.between(1, 15), random.chance(0.1), random.chance(0.1))
        }
        if random.chance(0.25) { add(.host, random.between(1, 18), random.chance(0.1), false) }
        if random.chance(0.3) { add(.capture, random.between(10, 40), true, false) }
        if steps.count == before || random.chance(0.3) {
            add(.operator, random.between(10, 60), false, false)
        }
    }

    private func cause(
        _ id: CaseID, _ family: Int, _ facts: [Int: [Int]], _ random: inout RandomSource
    ) -> Cause {
        let wanted = Int.random(in: 5...15, using: &random)
        var chosen: [Int] = []
        while chosen.count < wanted {
            let own = facts[family] ?? []
            let pool = random.chance(0.5) && !own.isEmpty ? own : Array(self.facts.indices)
            let fact = pool.randomElement(using: &random) ?? 0
            guard !chosen.contains(fact) else { continue }
            chosen.append(fact)
            guard let group = self.facts[fact].group else { continue }
            let together = self.facts[fact].echoes ? 0.9 : 0.3
            for mate in self.facts.indices
            where self.facts[mate].group == group && !chosen.contains(mate) {
                if random.chance(together) { chosen.append(mate) }
            }
        }
        let rate: Case.BaseRate =
            [.common, .uncommon, .rare][random.choose([0.25, 0.45, 0.3])]
        return Cause(
            id: id, family: "a\(Self.padded(family))", rate: rate,
            weight: (Self.weights[rate] ?? 1) * exp(0.4 * random.normal()),
            lists: chosen.map { fact in
                let word = Self.words[random.choose(Self.wordWeights)]
                let truth = Self.truth[word] ?? 0.5
                // People mean different things by a word.
                return (fact, word, shifted(truth, by: 0.3 * random.normal()))
            })
    }

    private static let words = Frequency.allCases
    private static let wordWeights = [0.2, 0.4, 0.25, 0.1, 0.05]

    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
    private func padded(_ number: Int) -> String { Self.padded(number) }
}
