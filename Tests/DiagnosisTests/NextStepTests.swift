import Casebook
import Diagnosis
import Testing

/// Property 11 and the rules of the next step.
@Suite struct NextStepTests {
    private static let cases = [
        entry("a", ["f0": .always, "f1": .usually]), entry("b", ["f1": .always, "f2": .usually]),
        entry("c", family: "tcp", ["f2": .always, "f3": .always]),
    ]
    private static let engine = Engine(
        knowledge: Knowledge(facts: (0..<4).map { .init(id: "f\($0)") }, cases: cases))

    private func step(
        _ id: String, _ fact: FactID, _ instrument: Evidence.Instrument, seconds: Double = 5,
        privileged: Bool = false, effect: EffectClass = .local
    ) -> Step {
        Step(
            id: id, facts: [fact], instrument: instrument, seconds: seconds,
            privileged: privileged, effect: effect)
    }

    @Test func `the first move is every safe check at once`() throws {
        let steps = [
            step("ask", "f0", .operator), step("probe", "f0", .probe, effect: .normal),
            step("host", "f1", .host), step("root", "f2", .host, privileged: true),
            step("flood", "f3", .probe, effect: .load),
        ]
        let dialogue = Dialogue(
            observations: Observations([evidence("f0", .present, .report)]), steps: steps,
            permission: Permission(privileged: true))
        guard case .runTogether(let first) = Self.engine.advise(dialogue) else {
            Issue.record("expected a bundle")
            return
        }
        #expect(Set(first.map(\.step.id)) == ["probe", "host"])
        #expect(first.allSatisfy { !$0.needsConsent })
        var next = dialogue
        next.finish(first.map(\.step))
        #expect(next.spent == 5)
        if case .runTogether = Self.engine.advise(next) { Issue.record("the bundle came twice") }
    }

    @Test(arguments: [EffectClass.local, .normal, .load, .disruptive])
    func `what is not permitted is never proposed, what needs consent says so`(
        allowed: EffectClass
    ) {
        let steps = EffectClass.allCases.flatMap { effect in
            [false, true].map { privileged in
                step(
                    "\(effect.rawValue)-\(privileged)", "f2", .probe, privileged: privileged,
                    effect: effect)
            }
        }
        for proposed in EffectClass.allCases {
            let permission = Permission(allowed: allowed, proposed: proposed)
            let dialogue = Dialogue(steps: steps, permission: permission)
            let proposals = Self.engine.proposals(dialogue)
            #expect(!proposals.isEmpty)
            for proposal in proposals {
                #expect(!proposal.step.privileged)
                #expect(proposal.step.effect <= max(allowed, proposed))
                #expect(proposal.needsConsent == (proposal.step.effect > allowed))
            }
            if case .runTogether(let first) = Self.engine.advise(dialogue) {
                #expect(first.allSatisfy { $0.step.effect <= allowed })
            }
        }
    }

    @Test func `with nobody there no question is asked`() {
        let dialogue = Dialogue(
            steps: [step("ask", "f0", .operator)], permission: Permission(questions: false))
        #expect(Self.engine.advise(dialogue) == .stop(.noStepLeft))
    }

    @Test func `of two equal sources the cheaper comes first`() throws {
        let dialogue = Dialogue(steps: [
            step("slow", "f2", .operator, seconds: 60), step("fast", "f2", .operator, seconds: 5),
        ])
        let proposals = Self.engine.proposals(dialogue)
        #expect(proposals.map(\.step.id) == ["fast", "slow"])
        #expect(proposals[0].gainBits == proposals[1].gainBits)
        #expect(Self.engine.advise(dialogue) == .take(proposals[0]))
    }

    @Test func `settled facts are closed and people are not asked twice`() {
        let steps = [step("ask", "f0", .operator), step("probe", "f0", .probe)]
        func open(_ instrument: Evidence.Instrument) -> [String] {
            let told = Observations([evidence("f0", .present, instrument)])
            return Self.engine.proposals(Dialogue(observations: told, steps: steps))
                .map(\.step.id)
        }
        #expect(open(.operator) == ["probe"])
        #expect(open(.report).isEmpty)
        #expect(open(.probe).isEmpty)
    }

    @Test func `the reason to stop is always stated`() {
        func reason(
            _ evidence: [Evidence], _ steps: [Step], budget: Double? = nil
        ) -> StopReason? {
            var policy = StepPolicy()
            policy.budget = budget
            let dialogue = Dialogue(
                observations: Observations(evidence), steps: steps, policy: policy)
            if case .stop(let reason) = Self.engine.advise(dialogue) { return reason }
            return nil
        }
        let ask = step("ask", "f3", .operator, seconds: 30)
        #expect(reason([], []) == .noStepLeft)
        #expect(reason([], [ask], budget: 10) == .budgetSpent)
        #expect(reason([], [step("x", "strange", .operator)]) == .noStepLeft)
        let sure =
            ["f2", "f3"].map { evidence($0, .present) }
            + ["f0", "f1"].map { evidence($0, .absent) }
        #expect(reason(sure, [ask]) == .known("c"))
    }

