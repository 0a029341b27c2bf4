import Casebook
import Foundation
import PacketCapture
import Redaction
import Testing
import TrafficAnalysis
import Triage

/// What `--write` saves of files: cited flows with comments, redacted or not.
@Suite struct SliceTests {
    private static let replays: [String] = {
        let root = Inquest.repository("casebook")
        let files = (try? FileManager.default.subpathsOfDirectory(atPath: root)) ?? []
        return files.filter { $0.hasSuffix(".pcap") || $0.hasSuffix(".pcapng") }.sorted()
    }()

    private static func findings(_ path: String) throws -> [Evidence] {
        try CaptureRun(path: path) { _ in true }.report.findings
    }

    private static func write(
        _ path: String, _ evidence: [Evidence], isWhole: Bool = false,
        redaction: RedactionKey? = nil
    ) throws -> (path: String, slice: CaptureSlice) {
        let out = Inquest.temporaryFolder() + "/slice.pcapng"
        let wish = CaptureSlice.Wish(
            path: out, isWhole: isWhole, program: "test", redaction: redaction)
        return (
            out, try CaptureSlice(evidence, of: [SliceInput(file: path)], wish) { _, _ in true }
        )
    }

    @Test(arguments: replays)
    func `a slice shows what the capture shows`(replay: String) throws {
        let path = Inquest.repository("casebook/" + replay)
        let evidence = try Self.findings(path)
        let present = evidence.filter { $0.state == .present }.map(\.id)
        guard !present.isEmpty else { return }
        let (out, slice) = try Self.write(path, evidence)
        #expect(slice.missing.isEmpty)
        #expect(try Self.findings(out).filter { $0.state == .present }.map(\.id) == present)
    }

    /// What is told without an address or a name; a verdict depends on nothing else.
    private struct Told: Equatable {
        var id: FactID
        var state: FactState
        var count: Int?
        var measure: Evidence.Measure?
        var packets: [Int?]

        init(_ evidence: Evidence) {
            (id, state, count) = (evidence.id, evidence.state, evidence.count)
            measure = evidence.measure
            packets = evidence.locations.map(\.packet)
        }
    }

    @Test(arguments: replays)
    func `a redacted capture has the same findings`(replay: String) throws {
        let path = Inquest.repository("casebook/" + replay)
        let before = try CaptureRun(path: path) { _ in true }.report
        let (out, slice) = try Self.write(
            path, before.findings, isWhole: true, redaction: .random())
        #expect(slice.packets == before.packets)
        #expect(slice.emptied == 0)
        let after = try CaptureRun(path: out) { _ in true }.report
        #expect(after.findings.map(Told.init) == before.findings.map(Told.init))
        #expect(after.warnings == before.warnings)
        #expect(after.bytes == before.bytes)
    }

