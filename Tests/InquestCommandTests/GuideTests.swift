import Foundation
import Testing
import Triage

private func diagnose(_ arguments: String...) throws -> Inquest.Outcome {
    try Inquest.run(["diagnose", "--casebook", Inquest.casebook] + arguments)
}

/// What to look at next, graded answers, own words and second thoughts.
@Suite struct GuideTests {
    @Test func `every step says what it would tell and how long it takes`() throws {
        let node = try document(try diagnose("--symptom", "restart-helps", "--json").output)
        let steps = try #require(node["next"]?.array)
        #expect(steps.count == 3)
        for step in steps {
            #expect((step["gain_bits"]?.number ?? 0) > 0)
            #expect((step["cost_seconds"]?.number ?? 0) > 0)
            #expect(step["facts"]?.array?.isEmpty == false)
        }
        #expect(steps[0]["kind"]?.string == "ask")
        #expect(steps[0]["outcomes"]?.array?.count == 2)
        #expect(node["stop"]?.isNull == true)
    }

    @Test func `a step that this build has no command for is told by hand`() throws {
        // One of the fixture's findings, established in a way that no command knows.
        let book = Inquest.temporaryFolder() + "/casebook"
        try FileManager.default.copyItem(atPath: Inquest.casebook, toPath: book)
        let vocabulary = book + "/findings.yaml"
        let text = try String(contentsOfFile: vocabulary, encoding: .utf8)
            .replacing(
                /(unanswered\.\s+effect: local\s+established-by:) inquest capture FILE/
            ) { "\($0.1) inquest divine FILE" }
        try text.write(toFile: vocabulary, atomically: true, encoding: .utf8)
        let said = ["--casebook", book, "--symptom", "tls-handshake-hangs=no"]
        let outcome = try Inquest.run(["diagnose", "--json"] + said)
        let step = try #require(
            try document(outcome.output)["next"]?.array?.first { $0["by_hand"]?.bool == true })
        #expect(step["command"]?.string?.hasPrefix("inquest") == false)
        let id = try #require(step["id"]?.string)
        let more = try Inquest.run(["diagnose", "--json"] + said + ["--symptom", id + "=no"])
        let told = try document(more.output)
        let finding = told["evidence"]?.array?.first { $0["id"]?.string == id }
        #expect(finding?["kind"]?.string == "finding")
        #expect(told["next"]?.array?.contains { $0["id"]?.string == id } == false)
    }

    @Test func `a probe is a step with its command, its effect and what it needs`() throws {
        let node = try document(try diagnose("--symptom", "restart-helps", "--json").output)
        let step = try #require(
            node["next"]?.array?.first { $0["id"]?.string == "tls-second-client" })
        #expect(step["by_hand"]?.bool == false)
        #expect(step["effect"]?.string == "disruptive")
        #expect(
            step["command"]?.string
                == "inquest probe <host:port> tls-second-client --allow disruptive")
        #expect(step["needs"]?.string?.contains("host:port") == true)
    }

    @Test func `a capture is proposed with what it needs, and once read not again`() throws {
        let before = try Inquest.run(["diagnose", "--symptom", "restart-helps", "--json"])
        let step = try document(before.output)["next"]?.array?.first {
            $0["id"]?.string == "capture"
        }
        #expect(step?["needs"]?.string?.contains("tcpdump") == true)
        #expect((step?["facts"]?.array?.count ?? 0) > 10)
    }

    @Test func `a proven case stops the asking and says so`() throws {
        let node = try document(try diagnose("--evidence", heldEvidence, "--json").output)
        #expect(node["next"]?.array?.isEmpty == true)
        #expect(node["stop"]?["reason"]?.string == "proven")
        #expect(node["stop"]?["cases"]?.array?.first?.string == "silent-client-holds-accept")
    }

    @Test(arguments: [(0.0, 0), (7.0, 1), (1_000.0, 3)])
    func `the budget limits what is proposed`(budget: Double, count: Int) throws {
        let outcome = try diagnose(
            "--symptom", "restart-helps", "--budget", "\(budget)", "--json")
        let node = try document(outcome.output)
        #expect(node["next"]?.array?.count == count)
        if budget == 0 { #expect(node["stop"]?["reason"]?.string == "budget-spent") }
    }

    @Test(arguments: ["-1", "nan"])
    func `a budget that is no time is a fault of usage`(budget: String) throws {
        let outcome = try diagnose("--symptom", "restart-helps", "--budget=\(budget)")
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("--budget"))
    }

    @Test func `probably counts less than yes and more than nothing`() throws {
        func probability(_ answer: String) throws -> Double {
            let outcome = try diagnose("--symptom", "tls-handshake-hangs=" + answer, "--json")
            let cases = try document(outcome.output)["cases"]?.array ?? []
            let held = cases.first { $0["id"]?.string == "silent-client-holds-accept" }
            return try #require(held?["probability"]?.number)
        }
        let answers = ["yes", "probably", "unknown", "probably-not", "no"]
        let probabilities = try answers.map(probability)
        #expect(probabilities == probabilities.sorted(by: >))
        #expect(Set(probabilities).count == answers.count)
    }

    @Test func `a graded answer says so in its source and is corrected by a plain one`() throws {
        let graded = try diagnose("--symptom", "restart-helps=probably-not", "--json")
        let entry = try document(graded.output)["evidence"]?.array?.first
        #expect(entry?["source"]?.string == "operator:probably")
        #expect(entry?["state"]?.string == "absent")
        let corrected = try diagnose(
            "--symptom", "restart-helps", "--symptom", "restart-helps=probably-not",
            "--symptom", "restart-helps=yes", "--json")
        let evidence = try #require(try document(corrected.output)["evidence"]?.array)
        #expect(evidence.count == 1)
        #expect(evidence[0]["source"]?.string == "operator")
        let maybe = try diagnose("--symptom", "restart-helps=maybe")
        #expect(maybe.status == 64)
        #expect(maybe.error.contains("probably-not"))
    }

    @Test func `words that deny a thing are not taken as a report of it`() throws {
        let outcome = try diagnose("--say", "a restart does not help", "--json")
        for entry in try document(outcome.output)["evidence"]?.array ?? [] {
            #expect(entry["state"]?.string == "unknown")
        }
    }

    @Test func `a doubtful answer is pointed out in JSON and in the text`() throws {
        let evidence = [
            "--evidence", heldEvidence, "--symptom", "tls-handshake-hangs=no",
        ]
        let outcome = try Inquest.run(
            ["diagnose", "--casebook", Inquest.casebook, "--json"] + evidence)
        let doubtful = try document(outcome.output)["second_thoughts"]?["doubtful"]?.array
        #expect(doubtful?.first?["id"]?.string == "tls-handshake-hangs")
        let text = try Inquest.run(["diagnose", "--casebook", Inquest.casebook, "-v"] + evidence)
        #expect(text.output.contains("tls-handshake-hangs, absent, does not fit the rest"))
    }

    @Test func `more is told with -v, less without`() throws {
        let brief = try diagnose("--symptom", "restart-helps")
        let long = try diagnose("--symptom", "restart-helps", "-v")
        #expect(!brief.output.contains("and not looked at"))
        #expect(long.output.contains("and not looked at"))
    }
}
