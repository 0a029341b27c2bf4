import Foundation
import Testing
import Triage

@Suite struct CasebookCommandTests {
    @Test func `case show tells the whole case at 80 columns`() throws {
        let outcome = try Inquest.run([
            "case", "show", "listener-hung", "--casebook", Inquest.casebook,
        ])
        #expect(outcome.status == 0)
        try expectSnapshot(outcome.output, named: "case-show")
    }

    @Test func `case search finds a case by a word of its body`() throws {
        let outcome = try Inquest.run([
            "case", "search", "checks", "--casebook", Inquest.casebook,
        ])
        #expect(outcome.output.contains("silent-client-holds-accept"))
        let nothing = try Inquest.run([
            "case", "search", "zebra", "--casebook", Inquest.casebook, "--json",
        ])
        #expect(nothing.status == 0)
        #expect(try document(nothing.output)["hits"]?.array?.isEmpty == true)
    }

    @Test func `case test passes when every expectation is met`() throws {
        let outcome = try Inquest.run(["case", "test", "--casebook", Inquest.casebook])
        #expect(outcome.status == 0, "\(outcome.output)")
        try expectSnapshot(outcome.output, named: "case-test")
    }

    @Test func `case test fails when an expectation is not met`() throws {
        let folder = Inquest.temporaryFolder() + "/book"
        try FileManager.default.copyItem(atPath: Inquest.casebook, toPath: folder)
        let path = folder + "/kernel-limits/listener-hung/case.md"
        let text = try String(contentsOfFile: path, encoding: .utf8)
            .replacing("expect: confirmed", with: "expect: excluded")
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let outcome = try Inquest.run(["case", "test", "--casebook", folder, "--json"])
        #expect(outcome.status == 1)
        let node = try document(outcome.output)
        #expect(node["passed"]?.bool == false)
        #expect(
            try Inquest.run(
                ["case", "test", "silent-client-holds-accept", "--casebook", folder]).status == 0)
    }

    @Test func `case test fails when a case is confirmed on another's replay`() throws {
        let folder = Inquest.temporaryFolder() + "/book"
        try FileManager.default.copyItem(atPath: Inquest.casebook, toPath: folder)
        let hung = folder + "/kernel-limits/listener-hung/replays/hung.json"
        try FileManager.default.removeItem(atPath: hung)
        try FileManager.default.copyItem(atPath: heldEvidence, toPath: hung)
        let outcome = try Inquest.run(["case", "test", "--casebook", folder])
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("is confirmed on a replay of another case"))
    }

    @Test func `case lint shows every fault with its place and ends with 65`() throws {
        let folder = Inquest.temporaryFolder() + "/book"
        try FileManager.default.copyItem(atPath: Inquest.casebook, toPath: folder)
        let path = folder + "/kernel-limits/listener-hung/case.md"
        let text = try String(contentsOfFile: path, encoding: .utf8)
            .replacing("restart-helps: usually", with: "restart-help: mostly")
            .replacing("base-rate: rare", with: "base-rate: seldom")
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let outcome = try Inquest.run(["case", "lint", folder])
        #expect(outcome.status == 65)
        #expect(outcome.lines.count >= 3)
        #expect(outcome.lines.allSatisfy { $0.contains("/case.md:") })
        #expect(outcome.output.contains("restart-helps"))
    }

    @Test func `no shipped case is confirmed on healthy captures`() throws {
        let outcome = try Inquest.run([
            "case", "test", "--healthy", Inquest.repository("Tests/Fixtures/captures"), "--json",
        ])
        let healthy = try #require(try document(outcome.output)["healthy"]?.array)
        #expect(!healthy.isEmpty)
        for capture in healthy { #expect(capture["passed"]?.bool == true) }
    }

    @Test(arguments: [
        ["finding", "list"], ["finding", "show", "capture.tcp.silent-open"], ["symptom", "list"],
        ["symptom", "show", "restart-helps"], ["case", "list"], ["info"], ["help"],
        ["diagnose", "--help"],
    ])
    func `the text of a list or a page fits 80 columns`(arguments: [String]) throws {
        let outcome = try Inquest.run(arguments)
        #expect(outcome.status == 0)
        for line in outcome.lines where !line.hasPrefix("    ") && !line.contains("/") {
            #expect(line.unicodeScalars.count <= 80, "\(line)")
        }
    }
}
