import Casebook
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

    /// Reports and all safe checks.
    mutating func bundled(_ count: Int) throws -> [Judged] {
        try still(count, more: 0)
    }

    /// The same and half of the other steps.
    mutating func rich(_ count: Int) throws -> [Judged] {
        try still(count, more: (world.steps.count - safeSteps.count) / 2)
    }

    mutating func still(_ count: Int, more: Int) throws -> [Judged] {
        let safe = safeSteps
        let others = world.steps.indices.filter { !world.steps[$0].isSafe }
        var judged: [Judged] = []
        for _ in 0..<count {
            let incident = Incident(in: world, &random)
            let steps = safe + others.shuffled(using: &random).prefix(more)
            let evidence = incident.reports + incident.answers(steps, in: world)
            judged.append(Judged(try engine.say("rank", evidence), cause: incident.cause))
        }
        return judged
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
