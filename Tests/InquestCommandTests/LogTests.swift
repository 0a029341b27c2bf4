import Foundation
import Testing
import Triage

/// Logs, as a person gives them: `diagnose --log` and `host --log`.
@Suite struct LogTests {
    private static let nginx = """
        2026/01/01 03:04:05 [error] 31#31: *1 upstream prematurely closed connection while reading \
        response header from upstream, client: 10.0.0.9
        2026/01/01 03:04:06 [error] 31#31: *2 upstream timed out (110: Connection timed out)
        2026/01/01 03:09:05 [error] 31#31: *3 recv() failed (104: Connection reset by peer) while \
        reading response header from upstream

        """

    private func folder(_ log: String, as name: String = "error.log") throws -> String {
        let folder = Inquest.temporaryFolder()
        try Service.write(log, folder + "/" + name)
        return folder
    }

    private func evidence(_ outcome: Inquest.Outcome) throws -> [String: JSONNode] {
        let list = try document(outcome.output)["evidence"]?.array ?? []
        return Dictionary(list.map { ($0["id"]?.string ?? "", $0) }, uniquingKeysWith: { $1 })
    }

    @Test func `a signature speaks for the case that it belongs to, and for no other`() throws {
        let outcome = try Inquest.run(
            ["diagnose", "--log", "error.log", "--json"], folder: try folder(Self.nginx))
        let found = try evidence(outcome)
        #expect(Array(found.keys) == ["host.log.signature.keepalive-timeout-race"])
        let one = try #require(found.values.first)
        #expect(one["state"]?.string == "present")
        #expect(one["count"]?.number == 2)
        let places = one["where"]?.array ?? []
        #expect(places.map { $0["line"]?.number } == [1, 3])
        #expect(places.map { $0["file"]?.string } == ["error.log", "error.log"])
        #expect(places.last?["time"]?.string == "2026-01-01T03:09:05.000000000Z")
        let cases = try document(outcome.output)["cases"]?.array ?? []
        let other = try #require(cases.dropFirst().first?["probability"]?.number)
        #expect(cases.first?["id"]?.string == "keepalive-timeout-race")
        #expect((cases.first?["probability"]?.number ?? 0) > 2 * other)
        #expect(nodeFaults(outcome) == [])
    }

    private func nodeFaults(_ outcome: Inquest.Outcome) -> [String] {
        ((try? documents(outcome.output)) ?? []).flatMap(SchemaValidator.faults)
    }

