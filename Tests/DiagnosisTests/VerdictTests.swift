import Casebook
import Diagnosis
import Testing

@Suite struct VerdictTests {
    private static let facts = (0..<12).map { Knowledge.Fact(id: "f\($0)") }

    private func engine(_ cases: Knowledge.Entry...) -> Engine {
        Engine(knowledge: Knowledge(facts: Self.facts, cases: cases))
    }

    private func decided(
        _ id: CaseID, confirms: [[FactID]] = [], sufficient: [[FactID]] = [],
        requires: [FactID] = [], _ lists: KeyValuePairs<FactID, Frequency> = [:]
    ) -> Knowledge.Entry {
        var item = entry(id, lists)
        item.confirms = confirms
        item.sufficient = sufficient
        item.requires = requires
        return item
    }

    @Test func `confirmed needs every fact of one alternative`() throws {
        let engine = engine(
            decided("a", confirms: [["f0", "f1"], ["f2"]], ["f0": .usually]), entry("b"))
        #expect(engine.diagnose([evidence("f0", .present)]).verdict != .confirmed)
        let both = engine.diagnose([evidence("f0", .present), evidence("f1", .present)])
        #expect(both.verdict == .confirmed)
        #expect(both.ground == .proven("a"))
        #expect(try #require(both["a"]).decided)
        #expect(engine.diagnose([evidence("f2", .present)]).verdict == .confirmed)
    }

    @Test func `sufficient evidence confirms without the deciding test`() throws {
        let engine = engine(decided("a", confirms: [["f0"]], sufficient: [["f1"]]), entry("b"))
        let diagnosis = engine.diagnose([evidence("f1", .present, .capture)])
        #expect(diagnosis.verdict == .confirmed)
        #expect(try #require(diagnosis["a"]).decided == false)
    }

    @Test func `probability alone never confirms`() throws {
        let engine = engine(
            decided("a", confirms: [["f9"]], ["f0": .always, "f1": .always, "f2": .always]),
            entry("b", family: "tcp"), entry("c", family: "tcp"))
        let diagnosis = engine.diagnose((0..<3).map { evidence("f\($0)", .present) })
        #expect(diagnosis.verdict == .likely)
        #expect(diagnosis.ground == .ahead("a"))
    }

    @Test func `a person's word confirms only a case of symptoms`() {
        let word = [evidence("f0", .present, .operator)]
        var item = decided("a", confirms: [["f0"]], ["f0": .always])
        #expect(engine(item, entry("b")).diagnose(word).verdict != .confirmed)
        item.hasOnlySymptoms = true
        #expect(engine(item, entry("b")).diagnose(word).verdict == .confirmed)
    }

    @Test func `a person's word for a symptom completes what a machine established`() {
        let item = decided("a", confirms: [["f0", "s0"]], ["f0": .usually, "s0": .usually])
        let engine = Engine(
            knowledge: Knowledge(
                facts: [.init(id: "f0"), .init(id: "s0", isSymptom: true)],
                cases: [item, entry("b")]))
        func verdict(_ evidence: Evidence...) -> Diagnosis.Verdict {
            engine.diagnose(evidence).verdict
        }
        let complaint = evidence("s0", .present, .operator)
        #expect(verdict(evidence("f0", .present, .probe), complaint) == .confirmed)
        #expect(verdict(evidence("f0", .present, .operator), complaint) != .confirmed)
        #expect(verdict(evidence("f0", .present, .probe)) != .confirmed)
    }

    @Test func `a better instrument's no stops a confirmation`() {
        let engine = engine(decided("a", confirms: [["f0"]], ["f0": .always]), entry("b"))
        let diagnosis = engine.diagnose([
            evidence("f0", .present, .capture), evidence("f0", .absent, .probe),
        ])
        #expect(diagnosis.verdict != .confirmed)
    }

    @Test func `a required finding that a machine found absent excludes`() throws {
        let engine = engine(
            decided("a", requires: ["f0"], ["f1": .usually]),
            entry("b", ["f2": .usually]))
        let machine = engine.diagnose([evidence("f0", .absent), evidence("f1", .present)])
        #expect(try #require(machine["a"]).verdict == .excluded)
        #expect(try #require(machine["a"]).excludedBy == ["f0"])
        let person = engine.diagnose([evidence("f0", .absent, .operator)])
        #expect(try #require(person["a"]).verdict == .possible)
    }

    @Test func `a never that a machine found present excludes, also from likely`() throws {
        let engine = engine(
            entry("a", .common, ["f0": .never, "f1": .always, "f2": .always, "f3": .always]),
            entry("b", family: "tcp"))
        let diagnosis = engine.diagnose((0..<4).map { evidence("f\($0)", .present) })
        #expect(try #require(diagnosis["a"]).verdict == .excluded)
        #expect(diagnosis.verdict == .undecided)
        #expect(diagnosis.leader?.id == "b")
    }

    @Test func `an excluded case is not confirmed unless it leads`() throws {
        let behind = engine(
            decided("a", confirms: [["f0"]], requires: ["f1"], ["f0": .sometimes]),
            entry("b", .common, ["f0": .always, "f2": .always, "f3": .always]))
        let diagnosis = behind.diagnose([
            evidence("f0", .present), evidence("f1", .absent), evidence("f2", .present),
            evidence("f3", .present),
        ])
        #expect(try #require(diagnosis["a"]).verdict == .excluded)
        #expect(diagnosis.verdict != .confirmed)
    }

