import Foundation
import Testing
import Triage

/// Many targets, monitoring systems and collectors.
@Suite struct ProbeOutputTests {
    private func folder(targets: [String]) throws -> String {
        let folder = Inquest.temporaryFolder()
        try targets.joined(separator: "\n").write(
            toFile: folder + "/targets", atomically: true, encoding: .utf8)
        return folder
    }

    @Test func `a hundred targets give a line each, refused ones among them`() throws {
        let server = LoopbackServer { LoopbackServer.drain($0) }
        let closed = closedPort()
        let targets = (1...100).map { "127.0.0.\($0):\($0 % 10 == 1 ? server.port : closed)" }
        let folder = try folder(targets: targets + ["# a comment", "", targets[0]])
        let outcome = try Inquest.run(
            ["probe", "--targets", "targets", "tcp", "--ndjson", "--in-flight", "16"],
            folder: folder)
        #expect(outcome.status == 1)
        let nodes = try documents(outcome.output)
        #expect(nodes.count == 100)
        #expect(nodes.flatMap(SchemaValidator.faults) == [])
        #expect(Set(nodes.compactMap { $0["target"]?.string }).count == 100)
        #expect(nodes.count { $0["worked"]?.bool == true } == 1)
        let text = try Inquest.run(["probe", "--targets", "targets", "tcp"], folder: folder)
        #expect(text.output.contains("100 targets: 99 in trouble, 0 could not be"))
    }

    @Test func `faults of a list of targets are told all at once with their places`() throws {
        let folder = try folder(targets: ["localhost:1", "x", "  ", "ftp://a:1", "a b"])
        let outcome = try Inquest.run(["probe", "--targets", "targets"], folder: folder)
        #expect(outcome.status == 65)
        for place in ["targets:2:", "targets:4:", "targets:5:"] {
            #expect(outcome.error.contains(place), "\(outcome.error)")
        }
        #expect(try Inquest.run(["probe", "--targets", "nowhere"], folder: folder).status == 66)
        let empty = try Inquest.run(["probe", "--targets", "-"], input: Array("# no\n".utf8))
        #expect(empty.status == 65)
    }

    @Test func `more than ten thousand targets are refused before anything is sent`() throws {
        let targets = (0...10_000).map { "127.0.\($0 / 250).\($0 % 250 + 1):1" }
        let folder = try folder(targets: targets)
        let outcome = try Inquest.run(["probe", "--targets", "targets", "tcp"], folder: folder)
        #expect(outcome.status == 65)
        #expect(outcome.error.contains("10,000"))
    }

    /// `TEXT | 'label'=value[unit];warn;crit;min …` of the Monitoring Plugins guidelines.
    private func expectPerformance(_ line: String) throws {
        let parts = line.split(separator: "|", maxSplits: 1)
        try #require(parts.count == 2)
        var rest = parts[1][...]
        while !rest.allSatisfy(\.isWhitespace) {
            rest = rest.drop { $0 == " " }
            let item = #/('[^'=]+'|[^ '=]+)=-?[0-9.e-]+(s|ms|us|%|B|c)?(;[^; ]*){0,4}/#
            let match = try #require(rest.prefixMatch(of: item), "\(rest)")
            rest = rest[match.range.upperBound...]
        }
    }

    @Test func `a monitoring system gets one line, performance data and its exit codes`() throws {
        let server = LoopbackServer { LoopbackServer.drain($0) }
        let cases: [(words: [String], status: Int32, word: String)] = [
            (["127.0.0.1:\(server.port)", "tcp"], 0, "OK"),
            (["127.0.0.1:\(closedPort())", "tcp"], 2, "CRITICAL"),
            (["no-such-host.invalid:1", "tcp"], 3, "UNKNOWN"),
            (["nonsense", "tcp"], 3, "UNKNOWN"), (["127.0.0.1:1", "--rate", "x"], 3, "UNKNOWN"),
        ]
        for (words, status, word) in cases {
            let outcome = try Inquest.run(["probe"] + words + ["--nagios"])
            #expect(outcome.status == status, "\(words): \(outcome.output)")
            #expect(outcome.lines.count == 1)
            #expect(outcome.output.hasPrefix("INQUEST \(word) - "), "\(outcome.output)")
            if status != 3 { try expectPerformance(outcome.output) }
        }
    }