    @Test(arguments: [
        ("client sent plain HTTP request to HTTPS port", "tls-and-plain-text-mixed-up"),
        (#"127.0.0.1 - - "\x16\x03\x01\x02" 400 157"#, "tls-and-plain-text-mixed-up"),
        (
            "error:0A00010B:SSL routines:ssl3_get_record:wrong version number",
            "tls-and-plain-text-mixed-up"
        ),
        ("OpenSSL.SSL.Error: unexpected eof while reading", "server-closes-without-close-notify"),
        (
            "[mpm_prefork:error] AH00161: server reached MaxRequestWorkers setting, consider raising",
            "worker-pool-exhausted-by-slow-dependency"
        ),
        ("tlsv13 alert certificate required", "client-certificate-required-or-rejected"),
        (
            "connect() failed (111: Connection refused) while connecting to upstream",
            "service-not-listening-on-that-address"
        ),
        ("accept4() failed (24: Too many open files)", "close-wait-leak"),
        (
            "Retrying (Retry(total=2, connect=None)) after connection broken by 'ReadTimeoutError'",
            "retry-storm"
        ),
        ("Access Administratively Blocked", "client-rst-on-cancel-triggers-ip-block"),
        (
            "javax.net.ssl.SSLException: Inbound closed before receiving peer's close_notify: "
                + "possible truncation attack?", "tls-session-invalidated-by-missing-close-notify"
        ),
    ])
    func `what real programs write is recognised`(line: String, name: String) throws {
        let outcome = try Inquest.run(
            ["diagnose", "--log", "-", "--json"], input: Array("x\n\(line)\n".utf8))
        #expect(try evidence(outcome)["host.log.signature.\(name)"]?["state"]?.string == "present")
    }

    @Test func `a log that holds nothing known says so, and is no evidence against anything`()
        throws
    {
        let outcome = try Inquest.run(
            ["diagnose", "--log", "-", "--json"], input: Array("all is well\n".utf8))
        #expect(outcome.status == 2)
        let found = try evidence(outcome)
        #expect(found.values.map { $0["state"]?.string } == ["unknown"])
    }

    @Test func `log, standard input and rubbish are read alike`() throws {
        var bytes: [UInt8] = [0, 0xFF, 0x1B, 0x5D, 10] + Array(Self.nginx.utf8)
        bytes += [UInt8](repeating: 0xC3, count: 300_000)
        let outcome = try Inquest.run(["host", "--log", "-", "--json"], input: bytes)
        let log = try #require(try document(outcome.output)["logs"]?.array?.first)
        #expect(log["name"]?.string == "standard input")
        #expect(log["lines"]?.number == 5)
        #expect(log["first"]?.string == "2026-01-01T03:04:05.000000000Z")
        #expect(log["last"]?.string == "2026-01-01T03:09:05.000000000Z")
        #expect(log["matches"]?.array?.count == 2)
        #expect(nodeFaults(outcome) == [])
    }

    @Test func `a person reads which lines, when and how often`() throws {
        let outcome = try Inquest.run(
            ["host", "--log", "error.log"], folder: try folder(Self.nginx))
        #expect(outcome.status == 0)
        let text = outcome.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(text.contains("host.log.signature.keepalive-timeout-race “"))
        #expect(text.contains("(nginx): line 1, 2026-01-01 03:04:05 UTC."))
        #expect(text.contains("error.log: 3 lines"))
        #expect(outcome.lines.allSatisfy { $0.unicodeScalars.count <= 80 })
    }

    @Test func `a log that is not there, or no file, is a fault of the caller`() throws {
        let missing = try Inquest.run(["diagnose", "--log", "/nowhere.log"])
        #expect(missing.status == 66)
        #expect(missing.error.contains("cannot open log /nowhere.log"))
        #expect(try Inquest.run(["host", "--log", "/tmp"]).status == 66)
        let twice = try Inquest.run(["diagnose", "--log", "-", "--capture", "-"])
        #expect(twice.status == 64)
    }

    @Test func `a line that no terminal should see is not shown`() throws {
        let log =
            "\u{1B}]0;title\u{7} upstream prematurely closed connection while reading "
            + "response header \u{202E}evil\n"
        let outcome = try Inquest.run(["host", "--log", "-"], input: Array(log.utf8))
        #expect(!outcome.output.contains("\u{1B}"))
        #expect(!outcome.output.contains("\u{202E}"))
    }

    /// `journalctl` is found by the search path, so a stand-in can speak for a journal.
    @Test func `the journal is asked as JSON when it is wanted`() throws {
        let folder = Inquest.temporaryFolder()
        try Service.write(
            """
            #!/bin/sh
            echo "$@" > \(folder)/arguments
            cat <<'END'
            {"__REALTIME_TIMESTAMP":"1767225600250000","SYSLOG_IDENTIFIER":"nginx",\
            "MESSAGE":"client sent plain HTTP request to HTTPS port"}
            {"__REALTIME_TIMESTAMP":"1767225601000000","_COMM":"app","MESSAGE":[104,105,10,7]}
            not json
            END
            """, folder + "/journalctl")
        chmod(folder + "/journalctl", 0o755)
        let outcome = try Inquest.run(
            ["host", "--journal", "--since", "-2 hours", "--json"],
            environment: ["PATH": folder + ":/usr/bin:/bin"])
        let logs = try document(outcome.output)["logs"]?.array ?? []
        let journal = try #require(logs.first { $0["name"]?.string == "journal" })
        #expect(journal["lines"]?.number == 2)
        #expect(journal["first"]?.string == "2026-01-01T00:00:00.250000000Z")
        #expect(journal["matches"]?.array?.count == 1)
        #expect(journal["cut_short"]?.string == "1 entries could not be understood")
        let asked = try String(contentsOfFile: folder + "/arguments", encoding: .utf8)
        #expect(asked.contains("-o json") && asked.contains("--since -2 hours"))
    }

    @Test func `without journalctl the journal is not silently empty`() throws {
        let outcome = try Inquest.run(
            ["host", "--journal"], environment: ["PATH": "/nowhere"])
        #expect(outcome.output.contains("journalctl cannot be run"))
        #expect(outcome.status == 0)
    }

    @Test func `a faulty pattern of a case is shown with its place`() throws {
        let folder = Inquest.temporaryFolder()
        _ = try Inquest.shell("cp -r \(Inquest.casebook) \(folder)/book")
        let file = try #require(
            FileManager.default.enumerator(atPath: folder + "/book")?
                .compactMap { $0 as? String }.first { $0.hasSuffix("case.md") })
        let path = folder + "/book/" + file
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try Service.write(
            text.replacing(
                "\ndecided-by:",
                with: """

                    signatures:
                      - pattern: 'refused (once'
                        printed-by: a program
                    decided-by:
                    """, maxReplacements: 1), path)
        let outcome = try Inquest.run(["case", "lint", "--casebook", folder + "/book"])
        #expect(outcome.status == 65)
        let line =
            2
            + text.prefix(upTo: text.range(of: "\ndecided-by:")?.lowerBound ?? text.endIndex)
            .count { $0 == "\n" } + 1
        // Column 14 is the quote; the bracket is the ninth character after it.
        #expect(outcome.output.contains(":\(line):23: error: in the pattern: this “(” is never"))
    }
}
