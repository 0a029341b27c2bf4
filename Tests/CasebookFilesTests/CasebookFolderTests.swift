import Casebook
import CasebookFiles
import Glibc
import Testing

@Suite struct CasebookFolderTests {
    @Test func `a good casebook is read whole`() throws {
        let folder = TemporaryFolder.casebook()
        let (read, diagnostics) = folder.read()
        let casebook = try #require(read)
        #expect(diagnostics == [])
        #expect(casebook.cases.map(\.id) == ["held-by-silent-client", "process-hung"])
        #expect(casebook.symptoms.map(\.id) == ["hang-after-connect", "ping-works"])
        #expect(casebook.findings.count == 3)
        #expect(casebook[finding: "capture.tcp.silent-open"]?.unit == "s")
        #expect(casebook[finding: "probe.tls.timeout"]?.tier == 2)
        #expect(casebook.group(of: "hang-after-connect") == "hang")
        #expect(casebook[case: "process-hung"]?.folder == "\(folder.path)/tls/process-hung")
    }

    @Test func `a faulty case is left out, and who names it as a rival is not blamed`() throws {
        let folder = TemporaryFolder.casebook()
        folder.writeCase("tls", "process-hung", "---\nid: [\n---\n")
        let (casebook, diagnostics) = folder.read()
        #expect(try #require(casebook).cases.map(\.id) == ["held-by-silent-client"])
        #expect(!diagnostics.isEmpty)
        #expect(diagnostics.allSatisfy { $0.hasPrefix("tls/process-hung/case.md:") })
    }

    @Test func `faults of all files come in one run, sorted by file and place`() {
        let folder = TemporaryFolder.casebook()
        folder.write("findings.yaml", goodFindings.replacingFirst("tier: 2", with: "tier: x"))
        folder.write(
            "symptoms.yaml", goodSymptoms.replacingFirst("question: Does", with: "q: Does"))
        folder.writeCase(
            "tls", "held-by-silent-client",
            goodCase.replacingFirst("hang-after-connect", with: "hang")
                .replacingFirst("base-rate: uncommon", with: "base-rate: often"))
        #expect(
            folder.read().diagnostics == [
                "findings.yaml:22:11: error: tier “x” is not a number from 1 to 9",
                "symptoms.yaml:6:5: error: a symptom has no key “question” (add “question: …”)",
                "symptoms.yaml:7:5: error: unknown key “q” in a symptom "
                    + "(known keys: id, question, group)",
                "tls/held-by-silent-client/case.md:7:12: error: bad word “often” for “base-rate” "
                    + "(one of common, uncommon, rare)",
                "tls/held-by-silent-client/case.md:14:3: error: unknown symptom “hang” "
                    + "(add it to symptoms.yaml)",
            ])
    }

    @Test func `a rival that does not name the case in return is a warning`() {
        let folder = TemporaryFolder.casebook()
        folder.writeCase(
            "tls", "process-hung",
            goodCase.replacingFirst("id: held-by-silent-client", with: "id: process-hung")
                .replacingFirst("    process-hung: Nothing", with: "    third-case: Nothing"))
        folder.writeCase(
            "tls", "third-case",
            goodCase.replacingFirst("id: held-by-silent-client", with: "id: third-case"))
        #expect(
            folder.read().diagnostics == [
                "tls/held-by-silent-client/case.md:26:5: warning: “process-hung” does not name "
                    + "“held-by-silent-client” as its rival (add it to its “rivals”)"
            ])
    }

    @Test func `two cases with one id: the second is left out`() throws {
        let folder = TemporaryFolder.casebook()
        folder.writeCase(
            "tcp", "held-by-silent-client",
            goodCase.replacingFirst("family: tls", with: "family: tcp"))
        let (casebook, diagnostics) = folder.read()
        #expect(
            diagnostics == [
                "tls/held-by-silent-client/case.md:3:5: error: case “held-by-silent-client” exists "
                    + "twice (the other is tcp/held-by-silent-client/case.md)"
            ])
        #expect(try #require(casebook)[case: "held-by-silent-client"]?.family == "tcp")
    }

    @Test func `a missing replay is a fault that leaves the case usable`() throws {
        let folder = TemporaryFolder.casebook()
        unlink("\(folder.path)/tls/process-hung/replays/held.pcap")
        let (casebook, diagnostics) = folder.read()
        #expect(CasebookFolder(path: folder.path).read().diagnostics.map(\.isHarmless) == [true])
        #expect(
            diagnostics == [
                "tls/process-hung/case.md:40:11: error: no such file “replays/held.pcap” "
                    + "(a replay lies in the folder of its case)"
            ])
        #expect(try #require(casebook).cases.count == 2)
    }

    @Test func `a capture that no row names is a warning`() {
        let folder = TemporaryFolder.casebook()
        folder.write("tls/process-hung/replays/other.pcapng", "")
        folder.write("tls/process-hung/replays/README.md", "")
        #expect(
            folder.read().diagnostics == [
                "tls/process-hung/case.md:39:1: warning: no row names the file "
                    + "“replays/other.pcapng” (add it under “replays”, or remove it)"
            ])
    }

    @Test func `a later folder wins by id and adds its words`() throws {
        let first = TemporaryFolder.casebook()
        let second = TemporaryFolder()
        second.write(
            "symptoms.yaml",
            "format: inquest.symptoms/1\nsymptoms:\n  - id: ping-works\n    question: Other?\n"
                + "  - id: only-here\n    question: New?\n")
        second.writeCase(
            "tls", "process-hung",
            goodCase.replacingFirst("id: held-by-silent-client", with: "id: process-hung")
                .replacingFirst("    process-hung:", with: "    held-by-silent-client:")
                .replacingFirst("  hang-after-connect:", with: "  only-here:"))
        let (read, diagnostics, _) = CasebookFolder(paths: [first.path, second.path]).read()
        let casebook = try #require(read)
        #expect(diagnostics == [])
        #expect(casebook.symptoms.map(\.id) == ["hang-after-connect", "ping-works", "only-here"])
        #expect(casebook[symptom: "ping-works"]?.question == "Other?")
        #expect(casebook[case: "process-hung"]?.folder == "\(second.path)/tls/process-hung")
        #expect(casebook.cases.count == 2)
    }
}