    @Test func `what something excludes is not known, however probable`() {
        let facts = (0..<8).map { FactID("f\($0)") }
        let engine = Engine(
            knowledge: Knowledge(
                facts: facts.map { .init(id: $0) },
                cases: [
                    entry(
                        "a",
                        [
                            "f0": .always, "f1": .always, "f2": .always, "f3": .always,
                            "f4": .always, "f5": .always, "f6": .never,
                        ]), entry("b", ["f7": .always]),
                ]))
        func reason(_ evidence: [Evidence]) -> StopReason? {
            let dialogue = Dialogue(observations: Observations(evidence), steps: [])
            guard case .stop(let reason) = engine.advise(dialogue) else { return nil }
            return reason
        }
        let fits = facts.prefix(6).map { evidence($0, .present) }
        #expect(reason(fits) == .known("a"))
        let contradicted = fits + [evidence("f6", .present)]
        let leader = engine.diagnose(contradicted).cases[0]
        #expect(leader.verdict == .excluded && leader.probability >= StepPolicy().stopProbability)
        #expect(reason(contradicted) == .noStepLeft)
    }

    @Test func `moves end after forty, and when little is to be learned`() throws {
        let asked = (0..<40).map { step("s\($0)", "f0", .operator) }
        var dialogue = Dialogue(steps: asked + [step("last", "f2", .operator)])
        for step in asked { dialogue.finish([step]) }
        #expect(Self.engine.advise(dialogue) == .stop(.moveLimit))
        var policy = StepPolicy()
        policy.leastGain = 1
        let ask = Dialogue(steps: [step("ask", "f2", .operator)], policy: policy)
        guard case .stop(.littleToLearn(let bits)) = Self.engine.advise(ask) else {
            Issue.record("expected to stop")
            return
        }
        #expect(bits > 0 && bits < 1)
    }

    @Test func `cases with one first action need not be told apart`() {
        var cases = Self.cases
        cases[0].firstAction = "restart"
        cases[1].firstAction = "restart"
        let engine = Engine(
            knowledge: Knowledge(facts: (0..<4).map { .init(id: "f\($0)") }, cases: cases))
        let told = Observations([
            evidence("f1", .present), evidence("f3", .absent), evidence("f2", .absent),
        ])
        let advice = engine.advise(Dialogue(observations: told, steps: []))
        #expect(advice == .stop(.sameAction(["a", "b"])))
    }

    @Test func `deciding tests are tried by probability per second`() {
        let told = Observations([evidence("f1", .present, .operator)])
        let even = Self.engine.confirmationOrder(told) { _ in 10 }
        #expect(even == Self.engine.diagnose(told).cases.map(\.id))
        let dear = Self.engine.confirmationOrder(told) { $0 == even[0] ? 10_000 : 10 }
        #expect(dear.last == even[0])
    }

    @Test func `a proven leader stops as proven`() {
        var item = entry("a", ["f0": .always, "f1": .always])
        item.confirms = [["f0", "f1"]]
        let engine = Engine(
            knowledge: Knowledge(
                facts: [.init(id: "f0"), .init(id: "f1")],
                cases: [item, entry("b", family: "tcp"), entry("c", family: "tcp")]))
        let told = Observations([evidence("f0", .present), evidence("f1", .present)])
        #expect(engine.advise(Dialogue(observations: told, steps: [])) == .stop(.proven("a")))
    }

    @Test func `proof ends the dialogue whatever the odds`() {
        var rare = entry("a", ["f0": .sometimes])
        rare.confirms = [["f0"]]
        rare.baseRate = .rare
        let rivals = (0..<6).map {
            entry("b\($0)", family: "tcp", ["f0": .always, "f1": .always])
        }
        let engine = Engine(
            knowledge: Knowledge(
                facts: [.init(id: "f0", background: 0.2), .init(id: "f1")],
                cases: [rare] + rivals))
        let told = Observations([evidence("f0", .present), evidence("f1", .present)])
        let result = engine.diagnose(told)
        #expect((result.leader?.probability ?? 1) < 0.5)
        #expect(engine.advise(Dialogue(observations: told, steps: [])) == .stop(.proven("a")))
        #expect(result.verdict == .confirmed)
    }

    @Test(arguments: 1...5)
    func `a dialogue with true answers ends at the cause more often than not`(seed: UInt64) {
        var world = RandomWorld(seed: seed, cases: 30)
        let engine = Engine(knowledge: world.knowledge)
        let instruments: [Evidence.Instrument] = [.operator, .probe, .host]
        let steps = world.knowledge.facts.enumerated().map { number, fact in
            step("s\(number)", fact.id, instruments[number % 3], seconds: Double(number % 7))
        }
        var right = 0
        for cause in world.knowledge.cases {
            let truth = Dictionary(
                uniqueKeysWithValues: world.incident(of: cause).map { ($0.id, $0.state) })
            var dialogue = Dialogue(steps: steps)
            var moves = 0
            func tell(_ proposals: [Proposal]) {
                let told = proposals.map { proposal in
                    evidence(
                        proposal.step.facts[0], truth[proposal.step.facts[0]] ?? .unknown,
                        proposal.step.instrument)
                }
                dialogue.finish(proposals.map(\.step), telling: told)
            }
            dialogue: while moves <= 50 {
                moves += 1
                switch engine.advise(dialogue) {
                case .runTogether(let proposals): tell(proposals)
                case .take(let proposal): tell([proposal])
                case .stop: break dialogue
                }
            }
            #expect(moves <= 42)
            if engine.diagnose(dialogue.observations).cases[0].id == cause.id { right += 1 }
        }
        #expect(right >= 20)
    }
}
