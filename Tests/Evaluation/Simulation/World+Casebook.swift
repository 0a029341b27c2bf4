import Casebook
public import CasebookFiles
import Diagnosis

extension World {
    /// A real casebook as a world: its words are the truth, give or take what people mean by them;
    /// one case in seven is taken out of the book and happens all the same.
    ///
    /// - Returns: `nil` when the folder holds no casebook.
    public init?(folder: CasebookFolder, seed: UInt64) {
        guard let casebook = folder.read().casebook else { return nil }
        var random = RandomSource(seed: seed, stream: 3)
        let knowledge = Knowledge(casebook)
        let proving = Set(
            knowledge.cases.flatMap { $0.confirms + $0.sufficient }
                .filter { $0.count == 1 }.joined())
        facts = knowledge.facts.map { fact in
            let stated = fact.background ?? (proving.contains(fact.id) ? 0.01 : nil)
            return Fact(
                id: fact.id, family: 0, group: fact.group, echoes: fact.group != nil,
                background: shifted(stated ?? 0.05, by: 0.5 * random.normal()),
                statedBackground: stated)
        }
        (steps, causes, outside) = ([], [], [])
        for (index, fact) in facts.enumerated() {
            let asked = casebook[symptom: fact.id] != nil
            steps.append(
                Step(
                    id: "s\(index)", fact: index, source: asked ? .operator : .capture,
                    seconds: asked ? 20 : 10))
        }
        let index = Dictionary(facts.indices.map { (facts[$0].id, $0) }) { first, _ in first }
        let items = knowledge.cases.shuffled(using: &random).map { entry in
            Cause(
                id: entry.id, family: entry.family, rate: entry.baseRate,
                weight: Self.weights[entry.baseRate] ?? 1,
                lists: entry.lists.compactMap { listing in
                    index[listing.fact].map { fact in
                        let truth = Self.truth[listing.frequency] ?? 0.5
                        return (
                            fact, listing.frequency, shifted(truth, by: 0.5 * random.normal())
                        )
                    }
                })
        }
        let kept = items.count - items.count / 7
        causes = Array(items.prefix(kept))
        outside = Array(items.dropFirst(kept))
    }
}