@Suite struct VocabularyTests {
    private func lint(symptoms: String = goodSymptoms, findings: String = goodFindings) -> [String]
    {
        let folder = TemporaryFolder()
        folder.write("symptoms.yaml", symptoms)
        folder.write("findings.yaml", findings)
        return folder.read().diagnostics
    }

    @Test func `a symptom given twice is shown at its second place`() {
        let twice = goodSymptoms.replacingFirst("id: ping-works", with: "id: hang-after-connect")
        #expect(
            lint(symptoms: twice) == [
                "symptoms.yaml:6:9: error: id “hang-after-connect” is given twice (first in line 3)"
            ])
    }

    @Test func `a finding given twice is shown at its second place`() {
        let twice = goodFindings.replacingFirst(
            "id: probe.tls.timeout", with: "id: probe.tcp.blocks-others")
        #expect(
            lint(findings: twice) == [
                "findings.yaml:17:9: error: id “probe.tcp.blocks-others” is given twice "
                    + "(first in line 11)"
            ])
    }

    @Test func `ids have the forms of the format`() {
        #expect(
            lint(
                symptoms: goodSymptoms.replacingFirst("ping-works", with: "Ping_works"),
                findings: goodFindings.replacingFirst("probe.tls.timeout", with: "timeout")) == [
                    "findings.yaml:17:9: error: id “timeout” is not of the form "
                        + "layer.thing.property (lower-case words with “-” inside and “.” between, "
                        + "at least one “.”)",
                    "symptoms.yaml:6:9: error: id “Ping_works” is not kebab-case "
                        + "(lower-case letters and digits with “-” between)",
                ])
    }

    @Test func `what a finding lacks or misspells is shown`() {
        let faulty = goodFindings.replacingFirst("effect: local", with: "effect: locl")
            .replacingFirst("    by-hand: openssl s_client -connect HOST:PORT\n", with: "")
            .replacingFirst("    unit: s", with: "    units: s")
        #expect(
            lint(findings: faulty) == [
                "findings.yaml:5:5: error: unknown key “units” in a finding (did you mean “unit”?)",
                "findings.yaml:6:13: error: bad word “locl” for “effect” (did you mean “local”?)",
                "findings.yaml:17:5: error: a finding has no key “by-hand” (add “by-hand: …”)",
            ])
    }

    @Test(arguments: ["0", "1", "0.95", "-0.1", "nan", "inf", "often", "5%"])
    func `a background that is no share with room for doubt is shown`(background: String) {
        #expect(
            lint(
                findings: goodFindings.replacingFirst(
                    "    unit: s", with: "    background: \(background)")) == [
                    "findings.yaml:5:17: error: background “\(background)” is not a number from "
                        + "0.001 to 0.9 (how often the finding is present whatever is wrong; "
                        + "leave it out for the usual 0.05)"
                ])
    }

    @Test func `a background is read as a number`() {
        let folder = TemporaryFolder.casebook()
        folder.write(
            "findings.yaml",
            goodFindings.replacingFirst("    unit: s", with: "    background: 0.25"))
        let casebook = folder.read().casebook
        #expect(casebook?[finding: "capture.tcp.silent-open"]?.background == 0.25)
        #expect(casebook?[finding: "probe.tls.timeout"]?.background == nil)
    }

    @Test func `a question is a question, and by-hand is one line`() {
        #expect(
            lint(
                symptoms: goodSymptoms.replacingFirst("ping work?", with: "ping work"),
                findings: goodFindings.replacingFirst(
                    "by-hand: openssl", with: "by-hand: |\n      echo\n      openssl")) == [
                    "findings.yaml:21:5: error: “by-hand” has more than one line",
                    "symptoms.yaml:7:15: warning: a question ends with a question mark",
                ])
    }

    @Test func `a casebook without vocabulary is no casebook`() {
        let folder = TemporaryFolder()
        let (casebook, diagnostics) = folder.read()
        #expect(casebook == nil)
        #expect(
            diagnostics == [
                "symptoms.yaml:1:1: error: the vocabulary has no symptoms",
                "findings.yaml:1:1: error: the vocabulary has no findings",
            ])
    }
}

