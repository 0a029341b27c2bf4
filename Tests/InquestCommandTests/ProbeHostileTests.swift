import Foundation
import Glibc
import Testing
import Triage

/// Peers that would rather be obeyed than read, and peers that never end.
@Suite struct ProbeHostileTests {
    private static let banner: [UInt8] =
        Array("220 \u{1B}[2J\u{1B}]0;owned\u{7}\u{202E}moc.live\u{85} ESMTP\r\n".utf8) + [
            0xFF, 13, 10,
        ]
    private static let answer: [UInt8] =
        Array(
            ("HTTP/1.1 403 \u{1B}[31mNo\u{7}\r\nServer: \u{1B}]0;x\u{7}\u{202E}\r\n"
                + "Content-Length: 4\r\nConnection: close\r\n\r\n\u{1B}[2J").utf8)

    private func expectHarmless(_ outcome: Inquest.Outcome) {
        let raw = (outcome.output + outcome.error).unicodeScalars.filter { scalar in
            let category = scalar.properties.generalCategory
            return scalar != "\n" && scalar != "\t" && (category == .control || category == .format)
        }
        #expect(raw.isEmpty, "\(raw.map(\.value))")
        #expect(String(validating: outcome.bytes, as: UTF8.self) != nil)
    }

    @Test(arguments: ["tcp", "tls", "http", "https", "smtp", "imap", "pop3", "ldap", "mysql"])
    func `escape sequences of a peer never reach the terminal`(scheme: String) throws {
        let bytes = scheme.hasPrefix("http") ? Self.answer : Self.banner
        for format in [["-v"], ["--json"]] {
            let server = LoopbackServer.greeting(bytes)
            let folder = Inquest.temporaryFolder()
            let outcome = try Inquest.run(
                [
                    "probe", "\(scheme)://127.0.0.1:\(server.port)", "--timeout", "0.5",
                    "--metrics", "m", "--no-capture",
                ] + format, folder: folder)
            expectHarmless(outcome)
            let metrics = FileManager.default.contents(atPath: folder + "/m").map(Array.init) ?? []
            #expect(!metrics.isEmpty && !metrics.contains(0x1B), "\(outcome.error)")
        }
    }

    @Test(arguments: ["--ndjson", "--nagios", "--plain", "-q"])
    func `escape sequences stay harmless in every form`(format: String) throws {
        let server = LoopbackServer.greeting(Self.answer)
        let outcome = try Inquest.run([
            "probe", "http://127.0.0.1:\(server.port)", "http", "--timeout", "1", format,
        ])
        expectHarmless(outcome)
        #expect(!outcome.output.isEmpty)
    }

    @Test func `hostile targets and checks are never echoed raw`() throws {
        let text = "\u{1B}[31m\u{202E}x"
        for arguments in [
            [text], [text + ":1"], ["localhost:1", text], ["--targets", text],
            ["localhost:1", "--header", text], ["localhost:1", "--source", text],
            ["localhost:1", "--client-cert", text], ["localhost:1", "--direct", text],
            [text, "--nagios"], ["--check-command", text],
            ["localhost:1", "tcp", "--metrics", "/" + text + "/x"],
        ] {
            expectHarmless(try Inquest.run(["probe"] + arguments))
        }
    }

    @Test(arguments: ["tcp", "tls", "http", "smtp"])
    func `a peer that sends for ever ends in bounded time`(scheme: String) throws {
        let flood = [UInt8](repeating: 0x41, count: 64 << 10)
        let server = LoopbackServer { descriptor in
            for _ in 0..<100_000 {
                guard send(descriptor, flood, flood.count, Int32(MSG_NOSIGNAL)) > 0
                else { return }
            }
        }
        let outcome = try Inquest.run([
            "probe", "\(scheme)://127.0.0.1:\(server.port)", "--timeout", "0.5", "--json",
            "--no-capture",
        ])
        #expect([0, 1, 2].contains(outcome.status), "\(outcome.error)")
        #expect(SchemaValidator.faults(in: try document(outcome.output)) == [])
        #expect(outcome.bytes.count < 2 << 20)
    }

    @Test(arguments: ["tcp", "tls", "http", "https", "smtp"])
    func `garbage, resets and silence are told by their stage`(scheme: String) throws {
        let garbage = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ 13) }
        let servers = [
            LoopbackServer.greeting(garbage), LoopbackServer { reset($0) }, LoopbackServer.silent(),
        ]
        for server in servers {
            let outcome = try Inquest.run([
                "probe", "\(scheme)://127.0.0.1:\(server.port)", "--timeout", "0.5", "--json",
                "--no-capture",
            ])
            #expect([0, 1, 2].contains(outcome.status), "\(outcome.error)")
            let node = try document(outcome.output)
            #expect(SchemaValidator.faults(in: node) == [])
            expectHarmless(outcome)
        }
    }
}

/// RST at once.
private func reset(_ descriptor: Int32) {
    var choice = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
        descriptor, SOL_SOCKET, SO_LINGER, &choice, socklen_t(MemoryLayout<linger>.size))
}