    @Test func `what is left over when all else is ruled out is not likely`() throws {
        let engine = engine(
            entry("a", .common, ["f0": .always]), entry("b", family: "tcp", ["f1": .always]))
        let diagnosis = engine.diagnose([
            evidence("f1", .absent), evidence("f2", .present, .capture),
        ])
        #expect(try #require(diagnosis["a"]).probability > 0.6)
        #expect(try #require(diagnosis["a"]).verdict == .possible)
        #expect(diagnosis.verdict == .undecided)
    }

    @Test func `two close cases are undecided`() {
        let engine = engine(
            entry("a", ["f0": .always, "f1": .always]), entry("b", ["f0": .always, "f1": .usually]))
        let diagnosis = engine.diagnose([evidence("f0", .present), evidence("f1", .present)])
        #expect(diagnosis.verdict == .undecided)
        #expect(diagnosis.ground == .notEnoughEvidence)
    }

    @Test func `healthy evidence says none, one person's no does not`() {
        let engine = engine(entry("a", ["f0": .always]), entry("b", ["f1": .always]))
        let healthy = engine.diagnose([evidence("f0", .absent, .capture)])
        #expect(healthy.verdict == .none)
        #expect(healthy.ground == .nothingAbnormal)
        #expect(engine.diagnose([evidence("f0", .absent, .operator)]).verdict == .undecided)
        let many = (0..<8).map { evidence("f\($0)", .absent, .operator) }
        #expect(engine.diagnose(many).ground == .nothingAbnormal)
    }

    @Test func `what healthy systems often show is not abnormal`() {
        func ground(_ background: Double?) -> Diagnosis.Ground {
            let knowledge = Knowledge(
                facts: [.init(id: "f0", background: background), .init(id: "f1")],
                cases: [entry("a", ["f0": .usually, "f1": .always]), entry("b", ["f0": .always])])
            return Engine(knowledge: knowledge).diagnose([
                evidence("f0", .present, .capture), evidence("f1", .absent, .capture),
            ]).ground
        }
        #expect(ground(0.4) == .nothingFits)
        #expect(ground(nil) != .nothingFits)
    }

    @Test func `an abnormal fact that fits no case leaves it undecided`() {
        let engine = engine(
            entry("a", ["f1": .always, "f2": .always]), entry("b", family: "tcp", ["f3": .always]))
        let told = [evidence("f9", .present)] + (1..<9).map { evidence("f\($0)", .absent) }
        #expect(engine.diagnose(told).verdict == .undecided)
        #expect(engine.diagnose(told).ground == .notEnoughEvidence)
    }

    @Test func `a fact that proves a case is rare elsewhere, and the confirmed case leads`() throws
    {
        var item = entry("a", .rare, ["f0": .usually])
        item.sufficient = [["f0"]]
        let rival = entry("b", .common, ["f1": .always, "f2": .always])
        let told =
            [evidence("f0", .present, .capture)]
            + ["f1", "f2"].map { evidence($0, .present) }
        let diagnosis = engine(item, rival).diagnose(told)
        #expect(diagnosis.cases.first?.id == "b")
        #expect(diagnosis.leader?.id == "a")
        #expect(diagnosis.verdict == .confirmed)
        item.sufficient = []
        let unproven = engine(item, rival).diagnose(told)
        #expect(try #require(diagnosis["a"]).probability > #require(unproven["a"]).probability)
    }

    @Test func `many facts of a family without one case that fits are outside the casebook`() {
        let cases = (0..<6).map { number in
            entry("c\(number)", family: number < 5 ? "tls" : "tcp", ["f\(number)": .always])
        }
        let engine = Engine(knowledge: Knowledge(facts: Self.facts, cases: cases))
        let present = [0, 1, 2, 3].map { evidence("f\($0)", .present) }
        let absent = (6..<12).map { evidence("f\($0)", .absent) }
        let diagnosis = engine.diagnose(present + absent)
        #expect(diagnosis.unlistedByFamily.first?.family == "tls")
        #expect(diagnosis.ground == .outsideCasebook)
        #expect(diagnosis.verdict == .none)
    }

    @Test func `a casebook's case brings its requirements and tests along`() throws {
        var item = Case(id: "a", title: "A", family: "tls")
        item.findings = [Case.Listing(fact: "f0", frequency: .usually)]
        item.requires = ["f1"]
        item.decision = Case.Decision(confirms: [["f2"]])
        var retired = Case(id: "old", title: "Old", family: "tls")
        retired.status = .retired
        let kinds = ["f0", "f1", "f2"].map { id in
            FindingKind(
                id: id, definition: "", effect: .local, establishedBy: "", byHand: "", tier: 1)
        }
        let engine = Engine(
            casebook: Casebook(cases: [item, retired], symptoms: [], findings: kinds, hash: ""))
        let diagnosis = engine.diagnose([evidence("f2", .present), evidence("f1", .present)])
        #expect(diagnosis.cases.map(\.id) == ["a"])
        let ranked = try #require(diagnosis["a"])
        #expect(ranked.verdict == .confirmed)
        #expect(Set(ranked.supports.map(\.frequency)) == [.always, .sometimes])
        #expect(diagnosis.unrecognised.isEmpty)
        #expect(engine.diagnose([evidence("nonsense", .present)]).unrecognised == ["nonsense"])
    }
}
