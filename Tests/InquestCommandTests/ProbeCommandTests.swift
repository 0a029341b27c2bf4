import Foundation
import Glibc
import Testing
import Triage

private func probe(_ arguments: String...) throws -> Inquest.Outcome {
    try Inquest.run(["probe"] + arguments)
}

/// `inquest probe` as scripts see it: words, exit codes, documents.
@Suite struct ProbeCommandTests {
    @Test func `help tells the exit codes, and the list every check with its effect`() throws {
        let help = try probe("--help")
        #expect(help.status == 0)
        #expect(help.output.contains("77 consent or permission missing"))
        let list = try probe("--list")
        let checks = try document(try probe("--list", "--json").output)["checks"]?.array ?? []
        #expect(checks.count > 1)
        for check in checks {
            let name = try #require(check["check"]?.string)
            let line = try #require(list.lines.first { $0.hasPrefix(name + " ") })
            #expect(!line.isEmpty)
        }
    }

    @Test func `a check that no casebook knows would be lost: every finding is in it`() throws {
        let checks = try document(try probe("--list", "--json").output)["checks"]?.array ?? []
        let findings = try document(try Inquest.run(["finding", "list", "--json"]).output)
        let known = Set(findings["findings"]?.array?.compactMap { $0["id"]?.string } ?? [])
        var missing: [String] = []
        for check in checks {
            for finding in check["findings"]?.array ?? [] {
                let id = try #require(finding.string)
                if !known.contains(id) { missing.append(id) }
            }
        }
        #expect(missing == [])
    }

    @Test(arguments: [
        ["localhost"], ["localhost:0"], ["localhost:65536"], ["gopher://localhost:1"],
        ["::1:443"], ["[::1]"], ["user@localhost:1"], ["a b:1"], [""], ["https://"],
        ["localhost:1", "no-such-check"], ["localhost:1", "tcp", "--timeout", "-1"],
        ["localhost:1", "tcp", "--timeout", "nan"], ["localhost:1", "-4", "-6"],
        ["localhost:1", "tcp", "--json", "--ndjson"], ["localhost:1", "tcp", "--allow", "all"],
        ["localhost:1", "tcp", "--source", "nonsense"], ["localhost:1", "--hold", "11"],
        ["localhost:1", "tcp", "--in-flight", "0"], ["http://localhost:1", "tls"], [],
        ["localhost:1", "--tls-min", "9"], ["localhost:1", "--tls-min", "1.3", "--tls-max", "1.2"],
    ])
    func `nonsense is a fault of usage and says so`(words: [String]) throws {
        let outcome = try Inquest.run(["probe"] + words)
        #expect(outcome.status == 64, "\(outcome.output)")
        #expect(outcome.output.isEmpty)
        #expect(!outcome.error.isEmpty)
    }

    @Test func `a target that works ends with 0, one that refuses with 1`() throws {
        let server = LoopbackServer.silent()
        let works = try probe("127.0.0.1:\(server.port)", "tcp", "--json")
        #expect(works.status == 0, "\(works.error)")
        let node = try document(works.output)
        #expect(node["worked"]?.bool == true)
        #expect(SchemaValidator.faults(in: node) == [])
        let refused = try probe("127.0.0.1:\(closedPort())", "tcp", "--json")
        #expect(refused.status == 1)
        let evidence = try document(refused.output)["evidence"]?.array ?? []
        let refusal = evidence.first { $0["id"]?.string == "probe.tcp.connect-refused" }
        #expect(refusal?["state"]?.string == "present")
        #expect(refusal?["source"]?.string?.hasPrefix("probe:") == true)
        #expect(try probe("127.0.0.1:\(closedPort())", "tcp", "--fail-on", "none").status == 0)
    }

