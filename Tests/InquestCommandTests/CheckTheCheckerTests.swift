import Foundation
import Testing
import Triage

/// Health checks that people use, tried on servers with known faults.
@Suite struct CheckTheCheckerTests {
    private func verdicts(_ command: String, timeout: String = "3") throws -> [String: String] {
        let outcome = try Inquest.run(
            ["probe", "--check-command", command, "--timeout", timeout, "--json"])
        let node = try document(outcome.output)
        #expect(SchemaValidator.faults(in: node) == [])
        var verdicts: [String: String] = ["exit": "\(outcome.status)"]
        for server in node["servers"]?.array ?? [] {
            verdicts[server["server"]?.string ?? ""] = server["verdict"]?.string
        }
        verdicts["habits"] = (node["habits"]?.array ?? []).compactMap(\.string)
            .joined(separator: " ")
        return verdicts
    }

    @Test func `nc -z sees none of the four faults and says nothing`() throws {
        let told = try verdicts("nc -z {host} {port}")
        for server in ["silent", "closes-at-once", "wrong-certificate", "wants-client-certificate"]
        {
            #expect(told[server] == "blind", "\(server)")
        }
        #expect(told["good"] == "right")
        #expect(told["habits"] == "says-nothing")
        #expect(told["exit"] == "1")
    }

    @Test func `curl sees all four`() throws {
        let told = try verdicts("curl -sS -m 1 https://{host}:{port}/health")
        let right = told.filter { $0.value == "right" }.count
        #expect(right == 5, "\(told)")
        #expect(told["exit"] == "0")
        #expect(told["habits"] == "")
    }

    @Test func `curl -k does not see a certificate of another name`() throws {
        let told = try verdicts("curl -sSk -m 1 https://{host}:{port}/")
        #expect(told["wrong-certificate"] == "blind")
        #expect(told["silent"] == "right")
        #expect(told["exit"] == "1")
    }

    @Test func `curl without TLS never meets the faults of TLS`() throws {
        let told = try verdicts("curl -sS -m 1 http://{host}:{port}/")
        #expect(told["wrong-certificate"] == "not-applicable")
        #expect(told["wants-client-certificate"] == "not-applicable")
        #expect(told["silent"] == "right")
        #expect(told["good"] == "right")
    }

    @Test func `openssl s_client hangs on silence and sees no wrong name`() throws {
        let told = try verdicts(
            "openssl s_client -connect {host}:{port} -verify_return_error </dev/null",
            timeout: "2")
        #expect(told["silent"] == "hangs")
        #expect(told["closes-at-once"] == "right")
        #expect(told["wrong-certificate"] == "blind")
        #expect(told["good"] == "right")
        let named = try verdicts(
            "timeout 1 openssl s_client -connect {host}:{port} -CAfile {ca} "
                + "-verify_return_error -verify_hostname {host} </dev/null")
        #expect(named["wrong-certificate"] == "right")
        #expect(named["silent"] == "right")
        #expect(named["good"] == "right")
    }

    @Test func `one that alarms on a good server, or asks somebody else, says nothing`() throws {
        #expect(try verdicts("nc -z {host} {port}; false")["good"] == "false-alarm")
        #expect(try verdicts("nc -z {host} {port}; false")["exit"] == "2")
        let elsewhere = try verdicts("true {port}")
        #expect(elsewhere["good"] == "never-connected")
        #expect(elsewhere["silent"] == nil)
        #expect(elsewhere["exit"] == "2")
    }

    @Test func `one that holds a connection silently is told what that does`() throws {
        let outcome = try Inquest.run([
            "probe", "--check-command", "sleep 3 | nc {host} {port}; true", "--timeout", "5",
        ])
        #expect(outcome.output.contains("serves nobody"))
        #expect(outcome.output.contains("blocking-tls-accept-held-by-silent-client"))
    }

    @Test func `all that it started ends at the deadline`() throws {
        let folder = Inquest.temporaryFolder()
        let command =
            "nc -z {host} {port}; (sleep 300 & echo $! >> pids; wait) & echo $! >> pids; sleep 300"
        let outcome = try Inquest.run(
            ["probe", "--check-command", command, "--timeout", "0.5", "--json"], folder: folder)
        let node = try document(outcome.output)
        #expect(node["servers"]?.array?.allSatisfy { $0["verdict"]?.string == "hangs" } == true)
        let pids = try String(contentsOfFile: folder + "/pids", encoding: .utf8)
            .split(separator: "\n").compactMap { Int32($0) }
        #expect(pids.count >= 5)
        for pid in pids { #expect(!isRunning(pid), "\(pid)") }
    }

    /// A zombie that nobody has collected yet runs no more.
    private func isRunning(_ pid: Int32) -> Bool {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let state = stat.split(separator: ")").last?.first(where: { $0 != " " })
        else { return false }
        return state != "Z" && state != "X"
    }

    @Test func `what it prints is bounded and harmless`() throws {
        let command =
            "nc -z {host} {port}; head -c 3000000 /dev/zero | tr '\\0' x; printf '\\033[2J\\007'"
        for format in [[], ["--json"], ["--nagios"]] {
            let outcome = try Inquest.run(["probe", "--check-command", command] + format)
            #expect(!outcome.bytes.contains(0x1B))
            #expect(outcome.bytes.count < 100_000)
        }
        let first = try Inquest.run([
            "probe", "--check-command", "printf '\\033]0;x\\007'; nc -z {host} {port}",
        ])
        #expect(!first.bytes.contains(0x1B))
        #expect(first.output.contains("\\u{1b}"))
    }

    @Test func `it must ask the servers, and takes no target`() throws {
        #expect(try Inquest.run(["probe", "--check-command", "true"]).status == 64)
        let both = try Inquest.run([
            "probe", "localhost:1", "--check-command", "nc -z {host} {port}",
        ])
        #expect(both.status == 64)
    }

    @Test func `nothing of it stays behind`() throws {
        let folder = Inquest.temporaryFolder()
        _ = try Inquest.run(
            ["probe", "--check-command", "nc -z {host} {port}"], environment: ["TMPDIR": folder])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }
}