    @Test(arguments: replays)
    func `no public or private address of a capture is in its redacted form`(
        replay: String
    ) throws {
        let path = Inquest.repository("casebook/" + replay)
        let key = try #require(RedactionKey(Array("a key that never changes".utf8)))
        let before = try CaptureRun(path: path, needs: CaptureNeeds(tables: ["flows"])) { _ in true
        }.report
        let (out, _) = try Self.write(path, before.findings, isWhole: true, redaction: key)
        let after = try CaptureRun(path: out, needs: CaptureNeeds(tables: ["flows"])) { _ in true }
            .report
        var mapped: [String: String] = [:]
        var pairs: [(FlowRecord.Endpoint, FlowRecord.Endpoint)] = []
        before.forEachFlow { pairs.append(($0.client, $0.server)) }
        var index = 0
        after.forEachFlow { flow in
            for (old, new) in [(pairs[index].0, flow.client), (pairs[index].1, flow.server)] {
                #expect(old.port == new.port)
                let (old, new) = ("\(old.address)", "\(new.address)")
                #expect(mapped[old, default: new] == new, "one address, one pseudonym")
                mapped[old] = new
                if !old.hasPrefix("127."), old != "::1" { #expect(old != new) }
            }
            index += 1
        }
        #expect(index == pairs.count)
        #expect(Set(mapped.values).count == mapped.count)
    }

    @Test func `the verdict of a redacted capture is the verdict of the capture`() throws {
        let folder = Inquest.temporaryFolder()
        let made = try Inquest.run(
            ["capture", Inquest.heldCapture, "--write", "r.pcapng", "--whole", "--redact"],
            folder: folder)
        #expect(made.status == 0)
        let arguments = ["diagnose", "--json", "--capture"]
        let before = try document(try Inquest.run(arguments + [Inquest.heldCapture]).output)
        let after = try document(
            try Inquest.run(arguments + [folder + "/r.pcapng"]).output)
        #expect(before["verdict"]?.string == after["verdict"]?.string)
        #expect(
            before["cases"]?.array?.first?["id"]?.string
                == after["cases"]?.array?.first?["id"]?.string)
        #expect(
            before["cases"]?.array?.first?["probability"]?.number
                == after["cases"]?.array?.first?["probability"]?.number)
    }

    @Test func `names are gone from a redacted capture, their shape is not`() throws {
        let folder = Inquest.temporaryFolder()
        let name = "login.customer-portal.example"
        try Data(Packets.hello(serverName: Array(name.utf8)))
            .write(to: URL(filePath: folder + "/hello.pcap"))
        _ = try Inquest.run(
            ["capture", "hello.pcap", "--write", "r.pcapng", "--whole", "--redact"],
            folder: folder)
        let bytes = try #require(FileManager.default.contents(atPath: folder + "/r.pcapng"))
        for word in ["login", "customer", "portal", "hello.pcap"] {
            #expect(bytes.range(of: Data(word.utf8)) == nil, "\(word)")
        }
        let flows = try documents(
            try Inquest.run(["capture", "--flows", "r.pcapng"], folder: folder).output)
        let sni = try #require(flows.first?["tls"]?["sni"]?.string)
        #expect(sni.contains(#/^[a-z]{5}\.[a-z]{8}-[a-z]{6}\.example$/#))
    }

    @Test func `comments of the capture stay in its slice, unless it is redacted`() throws {
        let folder = Inquest.temporaryFolder()
        let outcome = try Inquest.shell(
            "editcap -a 53:'ask Jane' \(Inquest.heldCapture) a.pcapng; "
                + "$INQUEST diagnose --capture a.pcapng --write s -q >/dev/null; "
                + "$INQUEST capture a.pcapng --write r --redact -q >/dev/null; "
                + "tshark -r s -Y 'frame.comment contains \"ask Jane\"' | wc -l; "
                + "tshark -r s -T fields -e frame.comment | grep -c 'packet 53 of a.pcapng'; "
                + "grep -c Jane r", folder: folder)
        #expect(outcome.lines == ["1", "1", "0"])
    }

    @Test func `certificates have other names, the same ones as the hellos`() throws {
        let capture = Inquest.repository("Tests/Fixtures/captures/healthy-tls12-resumption.pcap")
        let fields = "-T fields -E occurrence=f -e x509ce.dNSName"
        let outcome = try Inquest.shell(
            "$INQUEST capture \(capture) --write r.pcapng --whole --redact >/dev/null; "
                + "tshark -r \(capture) -Y tls.handshake.type==11 \(fields); "
                + "tshark -r r.pcapng -Y tls.handshake.type==11 \(fields); "
                + "tshark -r r.pcapng -Y tls.handshake.type==1 -T fields "
                + "-e tls.handshake.extensions_server_name | sort -u; "
                + "grep -c shop.example r.pcapng", folder: Inquest.temporaryFolder())
        let lines = outcome.lines
        try #require(lines.count == 4)
        #expect(lines[0] == "shop.example.com")
        #expect(lines[1].contains(#/^[a-z]{4}\.example\.[a-z]{3}$/#))
        #expect(lines[1] == lines[2])
        #expect(lines[3] == "0")
    }

    @Test func `tshark reads the comments, and the checksums that were right are right`() throws {
        let folder = Inquest.temporaryFolder()
        let outcome = try Inquest.shell(
            "$INQUEST capture \(Inquest.heldCapture) --write s.pcapng >/dev/null && "
                + "tshark -r s.pcapng -T fields -e frame.comment", folder: folder)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("capture.tls.hello-released-by-silent-flow-end: 3 Serv"))
        let check =
            "-o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE -T fields "
            + "-e ip.checksum.status -e tcp.checksum.status"
        let sums = try Inquest.shell(
            "$INQUEST capture \(Inquest.heldCapture) --write r.pcapng --whole --redact >/dev/null;"
                + "tshark -r \(Inquest.heldCapture) \(check) > a; tshark -r r.pcapng \(check) > b;"
                + "sort a | uniq -c; cmp a b && echo same", folder: folder)
        #expect(sums.output.contains("same"))
    }

    @Test func `a slice is the same file each time, and nothing is written over`() throws {
        let folder = Inquest.temporaryFolder()
        for name in ["1", "2"] {
            _ = try Inquest.run(
                ["capture", Inquest.heldCapture, "--write", name], folder: folder)
        }
        let first = FileManager.default.contents(atPath: folder + "/1")
        #expect(first != nil)
        #expect(first == FileManager.default.contents(atPath: folder + "/2"))
        let again = try Inquest.run(
            ["capture", Inquest.heldCapture, "--write", "1"], folder: folder)
        #expect(again.status == 74)
        #expect(again.error.contains("is there already"))
        #expect(FileManager.default.contents(atPath: folder + "/1") == first)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["1", "2"])
    }

    @Test func `the same key gives the same addresses in two captures`() throws {
        let folder = Inquest.temporaryFolder()
        let outcome = try Inquest.shell(
            "head -c 32 /dev/urandom > key; for n in 1 2; do "
                + "$INQUEST capture \(Inquest.heldCapture) --write $n --whole --redact-key key -q"
                + " >/dev/null; done; cmp 1 2 && echo same; "
                + "$INQUEST capture \(Inquest.heldCapture) --write 3 --whole --redact -q >/dev/null;"
                + "cmp -s 1 3 || echo other; head -c 8 key > short; "
                + "$INQUEST capture \(Inquest.heldCapture) --write 4 --redact-key short",
            folder: folder)
        #expect(outcome.lines.prefix(2) == ["same", "other"])
        #expect(outcome.status == 64)
        #expect(outcome.error.contains("16 bytes"))
    }

    @Test(arguments: [
        (["capture", "-", "--write", "x"], 64, "reads captures twice"),
        (["diagnose", "--symptom", "restart-helps", "--write", "x"], 64, "--capture FILE"),
        (["capture", "a", "--redact"], 64, "--redact needs --write"),
        (["capture", Inquest.heldCapture, "--write", "/nowhere/x"], 74, "cannot save packets"),
        (["capture", "--interface", "lo", "--write", "x", "--redact"], 64, "are for files"),
    ])
    func `what cannot be saved is said before anything is read`(
        arguments: [String], status: Int32, words: String
    ) throws {
        let outcome = try Inquest.run(arguments)
        #expect(outcome.status == status)
        #expect(outcome.error.contains(words))
    }

    @Test func `a capture of which nothing is cited is not sliced, and that is said`() throws {
        let folder = Inquest.temporaryFolder()
        try Data(Packets.pcap([])).write(to: URL(filePath: folder + "/empty.pcap"))
        let outcome = try Inquest.run(
            ["capture", "empty.pcap", "--write", "s.pcapng"], folder: folder)
        #expect(outcome.status == 0)
        #expect(outcome.error.contains("was not written"))
        #expect(!FileManager.default.fileExists(atPath: folder + "/s.pcapng"))
    }
}
