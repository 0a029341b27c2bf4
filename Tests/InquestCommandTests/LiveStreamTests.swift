import Foundation
import Testing
import Triage

/// What `capture --interface` tells while it runs, and what it leaves behind.
@Suite(.enabled(if: Namespace.lacks == nil, "needs \(Namespace.lacks ?? "")"))
struct LiveStreamTests {
    /// Twelve connections to a port where nobody listens, refused one after the other.
    private static let refused = """
        python3 -c 'import socket
        for _ in range(12):
            s = socket.socket(); s.connect_ex(("127.0.0.1", 9)); s.close()'
        """

    private func lines(_ outcome: Inquest.Outcome) throws -> [JSONNode] {
        try documents(outcome.output)
    }

    @Test func `findings are lines as they arise, the document is the last`() throws {
        // The second exchange begins when the first finding was seen in the output.
        let outcome = try Namespace.capture(
            "--ndjson > stream",
            after: """
                \(Self.refused)
                for i in $(seq 200); do grep -q evidence stream && break; sleep 0.05; done
                kill -0 $pid && grep -c . stream > seen
                \(Self.refused)
                kill -INT $pid; wait $pid; echo "$(cat seen)"; cat stream
                """)
        let all = outcome.lines
        let early = Int(all.first ?? "") ?? 0
        #expect(early >= 1, "\(outcome.output) \(outcome.error)")
        let nodes = try all.dropFirst().map { try document($0) }
        let last = try #require(nodes.last)
        #expect(last["schema"]?.string == "inquest.capture/1")
        for node in nodes { #expect(SchemaValidator.faults(in: node) == []) }
        var told: [String: JSONNode] = [:]
        for node in nodes.dropLast() {
            #expect(node["schema"]?.string == "inquest.evidence/1")
            let finding = try #require(node["evidence"]?.array?.first)
            let id = finding["id"]?.string ?? ""
            if let before = told[id], finding["state"]?.string == "present" {
                #expect((finding["count"]?.number ?? 0) > (before["count"]?.number ?? 0))
            }
            told[id] = finding
        }
        let open = told.filter { $0.value["state"]?.string == "present" }
        let final = (last["findings"]?.array ?? []).filter { $0["state"]?.string == "present" }
        #expect(Set(open.keys) == Set(final.compactMap { $0["id"]?.string }))
        #expect(!open.isEmpty)
        for finding in final {
            let id = finding["id"]?.string ?? ""
            #expect(open[id]?["count"]?.number == finding["count"]?.number)
        }
    }

    @Test func `the stream is evidence for a diagnosis`() throws {
        let folder = Inquest.temporaryFolder()
        let outcome = try Namespace.capture(
            "--ndjson", after: "\(Self.refused); sleep 1; kill -INT $pid", folder: folder)
        let path = folder + "/stream.ndjson"
        try Data(outcome.output.utf8).write(to: URL(filePath: path))
        let judged = try Inquest.run(["diagnose", "--evidence", path, "--json"])
        #expect([0, 1, 3].contains(judged.status), "\(judged.error)")
        #expect(try document(judged.output)["evidence"]?.array?.isEmpty == false)
    }

    @Test func `a ring keeps the newest files, in which every packet is once`() throws {
        let folder = Inquest.temporaryFolder()
        try Data("mine".utf8).write(to: URL(filePath: folder + "/now-99999.pcap"))
        let outcome = try Namespace.capture(
            "--json --write now.pcap --ring-files 3 --ring-size 0.1",
            after: """
                python3 -c 'import socket
                server = socket.create_server(("127.0.0.1", 8090))
                client = socket.create_connection(("127.0.0.1", 8090)); peer, _ = server.accept()
                for _ in range(1000): client.sendall(b"x" * 1000); peer.recv(1000, socket.MSG_WAITALL)'
                sleep 0.5; kill -INT $pid
                """, folder: folder)
        #expect(outcome.status == 0, "\(outcome.error)")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
            $0.hasPrefix("now-")
        }.sorted()
        #expect(files.count == 4)
        #expect(files.last == "now-99999.pcap")
        #expect(
            FileManager.default.contents(atPath: folder + "/now-99999.pcap") == Data("mine".utf8))
        let total = try #require(try document(outcome.output)["packets"]?.number)
        var kept = 0.0
        for file in files.dropLast() {
            let facts = try FileManager.default.attributesOfItem(atPath: folder + "/" + file)
            #expect((facts[.size] as? NSNumber)?.intValue ?? 0 < 200_000)
            let node = try document(
                try Inquest.run(["capture", file, "--json"], folder: folder).output)
            #expect(node["cut_short"]?.bool == false)
            kept += node["packets"]?.number ?? 0
        }
        let first = try #require(
            outcome.error.split(separator: "those from ").last?.split(separator: " ").first)
        #expect(kept == total - (Double(first) ?? 0) + 1, "\(outcome.error)")
        #expect(kept < total)
    }

    @Test func `root keeps no capability, and the file can still be written`() throws {
        let folder = Inquest.temporaryFolder()
        let outcome = try Namespace.capture(
            "--json --write now.pcap",
            after: """
                cat /proc/$pid/task/*/status | grep -E '^(CapEff|CapPrm|NoNewPrivs)' > rights
                kill -INT $pid
                """, folder: folder)
        #expect(outcome.status == 0, "\(outcome.error)")
        let rights = try String(contentsOfFile: folder + "/rights", encoding: .utf8)
            .split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace) }
        #expect(rights.count >= 3)
        for line in rights {
            let value = try #require(line.last)
            // Who writes a file keeps CAP_DAC_OVERRIDE, number 1.
            #expect(
                line[0] == "NoNewPrivs:" ? value == "1" : UInt64(value, radix: 16) == 2, "\(line)")
        }
        #expect(try document(outcome.output)["tcp"]?["flows"]?.number == 4)
    }

    @Test func `it becomes the user that was named`() throws {
        let folder = Inquest.temporaryFolder()
        let outcome = try Namespace.capture(
            "--user nobody --write now.pcap --json",
            after: "grep -E '^(Uid|CapEff)' /proc/$pid/status > rights; kill -INT $pid",
            folder: folder, before: "chmod 777 .")
        #expect(outcome.status == 0, "\(outcome.error)")
        let rights = try String(contentsOfFile: folder + "/rights", encoding: .utf8)
        #expect(rights.contains("Uid:\t65534\t65534\t65534\t65534"))
        #expect(rights.contains("CapEff:\t0000000000000000"))
        let facts = try FileManager.default.attributesOfItem(atPath: folder + "/now.pcap")
        #expect((facts[.ownerAccountID] as? NSNumber)?.intValue == 65_534)
        let unknown = try Inquest.run(["capture", "--interface", "lo", "--user", "no-such-user"])
        #expect(unknown.status == 64)
        #expect(unknown.error.contains("no user 'no-such-user'"))
    }

    @Test func `promiscuous mode is off unless it is wanted`() throws {
        let pair =
            "ip link add veth-a type veth peer name veth-b; ip link set veth-b up; "
            + "ip link set veth-a up"
        for (option, wanted) in [("", "0"), ("--promiscuous", "1")] {
            let folder = Inquest.temporaryFolder()
            let outcome = try Namespace.capture(
                "--json \(option)",
                after: "ip -d link show veth-a | grep -o 'promiscuity [0-9]' > mode; "
                    + "kill -INT $pid",
                folder: folder, before: pair, interface: "veth-a")
            #expect(outcome.status == 0, "\(outcome.error)")
            let mode = try String(contentsOfFile: folder + "/mode", encoding: .utf8)
            #expect(mode == "promiscuity \(wanted)\n")
        }
    }

    @Test func `packets that the kernel dropped are told`() throws {
        // The program sleeps while more comes than the kernel's ring of 16 MiB holds.
        let outcome = try Namespace.capture(
            "--json",
            after: """
                kill -STOP $pid
                python3 -c 'import socket
                server = socket.create_server(("127.0.0.1", 8090))
                client = socket.create_connection(("127.0.0.1", 8090)); peer, _ = server.accept()
                for _ in range(1500):
                    client.sendall(b"x" * 60000); peer.recv(60000, socket.MSG_WAITALL)'
                kill -CONT $pid; sleep 1; kill -INT $pid
                """)
        #expect(outcome.status == 0, "\(outcome.error)")
        let warnings = try document(outcome.output)["warnings"]?.array ?? []
        #expect(
            warnings.contains { $0["id"]?.string == "capture.quality.missed-packets" },
            "\(outcome.output)")
    }

    @Test func `more memory than allowed ends the capture with what was seen`() throws {
        let outcome = try Namespace.capture(
            "--json --flows --memory 100",
            after: """
                for i in $(seq 300); do kill -0 $pid 2>/dev/null || break
                python3 -c 'import socket
                for port in range(2000):
                    s = socket.socket(); s.connect_ex(("127.0.0.1", 10000 + port)); s.close()'
                done
                """)
        // 600,000 flows are more than 100 MB; the shell waits for the program's own end.
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(!outcome.output.isEmpty)
    }
}

@Suite struct LiveOptionTests {
    @Test(arguments: [
        ("capture --interface lo --ring-files 3", "need each other"),
        ("capture --interface lo --ring-size 3", "need each other"),
        ("capture --interface lo --ring-files 3 --ring-size 1", "needs --write"),
        ("capture --interface lo --write x --ring-files 1 --ring-size 1", "2 to 100000"),
        ("capture --interface lo --write x --ring-files 3 --ring-size 0", "0.1 MB"),
        ("capture --interface lo --memory 1", "100 MB"),
        ("capture --promiscuous x.pcap", "--promiscuous needs --interface"),
        ("capture --user nobody x.pcap", "--user needs --interface"),
    ])
    func `wishes that contradict each other are told as usage`(line: String, words: String) throws {
        let outcome = try Inquest.run(line.split(separator: " ").map(String.init))
        #expect(outcome.status == 64)
        #expect(outcome.error.contains(words), "\(outcome.error)")
    }
}