@Suite struct HostileFolderTests {
    @Test(.timeLimit(.minutes(1)))
    func `a pipe, a folder and a socket named case.md are reported, not opened`() throws {
        let folder = TemporaryFolder.casebook()
        folder.makeFolder("tls/pipe")
        mkfifo("\(folder.path)/tls/pipe/case.md", 0o644)
        folder.makeFolder("tls/folder/case.md")
        folder.makeFolder("tls/empty")
        folder.makeFolder("tls/device")
        symlink("/dev/zero", "\(folder.path)/tls/device/case.md")
        let (casebook, diagnostics) = folder.read()
        #expect(
            diagnostics == [
                "tls/device/case.md:1:1: error: this is a device, not a regular file",
                "tls/empty/case.md:1:1: warning: the folder of a case holds no “case.md”",
                "tls/folder/case.md:1:1: error: this is a folder, not a regular file",
                "tls/pipe/case.md:1:1: error: this is a pipe, not a regular file",
            ])
        #expect(try #require(casebook).cases.count == 2)
    }

    @Test func `links that lead to themselves or above are reported and end`() throws {
        let folder = TemporaryFolder.casebook()
        symlink("loop", "\(folder.path)/tls/loop")
        symlink("..", "\(folder.path)/tls/above")
        symlink("/nowhere", "\(folder.path)/tls/nowhere")
        symlink(".", "\(folder.path)/self")
        let (casebook, diagnostics) = folder.read()
        #expect(
            diagnostics == [
                "tls/above/case.md:1:1: warning: the folder of a case holds no “case.md”",
                "tls/loop/case.md:1:1: error: cannot be read: Too many levels of symbolic links",
                "tls/nowhere/case.md:1:1: warning: the folder of a case holds no “case.md”",
            ])
        #expect(try #require(casebook).cases.count == 2)
    }

    @Test func `a case of ten megabytes is refused by its size`() throws {
        let folder = TemporaryFolder.casebook()
        let big = folder.write("tls/big/case.md", "---\n")
        truncate(big, 10 << 20)
        let (casebook, diagnostics) = folder.read()
        #expect(
            diagnostics == [
                "tls/big/case.md:1:1: error: the file has 10485760 bytes; at most 1048576 are read"
            ])
        #expect(try #require(casebook).cases.count == 2)
    }

    @Test func `names of folders are never printed raw`() {
        let folder = TemporaryFolder.casebook()
        folder.write("tls/a\u{1B}[2J\u{202E}\n/case.md", "x")
        #expect(
            folder.read().diagnostics == [
                "tls/a<U+001B>[2J<U+202E><U+000A>/case.md:1:1: error: the file does not begin with "
                    + "front matter (begin with a line “---”, the keys, and another line “---”)"
            ])
    }

    @Test func `a folder that does not exist is reported`() {
        let (casebook, diagnostics, _) = CasebookFolder(path: "/nonexistent/casebook").read()
        #expect(casebook == nil)
        #expect(diagnostics.first?.text == "/nonexistent/casebook:1:1: error: no such file")
    }

    @Test(.enabled(if: getuid() != 0, "root reads everything"))
    func `a folder that cannot be read is reported`() throws {
        let folder = TemporaryFolder.casebook()
        folder.makeFolder("tcp")
        chmod("\(folder.path)/tcp", 0)
        defer { chmod("\(folder.path)/tcp", 0o755) }
        let (casebook, diagnostics) = folder.read()
        #expect(diagnostics == ["tcp:1:1: error: cannot be read: Permission denied"])
        #expect(try #require(casebook).cases.count == 2)
    }

    @Test func `a case that lies too high is told where to go`() {
        let folder = TemporaryFolder.casebook()
        folder.write("tls/case.md", goodCase)
        #expect(
            folder.read().diagnostics.contains(
                "tls/case.md:1:1: error: a case lies in FAMILY/ID/case.md (move it two folders down)"
            ))
    }
}

