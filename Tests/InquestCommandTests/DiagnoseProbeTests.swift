import Foundation
import Testing
import Triage

/// Probes as a part of a triage.
@Suite struct DiagnoseProbeTests {
    @Test func `--probe runs the safe checks and judges what they saw`() throws {
        let target = "127.0.0.1:\(closedPort())"
        let outcome = try Inquest.run(["diagnose", target, "--probe", "--json"])
        #expect([1, 3].contains(outcome.status), "\(outcome.error)")
        let node = try document(outcome.output)
        #expect(SchemaValidator.faults(in: node) == [])
        let leader = node["cases"]?.array?.first
        #expect(leader?["id"]?.string == "service-not-listening-on-that-address")
        let refusal = node["evidence"]?.array?.first {
            $0["id"]?.string == "probe.tcp.connect-refused"
        }
        #expect(refusal?["source"]?.string == "probe:tcp://\(target)")
    }

    @Test func `--probe wants a target, and nothing is sent without it`() throws {
        #expect(try Inquest.run(["diagnose", "--probe"]).status == 64)
        let server = LoopbackServer.silent()
        let outcome = try Inquest.run([
            "diagnose", "127.0.0.1:\(server.port)", "--symptom", "restart-helps", "--json",
        ])
        #expect(server.connections == 0)
        let next = try document(outcome.output)["next"]?.array ?? []
        let step = try #require(next.first { $0["id"]?.string == "tcp" })
        #expect(step["command"]?.string == "inquest probe 127.0.0.1:\(server.port) tcp")
        #expect(step["by_hand"]?.bool == false)
        #expect(step["effect"]?.string == "normal")
        #expect((step["facts"]?.array?.count ?? 0) > 1)
    }

    @Test func `nobody who only named a target is told that nothing was given by mistake`() throws {
        let outcome = try Inquest.run(["diagnose", "127.0.0.1:1"])
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("--probe"))
    }

    @Test func `a probe that was run is not proposed again`() throws {
        let target = "127.0.0.1:\(closedPort())"
        let outcome = try Inquest.run(["diagnose", target, "--probe", "--json"])
        let next = try document(outcome.output)["next"]?.array ?? []
        #expect(!next.contains { $0["id"]?.string == "tcp" })
    }

    @Test func `without a target a probe says what it needs`() throws {
        let outcome = try Inquest.run(["diagnose", "--symptom", "connect-refused", "--json"])
        let next = try document(outcome.output)["next"]?.array ?? []
        for step in next where step["command"]?.string?.hasPrefix("inquest probe") == true {
            #expect(step["needs"]?.string?.contains("host:port") == true)
            #expect(step["command"]?.string?.contains("<host:port>") == true)
        }
    }

    @Test func `the deciding test is filled in with the target of the capture`() throws {
        let outcome = try Inquest.run(["diagnose", "--capture", Inquest.heldCapture, "--json"])
        let command = try document(outcome.output)["cases"]?.array?.first?["decided_by"]?["command"]
        #expect(
            command?.string
                == "inquest probe 10.10.1.10:27000 tls-second-client --allow disruptive")
        let aimed = try Inquest.run([
            "diagnose", "tls://10.9.9.9:1", "--capture", Inquest.heldCapture, "--json",
        ])
        #expect(aimed.output.contains("inquest probe tls://10.9.9.9:1 tls-second-client"))
    }

    @Test func `every probe that a case or a finding names is one of this build`() throws {
        let list = try document(try Inquest.run(["probe", "--list", "--json"]).output)
        let known = Set(list["checks"]?.array?.compactMap { $0["check"]?.string } ?? [])
        let root = Inquest.repository("casebook")
        var named: [String: Set<String>] = [:]
        for file in try FileManager.default.subpathsOfDirectory(atPath: root)
        where file.hasSuffix("case.md") || file.hasSuffix("findings.yaml") {
            let text = try String(contentsOfFile: root + "/" + file, encoding: .utf8)
            for match in text.matches(of: #/inquest probe [^ \n]+ ([a-z][a-z0-9-]*)/#) {
                named[String(match.1), default: []].insert(file)
            }
        }
        let missing = named.filter { !known.contains($0.key) }
        #expect(missing.isEmpty, "\(missing)")
    }

    private func ask(_ input: String, _ arguments: String...) throws -> Inquest.Outcome {
        try Inquest.run(
            ["diagnose", "--interactive=plain", "--json"] + arguments, input: Array(input.utf8))
    }

    @Test func `the dialogue runs the safe checks when it is told to`() throws {
        let server = LoopbackServer { LoopbackServer.drain($0) }
        let refused = try ask("n\nq\n", "127.0.0.1:\(server.port)")
        #expect(refused.error.contains("may this be sent now?"))
        #expect(refused.error.contains("inquest probe 127.0.0.1:\(server.port) tcp"))
        #expect(server.connections == 0)
        let target = "127.0.0.1:\(closedPort())"
        let run = try ask("y\nq\n", target)
        #expect(run.error.contains("Found: probe.tcp.connect-refused"))
        let evidence = try document(run.output)["evidence"]?.array ?? []
        #expect(evidence.contains { $0["source"]?.string?.hasPrefix("probe:") == true })
        #expect(run.error.contains("To take it up again"))
        #expect(run.error.contains(target))
    }

    @Test func `undo takes the evidence of a probe back`() throws {
        // A server that never answers leaves the cause open, so that the dialogue goes on.
        let server = LoopbackServer { LoopbackServer.drain($0) }
        let run = try ask("y\nundo\nq\n", "127.0.0.1:\(server.port)", "--timeout", "1")
        #expect(server.connections > 0)
        let evidence = try document(run.output)["evidence"]?.array ?? []
        #expect(!evidence.contains { $0["source"]?.string?.hasPrefix("probe:") == true })
    }

    @Test func `without a target the dialogue asks for one, and takes no nonsense`() throws {
        let target = "127.0.0.1:\(closedPort())"
        var input = ""
        // Questions before it are answered with "I do not know".
        for _ in 0..<60 { input += "?\n" }
        let asked = try ask(input)
        guard asked.error.contains("which target may be asked") else {
            Issue.record("no probe was worth asking for: \(asked.error.suffix(400))")
            return
        }
        let before = asked.error.components(separatedBy: "which target")[0]
        let questions = before.components(separatedBy: "Question ").count - 2
        let lead = String(repeating: "?\n", count: questions)
        let run = try ask(lead + "non sense\n\(target)\ny\nq\n")
        #expect(run.error.contains("not a host name"), "\(run.error)")
        #expect(run.error.contains("Found: probe.tcp.connect-refused"), "\(run.error.suffix(600))")
    }
}
