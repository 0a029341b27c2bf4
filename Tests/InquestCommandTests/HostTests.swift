import Foundation
import Testing
import Triage

/// `inquest host` and `diagnose --host` on this machine; what each check finds is the business of
/// `HostInspectionTests`.
@Suite struct HostTests {
    private func host(_ arguments: String..., root: String? = nil) throws -> JSONNode {
        let outcome = try Inquest.run(["host", "--json"] + arguments)
        #expect(outcome.status == 0, "\(outcome.error)")
        let node = try document(outcome.output)
        #expect(SchemaValidator.faults(in: node) == [])
        return node
    }

    @Test func `a look without root and without a word changes nothing and says what it could not`()
        throws
    {
        let outcome = try Inquest.run(["host"])
        #expect(outcome.status == 0)
        #expect(outcome.lines.first?.contains("Linux") == true)
        #expect(outcome.lines.contains("Found"))
        #expect(outcome.output.contains("--watch"))
        #expect(outcome.lines.allSatisfy { DisplayCells.of($0) <= 80 })
        #expect(outcome.error.isEmpty)
    }

    @Test func `what was collected here is judged elsewhere to the same result`() throws {
        let folder = Inquest.temporaryFolder()
        let log = "nginx: client sent plain HTTP request to HTTPS port\n"
        try Service.write(log, folder + "/error.log")
        let collected = try Inquest.run(
            ["host", "--json", "--log", "error.log"], folder: folder)
        try Service.write(collected.output, folder + "/host.json")
        let judged = try Inquest.run(
            ["diagnose", "--evidence", "host.json", "--json"], folder: folder)
        let result = try document(judged.output)
        #expect(SchemaValidator.faults(in: result) == [])
        let here = try document(collected.output)["findings"]?.array ?? []
        let there = result["evidence"]?.array ?? []
        #expect(there.map { $0["id"]?.string } == here.map { $0["id"]?.string })
        #expect(there.map { $0["state"]?.string } == here.map { $0["state"]?.string })
        #expect(there.map { $0["source"]?.string } == here.map { $0["source"]?.string })
        let known = Set(there.compactMap { $0["id"]?.string })
        #expect(known.contains("host.log.signature.tls-and-plain-text-mixed-up"))
        let merged = try Inquest.run(
            ["diagnose", "--evidence", "-", "--json"],
            input: Array((collected.output + collected.output).utf8))
        #expect(try document(merged.output)["evidence"]?.array?.count == there.count)
    }

    @Test func `two looks tell what moved, with its meaning`() throws {
        let port = Service.freePort()
        let folder = Inquest.temporaryFolder()
        let server = try Service(
            "/usr/bin/python3",
            ["-m", "http.server", "\(port)", "--bind", "127.0.0.1"], folder: folder
        ) { Service.isListening(port) }
        let calls = try Service(
            "/bin/bash",
            ["-c", "while sleep 0.1; do : </dev/tcp/127.0.0.1/\(port); done"], folder: folder
        ) { true }
        let outcome = try Inquest.run(["host", "--watch", "2"])
        withExtendedLifetime((server, calls)) {}
        #expect(outcome.output.contains("two looks"))
        #expect(outcome.output.contains("TcpActiveOpens: connections this host began"))
    }