    @Test func `metrics are whole, without time stamps, and take the old file's place`() throws {
        let server = LoopbackServer { LoopbackServer.drain($0) }
        let folder = try folder(
            targets: ["127.0.0.1:\(server.port)", "127.0.0.1:\(closedPort())"])
        try "old".write(toFile: folder + "/m.prom", atomically: true, encoding: .utf8)
        _ = try Inquest.run(
            ["probe", "--targets", "targets", "tcp", "--metrics", "m.prom"], folder: folder)
        let text = try String(contentsOfFile: folder + "/m.prom", encoding: .utf8)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
                "m.prom", "targets",
            ])
        #expect(text.hasSuffix("# EOF\n"))
        var families: [String] = []
        var samples: Set<String> = []
        for line in text.split(separator: "\n") where line != "# EOF" {
            if let type = line.wholeMatch(of: #/# TYPE ([a-z_]+) gauge/#) {
                #expect(!families.contains(String(type.1)), "a family in two pieces")
                families.append(String(type.1))
            } else if !line.hasPrefix("# HELP ") {
                let sample = #/([a-z_]+)\{([a-z]+="(?:[^"\\]|\\.)*",?)+\} -?[0-9.e+-]+/#
                let match = try #require(line.wholeMatch(of: sample), "\(line)")
                #expect(families.last == String(match.1))
                #expect(samples.insert(String(line.prefix { $0 != "}" })).inserted, "\(line)")
            }
        }
        #expect(families.contains("inquest_probe_stage_seconds"))
        let success = text.split(separator: "\n").filter { $0.hasPrefix("inquest_probe_success{") }
        #expect(success.count == 2)
        #expect(success.count { $0.hasSuffix(" 1.0") } == 1)
        #expect(success.count { $0.hasSuffix(" 0.0") } == 1)
    }

    @Test func `a folder that cannot be written to is told`() throws {
        let server = LoopbackServer { LoopbackServer.drain($0) }
        let outcome = try Inquest.run([
            "probe", "127.0.0.1:\(server.port)", "tcp", "--metrics", "/nowhere/m.prom",
        ])
        #expect(outcome.status == 74)
    }

    @Test func `a connection leaves from the address and family that were asked for`() throws {
        let server = LoopbackServer { LoopbackServer.drain($0) }
        let outcome = try Inquest.run([
            "probe", "127.0.0.1:\(server.port)", "tcp", "--source", "127.0.0.9", "--json",
        ])
        let timelines = try document(outcome.output)["checks"]?.array?.first?["timelines"]?.array
        #expect(timelines?.last?["local"]?.string?.hasPrefix("127.0.0.9:") == true)
        let wrong = try Inquest.run(["probe", "127.0.0.1:\(server.port)", "tcp", "-6"])
        #expect(wrong.status == 2)
    }

    @Test func `the rate to one target is kept`() throws {
        let server = LoopbackServer { LoopbackServer.drain($0) }
        let folder = try folder(
            targets: [
                "127.0.0.1:\(server.port)/a", "127.0.0.1:\(server.port)/b",
                "127.0.0.1:\(server.port)/c",
            ])
        let outcome = try Inquest.run(
            ["probe", "--targets", "targets", "tcp", "--ndjson", "--rate", "4"], folder: folder)
        let starts = try documents(outcome.output).flatMap { node in
            node["checks"]?.array?.flatMap { $0["log"]?.array ?? [] } ?? []
        }.filter { $0["text"]?.string?.hasPrefix("connected") == true }
            .compactMap { $0["time"]?.string }.compactMap(Timestamp.nanoseconds).sorted()
        try #require(starts.count == 3)
        // A quarter of a second apart; the logged time is that of the connection's end.
        #expect(starts[2] - starts[0] >= 400_000_000)
    }
}
