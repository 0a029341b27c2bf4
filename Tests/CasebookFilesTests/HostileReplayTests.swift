import Casebook
import Glibc
import Testing

@testable import CasebookFiles

/// The global header of an empty pcap file.
let pcapHeader: [UInt8] =
    [0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0] + [UInt8](repeating: 0, count: 8) + [
        0, 0, 4, 0, 1, 0, 0, 0,
    ]

/// Replays that are none, and files that are not where they seem to be.
@Suite struct HostileReplayTests {
    private let folder = TemporaryFolder.casebook()
    private var replay: String { "\(folder.path)/tls/process-hung/replays/held.pcap" }

    /// What is said of the case, and whether it can be used.
    private func found() -> (said: [String], isUsable: Bool) {
        let (casebook, said) = folder.read()
        return (said, casebook?[case: "process-hung"] != nil)
    }

    @Test(.timeLimit(.minutes(1))) func `a pipe in the place of a replay makes the case unfit`() {
        unlink(replay)
        mkfifo(replay, 0o644)
        let (said, isUsable) = found()
        #expect(
            said == [
                "tls/process-hung/case.md:40:11: error: “replays/held.pcap” is a pipe, "
                    + "not a regular file (put a copy of it there)"
            ])
        #expect(!isUsable, "whoever tests it would wait for ever")
    }

    @Test(.timeLimit(.minutes(1))) func `a device, a folder and a link that leads out are told`() {
        for (make, said) in [
            ({ symlink("/dev/zero", $0) }, "is a device, not a regular file"),
            ({ mkdir($0, 0o755) }, "is a folder, not a regular file"),
            (
                { symlink("/etc/passwd", $0) },
                "is a symbolic link that leads out of the case's folder"
            ),
            (
                { symlink("../../held-by-silent-client/case.md", $0) },
                "leads out of the case's folder"
            ),
        ] as [((String) -> Int32, String)] {
            unlink(replay)
            #expect(make(replay) == 0)
            let (found, isUsable) = found()
            #expect(found.count == 1 && found[0].contains(said), "\(found)")
            #expect(!isUsable)
            rmdir(replay)
        }
    }

    @Test func `a link within the folder of the case is as good as the file`() {
        rename(replay, replay + ".old")
        symlink("held.pcap.old", replay)
        #expect(found().said == [])
    }

    @Test(arguments: [
        (Array("hello".utf8), "is no capture; it begins with 68 65 6c 6c"),
        ([UInt8](), "is empty"), ([0xA1], "is no capture; it begins with a1"),
        (Array("<html>".utf8), "is no capture; it begins with 3c 68 74 6d"),
    ])
    func `a replay that is no capture is told with its first bytes`(bytes: [UInt8], said: String) {
        folder.write("tls/process-hung/replays/held.pcap", bytes)
        let (found, isUsable) = found()
        #expect(found.count == 1 && found[0].contains("“replays/held.pcap” \(said)"), "\(found)")
        #expect(isUsable, "the case can be used without its replays")
    }

    @Test(
        arguments: [
            [0xA1, 0xB2, 0xC3, 0xD4], [0x4D, 0x3C, 0xB2, 0xA1], [0x0A, 0x0D, 0x0D, 0x0A],
            [0x1F, 0x8B, 8, 0], [0x28, 0xB5, 0x2F, 0xFD], [0x04, 0x22, 0x4D, 0x18],
        ] as [[UInt8]])
    func `every format that captures are kept in is one`(magic: [UInt8]) {
        folder.write("tls/process-hung/replays/held.pcap", magic + [0, 0, 0, 0])
        #expect(found().said == [])
    }

    @Test(.timeLimit(.minutes(1))) func `a replay of gigabytes is told by its size, not read`() {
        truncate(replay, 8 << 30)
        let (said, _) = found()
        #expect(said.contains { $0.contains("the file has 8589934592 bytes; at most 67108864") })
    }

    @Test func `recorded evidence has to look like it`() {
        let text = goodCase.replacingFirst("replays/held.pcap", with: "replays/held.json")
            .replacingFirst("id: held-by-silent-client", with: "id: process-hung")
            .replacingFirst("    process-hung:", with: "    held-by-silent-client:")
        folder.write("tls/process-hung/case.md", text)
        unlink(replay)
        folder.write("tls/process-hung/replays/held.json", " \n{\"schema\": 1}")
        #expect(found().said == [])
        folder.write("tls/process-hung/replays/held.json", "schema: 1")
        #expect(found().said.count == 1)
        #expect(found().said[0].contains("“replays/held.json” is no recorded evidence"))
    }

    @Test func `a case, a family or the words behind a link that leads out are not read`() throws {
        let outside = TemporaryFolder.casebook()
        symlink("\(outside.path)/tls/process-hung/case.md", "\(folder.path)/tls/x.md")
        folder.makeFolder("tls/linked")
        symlink("\(outside.path)/tls/process-hung/case.md", "\(folder.path)/tls/linked/case.md")
        symlink("\(outside.path)/tls/process-hung", "\(folder.path)/tls/elsewhere")
        symlink("\(outside.path)/tls", "\(folder.path)/tcp")
        let (casebook, said) = folder.read()
        let outcome = "error: a symbolic link leads out of the casebook"
        #expect(
            said == [
                "tcp/held-by-silent-client/case.md:1:1: \(outcome)",
                "tcp/process-hung/case.md:1:1: \(outcome)",
                "tls/elsewhere/case.md:1:1: \(outcome)", "tls/linked/case.md:1:1: \(outcome)",
            ])
        #expect(try #require(casebook).cases.count == 2)
        unlink("\(folder.path)/symptoms.yaml")
        symlink("\(outside.path)/symptoms.yaml", "\(folder.path)/symptoms.yaml")
        #expect(folder.read().diagnostics.contains { $0 == "symptoms.yaml:1:1: \(outcome)" })
    }

    @Test func `a link from one family to another stays in the casebook`() {
        symlink("../tls/process-hung/case.md", "\(folder.path)/tls/link.md")
        folder.makeFolder("tcp")
        symlink("../tls/process-hung", "\(folder.path)/tcp/process-hung")
        #expect(!folder.read().diagnostics.contains { $0.contains("leads out") })
    }

    @Test func `a table of a hundred thousand cells is told where it begins`() {
        let row = String(repeating: "|", count: 5_000) + "\n"
        let text = goodCase.replacingFirst("A port check", with: "\(row)\(row)\(row)\nA port check")
        let found = lint(text: text)
        #expect(found.count == 1)
        #expect(
            found[0].hasSuffix(
                "error: this table has more than 10000 cells (put it into a file of its own)"))
        let small = goodCase.replacingFirst(
            "A port check", with: "| a | b |\n|---|---|\n| 1 | 2 |\n\nA port check")
        #expect(lint(text: small) == [])
    }

    @Test func `every kind of fault at once is told, each with its place`() throws {
        let text =
            goodCase
            .replacingFirst("format: inquest.case/1", with: "format: inquest.case/9")
            .replacingFirst("title: A silent", with: "title: A \u{1B}silent")
            .replacingFirst("status: draft", with: "status: nonsense")
            .replacingFirst(
                "base-rate: uncommon", with: "base-rate: often\nbase-rate: rare\nnew-key: x"
            )
            .replacingFirst("hang-after-connect: ", with: "no-such-symptom: ")
            .replacingFirst("capture.tcp.silent-open: ", with: "capture.tcp.silent-opening: ")
            .replacingFirst("file: replays/held.pcap", with: "file: ../held.pcap")
            .replacingFirst("## Story", with: "## Tale")
        let found = lint(text: text)
        for said in [
            "2:9: error:", "4:", "“nonsense” for “status”", "“often”",
            "key “base-rate” is given twice",
            "unknown key “new-key”", "unknown symptom “no-such-symptom”",
            "unknown finding “capture.tcp.silent-opening”",
            "does not lie in the folder of the case",
            "Story",
        ] {
            #expect(found.contains { $0.contains(said) }, "\(said) in \(found)")
        }
        #expect(found.allSatisfy { $0.first?.isNumber == true })
    }
}
