import Foundation
import Testing
import Triage

/// Nothing that may harm is sent without consent, and everything can be seen before it is sent.
@Suite struct ProbeConsentTests {
    /// Checks of this build with that effect, and a scheme that they have a question to.
    private func checks(_ effect: String) throws -> [(name: String, scheme: String)] {
        let list = try document(try Inquest.run(["probe", "--list", "--json"]).output)
        return (list["checks"]?.array ?? []).filter { $0["effect"]?.string == effect }.compactMap {
            guard let name = $0["check"]?.string,
                let scheme = $0["schemes"]?.array?.first?.string
            else { return nil }
            return (name, scheme)
        }
    }

    @Test(arguments: ["load", "disruptive"])
    func `without a flag it ends with 77, says what to add, and sends nothing`(
        effect: String
    ) throws {
        let checks = try checks(effect)
        #expect(!checks.isEmpty)
        for check in checks {
            let server = LoopbackServer.silent()
            let outcome = try Inquest.run(
                ["probe", "\(check.scheme)://127.0.0.1:\(server.port)", check.name])
            #expect(outcome.status == 77, "\(check.name)")
            #expect(outcome.error.contains("--allow \(effect)"), "\(outcome.error)")
            #expect(outcome.output.isEmpty)
            #expect(server.connections == 0)
        }
    }

    @Test func `a lower consent does not do`() throws {
        for check in try checks("disruptive") {
            let server = LoopbackServer.silent()
            let target = "\(check.scheme)://127.0.0.1:\(server.port)"
            let outcome = try Inquest.run(["probe", target, check.name, "--allow", "load"])
            #expect(outcome.status == 77)
            #expect(server.connections == 0)
        }
    }

    @Test func `the bundle of a target never harms, whatever is allowed`() throws {
        let harmful = Set(try checks("disruptive").map(\.name))
        for scheme in ["tcp", "tls", "http", "https"] {
            let outcome = try Inquest.run([
                "probe", "\(scheme)://127.0.0.1:1", "--allow", "disruptive", "--dry-run", "--json",
            ])
            let node = try document(outcome.output)
            let names = node["checks"]?.array?.compactMap { $0["check"]?.string } ?? []
            #expect(!names.isEmpty)
            #expect(harmful.isDisjoint(with: names))
        }
    }

    @Test func `a dry run lists connections, bytes and seconds of every check, sends nothing`()
        throws
    {
        let list = try document(try Inquest.run(["probe", "--list", "--json"]).output)
        for check in list["checks"]?.array ?? [] {
            let server = LoopbackServer.silent()
            let name = try #require(check["check"]?.string)
            let scheme = try #require(check["schemes"]?.array?.first?.string)
            let target = "\(scheme)://127.0.0.1:\(server.port)"
            let outcome = try Inquest.run(["probe", target, name, "--dry-run", "--json"])
            #expect(outcome.status == 0)
            let node = try document(outcome.output)
            #expect(SchemaValidator.faults(in: node) == [])
            let plan = try #require(node["checks"]?.array?.first)
            #expect(
                (plan["connections"]?.number ?? 0) + (plan["bytes"]?.number ?? 0) > 0, "\(name)")
            #expect((plan["seconds"]?.number ?? 0) > 0, "\(name)")
            #expect(plan["does"]?.string?.isEmpty == false)
            let text = try Inquest.run(["probe", target, name, "--dry-run"])
            #expect(text.output.contains("What would be sent, at most"))
            #expect(server.connections == 0)
        }
    }

    /// `script` gives the program a terminal, so that it asks.
    @Test(arguments: [("no", 77), ("yes", 0)])
    func `at a terminal it shows the plan and asks`(answer: String, status: Int32) throws {
        let check = try #require(
            try checks("load").first { $0.scheme == "tcp" } ?? checks("load").first)
        let server = LoopbackServer.greeting([])
        let target = "\(check.scheme)://127.0.0.1:\(server.port)"
        let line = """
            (sleep 1; echo \(answer); sleep 0.2) | script -qec \
              '"$INQUEST" probe \(target) \(check.name) --count 1 --timeout 2 --fail-on none \
              --no-capture' /dev/null
            """
        let outcome = try Inquest.shell(line)
        #expect(outcome.output.contains("What would be sent, at most"), "\(outcome.output)")
        #expect(outcome.output.contains("Type 'yes' to send this"))
        if answer == "no" {
            #expect(outcome.status == status)
            #expect(server.connections == 0)
        } else {
            #expect(server.connections > 0)
        }
    }

    @Test func `--no-input never asks`() throws {
        let check = try #require(try checks("disruptive").first)
        let line = """
            script -qec '"$INQUEST" probe \(check.scheme)://127.0.0.1:1 \(check.name) --no-input' \
              /dev/null </dev/null
            """
        let outcome = try Inquest.shell(line)
        #expect(outcome.status == 77)
        #expect(!outcome.output.contains("Type 'yes'"))
    }
}