    @Test func `a name that nobody knows ends with 2 and makes nothing absent`() throws {
        let outcome = try probe("no-such-host.invalid:443", "tcp", "--json")
        #expect(outcome.status == 2)
        let node = try document(outcome.output)
        #expect(node["checks"]?.array?.first?["not_looked"]?.string != nil)
        for entry in node["evidence"]?.array ?? [] {
            #expect(entry["state"]?.string == "unknown")
        }
    }

    @Test func `the timeline has the stages of the connection in order`() throws {
        let server = try TLSServer()
        let outcome = try probe(
            "tls://localhost:\(server.port)", "tls", "--trust", server.authority, "--json", "-4")
        #expect(outcome.status == 0, "\(outcome.output)")
        let node = try document(outcome.output)
        #expect(SchemaValidator.faults(in: node) == [])
        let timelines = node["checks"]?.array?.first?["timelines"]?.array ?? []
        let stages = try #require(
            timelines.map { $0["stages"]?.array?.compactMap { $0["name"]?.string } ?? [] }
                .first { $0.contains("tls.server-hello") })
        #expect(stages.first == "connect")
        let hello = try #require(stages.firstIndex(of: "tls.client-hello"))
        #expect(hello < (stages.firstIndex(of: "tls.server-hello") ?? 0))
        #expect(node["checks"]?.array?.first?["log"]?.array?.isEmpty == false)
    }

    @Test func `text is at most 80 columns of ASCII and has a bar for each stage`() throws {
        let server = try TLSServer()
        for environment in [["LC_ALL": "C"], ["LC_ALL": "C.UTF-8"]] {
            let outcome = try Inquest.run(
                ["probe", "tls://localhost:\(server.port)", "-4"], environment: environment)
            #expect(outcome.output.contains("connect"))
            #expect(outcome.output.contains("|="))
            #expect(outcome.bytes.allSatisfy { $0 < 0x80 })
            #expect(outcome.lines.allSatisfy { $0.count <= 80 }, "\(outcome.output)")
        }
        let plain = try probe("tls://localhost:\(server.port)", "tls", "--plain")
        #expect(!plain.output.contains("|="))
        #expect(plain.output.contains("connect"))
    }

    @Test func `a bare port is asked for TLS by a check of TLS`() throws {
        let server = try TLSServer()
        let outcome = try probe(
            "127.0.0.1:\(server.port)", "tls-resumption", "--json", "--count", "1")
        #expect(outcome.output.contains("tls.server-hello"))
    }

    @Test func `what a probe saw is evidence for a diagnosis`() throws {
        let folder = Inquest.temporaryFolder()
        let target = "127.0.0.1:\(closedPort())"
        let outcome = try Inquest.run(
            ["probe", target, "tcp", "--json", "--record", "e.json"], folder: folder)
        try outcome.output.write(
            toFile: folder + "/probe.json", atomically: true, encoding: .utf8)
        for file in ["e.json", "probe.json"] {
            let judged = try Inquest.run(
                ["diagnose", "--evidence", file, "--json"], folder: folder)
            let evidence = try document(judged.output)["evidence"]?.array ?? []
            #expect(
                evidence.contains {
                    $0["id"]?.string == "probe.tcp.connect-refused"
                        && $0["state"]?.string == "present"
                }, "\(file)")
        }
    }

    @Test func `secrets of TLS are appended for the user's own Wireshark`() throws {
        let server = try TLSServer()
        let folder = Inquest.temporaryFolder()
        _ = try Inquest.run(
            ["probe", "tls://127.0.0.1:\(server.port)", "tls", "--keylog", "keys"],
            folder: folder)
        let keys = try String(contentsOfFile: folder + "/keys", encoding: .utf8)
        #expect(keys.contains("CLIENT_TRAFFIC_SECRET_0") || keys.contains("CLIENT_RANDOM"))
        var facts = stat()
        #expect(stat(folder + "/keys", &facts) == 0)
        #expect(facts.st_mode & 0o077 == 0, "others may read the secrets")
    }
}
