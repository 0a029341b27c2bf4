import Casebook
import Diagnosis

/// One thing that went wrong: its cause, which facts are so, and what each source would say.
struct Incident {
    /// `nil`: a cause outside the book.
    let cause: CaseID?
    let family: String
    let present: [Bool]
    /// What people say unasked.
    let reports: [Answer]
    /// By step; `nil`: the source cannot tell.
    let readings: [Bool?]

    struct Answer {
        var fact: FactID
        var source: Evidence.Instrument
        var yes: Bool
    }

    init(in world: World, _ random: inout RandomSource) {
        let known = !random.chance(World.outsideShare) || world.outside.isEmpty
        let pool = known ? world.causes : world.outside
        let item = pool[random.choose(pool.map(\.weight))]
        let present = Self.present(item, world, &random)
        self.init(
            cause: known ? item.id : nil, family: item.family, present: present, in: world,
            &random)
    }

    private init(
        cause: CaseID?, family: String, present: [Bool], in world: World,
        _ random: inout RandomSource
    ) {
        self.family = family
        self.cause = cause
        self.present = present
        let missing = random.between(IncidentDraw.missing.least, IncidentDraw.missing.most)
        readings = world.steps.map { step in
            if random.chance(missing) { return nil }
            let wrong = random.chance(World.errors[step.source] ?? 0)
            return present[step.fact] != wrong
        }
        // What people can see themselves comes up three times in ten.
        var reports: [Answer] = []
        for fact in Set(world.steps.filter { $0.source == .operator }.map(\.fact)).sorted() {
            let chance = IncidentDraw.reported
            if random.chance(present[fact] ? chance.present : chance.absent) {
                reports.append(Answer(fact: world.facts[fact].id, source: .report, yes: true))
            }
        }
        self.reports = reports
    }

    /// Leaky noisy-OR of the cause's true frequencies; readings of one thing share their luck in
    /// four of five incidents.
    private static func present(
        _ item: World.Cause, _ world: World, _ random: inout RandomSource
    ) -> [Bool] {
        var own: [Int: (word: Frequency, truth: Double)] = [:]
        for entry in item.lists { own[entry.fact] = (entry.word, entry.truth) }
        var draw = IncidentDraw()
        return world.facts.enumerated().map { index, fact in
            let leak = fact.background
            let probability = own[index].map { entry in
                IncidentDraw.presence(entry.word, frequency: entry.truth, background: leak)
            }
            return draw.isPresent(
                probability ?? leak, group: fact.echoes ? fact.group : nil, &random)
        }
    }

    /// What the given steps tell.
    func answers(_ steps: some Sequence<Int>, in world: World) -> [Answer] {
        steps.compactMap { index in
            let step = world.steps[index]
            return readings[index].map {
                Answer(fact: world.facts[step.fact].id, source: step.source, yes: $0)
            }
        }
    }
}