    @Test func `nothing that tells whose host it is stays when that is wanted`() throws {
        let plain = try host("--log", "/proc/self/status")
        let outcome = try Inquest.run(["host", "--json", "--redact", "--log", "/proc/self/status"])
        let node = try document(outcome.output)
        #expect(SchemaValidator.faults(in: node) == [])
        #expect(node["redacted"]?.bool == true)
        let name = try #require(plain["host"]?.string)
        #expect(node["host"]?.string != name)
        let sources = Set((node["findings"]?.array ?? []).compactMap { $0["source"]?.string })
        #expect(sources == ["host:" + (node["host"]?.string ?? "")])
        let addresses = (plain["network"]?["interfaces"]?.array ?? [])
            .flatMap { $0["addresses"]?.array ?? [] }.compactMap(\.string)
            .filter { !$0.hasPrefix("127.") && $0 != "::1" }
        for address in addresses { #expect(!outcome.output.contains(address)) }
        #expect(outcome.output.contains("127.0.0.1"))
        for process in node["processes"]?.array ?? [] {
            let words = process["command_line"]?.array?.compactMap(\.string) ?? []
            #expect(words.count <= 2)
            #expect(words.count < 2 || words[1].hasPrefix("arguments-"))
        }
        // The same again: pseudonyms hang on the order of things alone.
        let text = try Inquest.run(["host", "--redact"])
        for address in addresses { #expect(!text.output.contains(address)) }
    }

    static let wrongWords: [([String], Int32)] = [
        (["--watch", "0"], 64), (["--watch", "-1"], 64), (["--watch", "nan"], 64),
        (["--process", "-3"], 64), (["--process", ""], 64), (["--remote", "1.2.3.4:99999"], 64),
        (["--remote", "[::1:80"], 64), (["--remote", "does-not-exist.invalid:80"], 66),
        (["--status-url", "https://localhost/"], 64), (["--port", "70000"], 64),
    ]

    @Test(arguments: wrongWords)
    func `a wrong word is told with what would be right`(
        arguments: [String], status: Int32
    ) throws {
        let outcome = try Inquest.run(["host"] + arguments)
        #expect(outcome.status == status)
        #expect(!outcome.error.isEmpty)
        #expect(outcome.output.isEmpty)
    }

    @Test(arguments: ["127.0.0.1:80", "[::1]:80", "::1", "localhost:80", "127.0.0.1"])
    func `the other end is named by address or name`(remote: String) throws {
        _ = try host("--remote", remote)
    }

    @Test(arguments: ["-1", "0", "nan", "soon", "90000"])
    func `what is wrong with a number of seconds is said`(seconds: String) throws {
        for option in ["--watch", "--path-idle"] {
            for arguments in [[option, seconds], ["\(option)=\(seconds)"]] {
                let outcome = try Inquest.run(["host"] + arguments)
                #expect(outcome.status == 64)
                let first = try #require(outcome.error.split(separator: "\n").first)
                #expect(first.contains("'\(seconds)'") && first.contains(option))
                #expect(outcome.error.contains("more than 0 and at most 86400"))
            }
        }
        #expect(try Inquest.run(["host", "--port", "-1"]).error.contains("'-1'"))
    }

    @Test func `the lines of what a second look would tell are one, and name the option`() throws {
        let outcome = try Inquest.run(["host"])
        let told = outcome.lines.filter { $0.contains("with a second look, '--watch 10'") }
        #expect(told.count == 1)
        #expect(!outcome.output.contains("needs a second look (--watch)"))
        #expect(outcome.lines.contains { $0.hasPrefix("  with '--port PORT': sock.not-listening") })
        let node = try host()
        let waiting = (node["findings"]?.array ?? []).filter {
            $0["summary"]?.string?.hasSuffix("needs a second look (--watch)") == true
        }
        #expect(told.first?.contains("(\(waiting.count)):") == true)
    }

    @Test func `interrupted between two looks it tells what it saw`() throws {
        let running = try Running(
            Inquest.binary, ["host", "--watch", "600", "--json", "-v"], environment: [:],
            folder: Inquest.temporaryFolder())
        running.closeInput()
        Thread.sleep(forTimeInterval: 1)
        running.interrupt()
        let outcome = running.wait()
        #expect(outcome.status == 130)
        let node = try document(outcome.output)
        #expect(node["truncated"]?.bool == true)
        #expect(node["looks"]?.number == 2)
    }

    @Test func `diagnose looks at this host when it is told to`() throws {
        let outcome = try Inquest.run(["diagnose", "--host", "--json"])
        let node = try document(outcome.output)
        let sources = Set((node["evidence"]?.array ?? []).compactMap { $0["source"]?.string })
        #expect(sources.count == 1)
        #expect(sources.first?.hasPrefix("host:") == true)
        // The step was taken, so it is not proposed again.
        #expect(!(node["next"]?.array ?? []).contains { $0["id"]?.string == "host" })
    }

    @Test func `a look at the host is one of the next steps, as something that this build can do`()
        throws
    {
        let outcome = try Inquest.run(
            ["diagnose", "--symptom", "workers-or-memory-pile-up", "--json"])
        let steps = try document(outcome.output)["next"]?.array ?? []
        let step = try #require(steps.first { $0["id"]?.string == "host" })
        #expect(step["kind"]?.string == "run")
        #expect(step["effect"]?.string == "local")
        #expect(step["command"]?.string?.hasPrefix("inquest diagnose --host --watch") == true)
    }

    @Test func `a question on a plain terminal can look at this host`() throws {
        let outcome = try Inquest.run(
            [
                "diagnose", "--interactive=plain", "--symptom", "workers-or-memory-pile-up",
                "--json",
            ],
            input: Array(String(repeating: "y\n", count: 1).utf8))
        guard outcome.error.contains("What do the sockets, counters") else {
            // Not the first question: answer the others until it comes.
            return try askUntilHost()
        }
        #expect(outcome.error.contains("Looked."))
    }

    private func askUntilHost() throws {
        for before in 1...12 {
            let answers = String(repeating: "?\n", count: before) + "y\nq\n"
            let outcome = try Inquest.run(
                [
                    "diagnose", "--interactive=plain", "--symptom", "workers-or-memory-pile-up",
                    "--json",
                ], input: Array(answers.utf8))
            guard outcome.error.contains("Looked.") else { continue }
            let found = try document(outcome.output)["evidence"]?.array ?? []
            #expect(found.contains { ($0["source"]?.string ?? "").hasPrefix("host:") })
            return
        }
        Issue.record("the step was never offered")
    }
}

/// Cells of a line: all that these tests print is of one cell a scalar.
enum DisplayCells {
    static func of(_ line: String) -> Int { line.unicodeScalars.count }
}