@Suite struct ContentHashOfFolderTests {
    @Test func `the hash without parsing is the hash of what was read`() {
        let folder = TemporaryFolder.casebook()
        let casebook = CasebookFolder(path: folder.path)
        let (read, _, hash) = casebook.read()
        #expect(casebook.contentHash() == hash)
        #expect(read?.hash == hash)
        #expect(hash.count == 40)
    }

    @Test func `it is the same wherever the folder lies and whatever else lies in it`() {
        let (one, two) = (TemporaryFolder.casebook(), TemporaryFolder.casebook())
        two.write("README.md", "text")
        two.write("tls/process-hung/replays/more.pcap", "bytes")
        let hashes = [one, two].map { CasebookFolder(path: $0.path).contentHash() }
        #expect(hashes[0] == hashes[1])
        #expect(CasebookFolder(path: two.path + "/").contentHash() == hashes[0])
    }

    @Test(arguments: [
        "symptoms.yaml", "findings.yaml", "tls/process-hung/case.md", "tls/new/case.md",
        "dns/process-hung/case.md",
    ])
    func `a change in any of its files changes it`(file: String) {
        let folder = TemporaryFolder.casebook()
        let before = CasebookFolder(path: folder.path).contentHash()
        folder.write(file, "changed")
        #expect(CasebookFolder(path: folder.path).contentHash() != before)
    }

    @Test func `bytes that move from one file to the next change it`() {
        let (one, two) = (TemporaryFolder(), TemporaryFolder())
        one.write("findings.yaml", "ab")
        one.write("symptoms.yaml", "c")
        two.write("findings.yaml", "a")
        two.write("symptoms.yaml", "bc")
        #expect(
            CasebookFolder(path: one.path).contentHash()
                != CasebookFolder(path: two.path).contentHash())
    }
}
