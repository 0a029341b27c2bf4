import Foundation
import Glibc
import Testing
import Triage

/// ^C in every phase: polite, soon, and with what is known.
@Suite struct ProbeInterruptTests {
    private func interrupted(
        _ arguments: [String], folder: String? = nil, when ready: () -> Bool
    ) throws -> Inquest.Outcome {
        let running = try Running(
            Inquest.binary, ["probe"] + arguments, environment: [:],
            folder: folder ?? Inquest.temporaryFolder())
        #expect(ready())
        running.interrupt()
        return running.wait()
    }

    /// Waits until the kernel lists a connection of ours to the port in that state, in the
    /// hexadecimal form of /proc/net/tcp, half a minute at most.
    private func waitForSocket(to port: UInt16, state: String, beyond: Int = 0) -> Bool {
        let remote = "0100007F:" + String(format: "%04X", port)
        for _ in 0..<600 {
            // Foundation believes the size that /proc tells, which is 0 or a page.
            let table = (try? Inquest.shell("cat /proc/net/tcp").output) ?? ""
            let count = table.split(separator: "\n").count { line in
                let words = line.split(separator: " ")
                return words.count > 3 && words[2] == remote && words[3] == state
            }
            if count > beyond { return true }
            Thread.sleep(forTimeInterval: 0.05)
        }
        return false
    }

    private func expectTold(_ outcome: Inquest.Outcome) throws {
        #expect(outcome.status == 130, "\(outcome.error)")
        let node = try document(outcome.output)
        #expect(node["truncated"]?.bool == true)
        #expect(SchemaValidator.faults(in: node) == [])
        for entry in node["evidence"]?.array ?? [] {
            #expect(entry["state"]?.string != "present", "\(entry["id"]?.string ?? "")")
        }
    }

    @Test func `while connecting`() throws {
        let silent = UnansweringPort()
        #expect(silent.waiting > 0)
        let outcome = try interrupted(
            ["127.0.0.1:\(silent.port)", "tcp", "--timeout", "60", "--json", "--no-capture"]
        ) {
            // Those that fill the queue wait too.
            waitForSocket(to: silent.port, state: "02", beyond: silent.waiting)
        }
        try expectTold(outcome)
    }

    @Test(arguments: [("tls", "tls"), ("http", "http-repeat")])
    func `while waiting for the first answer`(scheme: String, check: String) throws {
        let server = LoopbackServer.silent()
        let outcome = try interrupted(
            [
                "\(scheme)://127.0.0.1:\(server.port)", check, "--timeout", "60", "--json",
                "--no-capture",
            ]
        ) { server.wait(connections: 1) }
        try expectTold(outcome)
    }

    @Test func `while an answer drips`() throws {
        let server = LoopbackServer { descriptor in
            let head = Array("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".utf8)
            _ = send(descriptor, head, head.count, Int32(MSG_NOSIGNAL))
            for _ in 0..<300 {
                guard send(descriptor, [0x78], 1, Int32(MSG_NOSIGNAL)) == 1 else { return }
                usleep(100_000)
            }
        }
        let outcome = try interrupted(
            [
                "http://127.0.0.1:\(server.port)", "--timeout", "60", "--json", "--no-capture",
            ]
        ) { server.wait(connections: 1) }
        #expect(outcome.status == 130)
        #expect(try document(outcome.output)["truncated"]?.bool == true)
    }

    @Test func `among many targets: those that are done are whole`() throws {
        let server = LoopbackServer { LoopbackServer.drain($0) }
        let silent = LoopbackServer.silent()
        let folder = Inquest.temporaryFolder()
        try "tls://127.0.0.1:\(silent.port)\n127.0.0.1:\(server.port)\n".write(
            toFile: folder + "/targets", atomically: true, encoding: .utf8)
        let outcome = try interrupted(
            ["--targets", "targets", "--timeout", "60", "--ndjson"], folder: folder
        ) { server.wait(connections: 1) && silent.wait(connections: 2) }
        #expect(outcome.status == 130)
        let nodes = try documents(outcome.output)
        #expect(nodes.count == 2)
        let open = nodes.first { $0["target"]?.string?.hasPrefix("tls") == true }
        #expect(open?["truncated"]?.bool == true)
        #expect(nodes.flatMap(SchemaValidator.faults) == [])
    }

    @Test func `while a health check runs`() throws {
        let folder = Inquest.temporaryFolder()
        let running = try Running(
            Inquest.binary,
            [
                "probe", "--json", "--timeout", "60", "--check-command",
                "touch started; sleep 60 {port}",
            ], environment: [:], folder: folder)
        for _ in 0..<3000 {
            if FileManager.default.fileExists(atPath: folder + "/started") { break }
            Thread.sleep(forTimeInterval: 0.01)
        }
        running.interrupt()
        let outcome = running.wait()
        #expect(outcome.status == 130)
        #expect(try document(outcome.output)["truncated"]?.bool == true)
    }

    @Test func `in a diagnosis`() throws {
        let server = LoopbackServer.silent()
        let running = try Running(
            Inquest.binary,
            [
                "diagnose", "tls://127.0.0.1:\(server.port)", "--probe", "--timeout", "60",
                "--json", "--no-capture",
            ], environment: [:], folder: Inquest.temporaryFolder())
        #expect(server.wait(connections: 2))
        running.interrupt()
        let outcome = running.wait()
        #expect(outcome.status == 130)
        #expect(try document(outcome.output)["truncated"]?.bool == true)
    }
}
