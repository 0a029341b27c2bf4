import Casebook
import Diagnosis
import Triage

/// Puts a world's incidents to an engine, as §10 of the inference note does.
struct Examination {
    let world: World
    let engine: EngineProcess
    var random: RandomSource

    init(_ world: World, engine: EngineProcess, seed: UInt64) throws {
        self.world = world
        self.engine = engine
        random = RandomSource(seed: seed, stream: 77)
        try engine.load("casebook", world.document)
    }

    private var safeSteps: [Int] { world.steps.indices.filter { world.steps[$0].isSafe } }

    /// The engine's answers to some incidents, and those of plainer models to the same evidence.
    struct Still {
        var engine: [Judged] = []
        var plain: [PlainModel.Kind: [Judged]] = [:]
        /// Of the incidents outside the book: whether the best fitting family was the cause's.
        var areaRight: [Bool] = []

        static func + (one: Still, other: Still) -> Still {
            Still(
                engine: one.engine + other.engine,
                plain: one.plain.merging(other.plain) { $0 + $1 },
                areaRight: one.areaRight + other.areaRight)
        }
    }

    /// Reports and all safe checks.
    mutating func bundled(_ count: Int) throws -> Still {
        let safe = safeSteps
        return try still(count) { _ in safe }
    }

    /// The same and half of the other steps.
    mutating func rich(_ count: Int) throws -> Still {
        let safe = safeSteps
        let others = world.steps.indices.filter { !world.steps[$0].isSafe }
        return try still(count) { random in
            safe + others.shuffled(using: &random).prefix(others.count / 2)
        }
    }

    /// Reports and steps at random, as in the first table of inference.md §6.
    mutating func scattered(_ count: Int, steps: Int) throws -> Still {
        let all = world.steps.indices
        return try still(count) { Array(all.shuffled(using: &$0).prefix(steps)) }
    }

    private mutating func still(
        _ count: Int, steps: (inout RandomSource) -> [Int]
    ) throws -> Still {
        let plain = PlainModel(world)
        var still = Still()
        for _ in 0..<count {
            let incident = Incident(in: world, &random)
            let evidence = incident.reports + incident.answers(steps(&random), in: world)
            still.engine.append(Judged(try engine.say("rank", evidence), cause: incident.cause))
            if incident.cause == nil {
                still.areaRight.append(plain.area(evidence) == incident.family)
            }
            for kind in PlainModel.Kind.allCases where world.causes.count <= 600 {
                still.plain[kind, default: []].append(
                    plain.rank(evidence, cause: incident.cause, kind))
            }
        }
        return still
    }

    /// Reports, all safe checks and half of the other steps, judged by both.
    mutating func largestDifference(from model: PlainModel, _ count: Int) throws -> Double {
        var most = 0.0
        for _ in 0..<count {
            let incident = Incident(in: world, &random)
            let steps = world.steps.indices.filter { world.steps[$0].isSafe || $0 % 2 == 0 }
            let evidence = incident.reports + incident.answers(steps, in: world)
            let engine = Judged(try engine.say("rank", evidence), cause: nil)
            let plain = model.rank(evidence, cause: nil, .reference)
            let known = Dictionary(uniqueKeysWithValues: plain.ranking)
            most = engine.ranking.reduce(max(most, abs(engine.none - plain.none))) {
                max($0, abs($1.probability - (known[$1.id] ?? 2)))
            }
        }
        return most
    }

    struct Conversation {
        var judged: Judged
        var moves = 0
        var questions = 0
        var cost = 0.0
    }

    mutating func dialogues(_ count: Int, _ policy: Policy = .engine) throws -> [Conversation] {
        var held: [Conversation] = []
        for _ in 0..<count {
            let incident = Incident(in: world, &random)
            held.append(
                try policy == .engine ? guided(incident) : simple(incident, policy))
        }
        return held
    }

    private func guided(_ incident: Incident) throws -> Conversation {
        let index = Dictionary(
            uniqueKeysWithValues: world.steps.indices.map { (world.steps[$0].id, $0) })
        var reply = try engine.say("start", incident.reports)
        var talk = Conversation(judged: Judged(reply, cause: incident.cause))
        while reply["op"]?.string == "ask", talk.moves < 1000 {
            let steps = (reply["steps"]?.array ?? []).compactMap(\.string).compactMap { index[$0] }
            talk.note(steps.map { world.steps[$0] }, alone: steps.count == 1)
            reply = try engine.say("result", incident.answers(steps, in: world))
        }
        talk.judged = Judged(reply, cause: incident.cause)
        return talk
    }
}

extension Examination.Conversation {
    /// As in the note, what is run side by side costs its longest and is no step.
    mutating func note(_ steps: [World.Step], alone: Bool) {
        if alone { moves += 1 }
        questions += steps.filter { $0.source == .operator }.count
        cost += steps.map(\.cost).max() ?? 0
    }
}
