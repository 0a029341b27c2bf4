import Foundation
import Glibc
import Testing

/// Cases out of one casebook and into another.
@Suite struct CaseTransferTests {
    private let desk = CaseDesk()
    private let shipped = "pmtu-blackhole"

    private func export(_ arguments: [String]) throws -> [UInt8] {
        let outcome = try desk.run(["case", "export"] + arguments)
        #expect(outcome.status == 0, "\(outcome.error)")
        return outcome.bytes
    }

    private func save(_ bytes: [UInt8], _ name: String) throws -> String {
        try Data(bytes).write(to: URL(filePath: "\(desk.home)/\(name)"))
        return "\(desk.home)/\(name)"
    }

    @Test(arguments: ["--tar", "--json"])
    func `what is exported and imported is the same, byte for byte`(format: String) throws {
        let ids = [shipped, "retry-storm", "close-wait-leak"]
        let bundle = try save(try export([format] + ids), "bundle")
        let imported = try desk.run(["case", "import", bundle])
        #expect(imported.status == 0, "\(imported.error)\(imported.output)")
        #expect(desk.cases.count == 3)
        for path in desk.cases {
            let relative = path.dropFirst(desk.personal.count + 1).dropLast("/case.md".count)
            let compared = try desk.shell(
                "diff -r '\(desk.personal)/\(relative)' '\(Inquest.repository("casebook"))/\(relative)'"
            )
            #expect(compared.status == 0, "\(compared.output)")
        }
        #expect(
            try export([format] + ids) == (try Data(contentsOf: URL(filePath: bundle)).map(\.self)))
    }

    @Test func `a tar stream is one that tar reads, and a case file one that a person reads`()
        throws
    {
        let path = try save(try export(["--tar", shipped]), "a.tar")
        let listed = try desk.shell("tar tf '\(path)'")
        #expect(listed.status == 0 && listed.error.isEmpty)
        #expect(listed.lines.first == "tcp/pmtu-blackhole/case.md")
        let text = try export([shipped])
        #expect(
            text
                == (try Data(
                    contentsOf: URL(
                        filePath: Inquest.repository("casebook/tcp/pmtu-blackhole/case.md"))
                ).map(\.self)))
        let packed = try desk.shell(
            "tar c --format=ustar -C '\(Inquest.repository("casebook"))' tcp/pmtu-blackhole | \"$INQUEST\" case import -"
        )
        #expect(packed.status == 0, "\(packed.error)\(packed.output)")
        #expect(desk.cases.count == 1)
    }

    @Test func `the JSON of an export is as its schema says`() throws {
        let node = try document(String(decoding: try export(["--json", shipped]), as: UTF8.self))
        #expect(SchemaValidator.faults(in: node) == [])
    }

    @Test func `nothing is written before it was shown, and nothing over what is there`() throws {
        let path = try save(try export(["--tar", "retry-storm"]), "a.tar")
        let dry = try desk.run(["case", "import", path, "--dry-run"])
        #expect(dry.status == 0 && desk.cases == [])
        #expect(
            dry.output.contains(
                "overrides \(Inquest.repository("casebook"))/timeouts-retries/retry-storm"))
        #expect(try desk.run(["case", "import", path]).status == 0)
        let same = try desk.run(["case", "import", path])
        #expect(same.status == 0 && same.output.contains("the same  timeouts-retries/retry-storm"))
        let own = desk.personal + "/timeouts-retries/retry-storm/case.md"
        let changed = try desk.text(own).replacing("\ntitle: ", with: "\ntitle: Now ")
        _ = try desk.write(changed, to: own)
        let refused = try desk.run(["case", "import", path])
        #expect(refused.status == 64)
        #expect(refused.output.contains("\n-title: Now ") && refused.output.contains("\n+title: "))
        #expect(refused.error.contains("--replace"))
        #expect(try desk.text(own) == changed)
        #expect(try desk.run(["case", "import", path, "--replace"]).status == 0)
        #expect(try desk.text(own) != changed)
        let left = try FileManager.default.contentsOfDirectory(
            atPath: desk.personal + "/timeouts-retries")
        #expect(left == ["retry-storm"])
    }

    @Test func `faulty cases are refused with all their faults and places, good ones taken in`()
        throws
    {
        let folder = desk.home + "/team"
        let casebook = Inquest.repository("casebook")
        _ = try desk.shell(
            "mkdir -p '\(folder)/tcp' && cp -r '\(casebook)/tcp/pmtu-blackhole' '\(casebook)/tcp/rst-on-close-discards-unread' '\(folder)/tcp/'"
        )
        let path = folder + "/tcp/rst-on-close-discards-unread/case.md"
        _ = try desk.write(
            try desk.text(path).replacing("status: reviewed", with: "status: perhaps")
                .replacing("## Story", with: "## Tale"), to: path)
        let outcome = try desk.run(["case", "import", folder])
        #expect(outcome.status == 65)
        #expect(outcome.output.contains("\(path):6:9: error: bad word “perhaps” for “status”"))
        #expect(outcome.output.contains("“Tale”") || outcome.output.contains("Story"))
        #expect(outcome.error.contains("1 case of 2 not imported"))
        #expect(desk.cases.map { $0.hasSuffix("/tcp/pmtu-blackhole/case.md") } == [true])
    }

    @Test func `a case folder of any name is taken under the name that the case says`() throws {
        _ = try desk.shell("cp -r '\(Inquest.repository("casebook"))/tcp/pmtu-blackhole' here")
        let outcome = try desk.run(["case", "import", "here"])
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(desk.cases == [desk.personal + "/tcp/pmtu-blackhole/case.md"])
    }

    @Test(arguments: [
        ("ln -s /etc/passwd here/replays/more.pcap", "this is a symbolic link"),
        ("rm here/case.md && ln -s /etc/passwd here/case.md", "this is a symbolic link"),
        ("mkfifo here/replays/more.pcap", "this is a pipe, not a regular file"),
        ("truncate -s 3G here/replays/more.pcap", "the file has 3221225472 bytes"),
        ("truncate -s 2G here/case.md", "the file has 2147483648 bytes; at most 1048576 are read"),
        (
            "echo hello > here/replays/large-upload-client-side.pcap",
            "is no capture; it begins with 68 65 6c 6c"
        ),
        (
            "sed -i 's|file: replays/large-upload|file: ../../large-upload|' here/case.md",
            "does not lie in the folder of the case"
        ),
    ])
    func `what does not belong into a case folder is refused or told, and nothing hangs`(
        damage: String, said: String
    ) throws {
        _ = try desk.shell(
            "cp -r '\(Inquest.repository("casebook"))/tcp/pmtu-blackhole' here; \(damage)")
        let outcome = try desk.run(["case", "import", "here", "--dry-run"])
        #expect(outcome.output.contains(said), "\(outcome.output)\(outcome.error)")
    }

    @Test(arguments: [
        ("tar cP --format=ustar --transform 's,^,../,' -f a.tar tcp", "leads out of the folder"),
        ("tar cP --format=ustar --transform 's,^,/tmp/,' -f a.tar tcp", "leads out of the folder"),
        ("ln -s /etc/passwd tcp/x; tar c --format=ustar -f a.tar tcp", "is a link"),
        ("mkfifo tcp/x; tar c --format=ustar -f a.tar tcp", "is neither a file nor a folder"),
        (
            "tar c --format=ustar -f b.tar tcp; head -c 3000 b.tar > a.tar",
            "it ends in the middle of"
        ),
        (
            "tar c --format=ustar -f a.tar tcp; printf X | dd of=a.tar bs=1 seek=3 conv=notrunc status=none",
            "the header's checksum is wrong"
        ),
        (
            "tar c --format=ustar -f a.tar --files-from=/dev/null",
            "ends without the two empty blocks|cannot import|holds no case"
        ),
        ("echo '{\"schema\":\"inquest.case-export/2\"}' > a.tar", "its \"schema\" is not"),
        ("echo '{' > a.tar", "byte"),
    ])
    func `an archive that is hostile or damaged is refused as a whole`(make: String, said: String)
        throws
    {
        let made = try desk.shell(
            "cp -r '\(Inquest.repository("casebook"))/tcp' tcp; \(make)")
        #expect(made.status == 0, "\(made.error)")
        let outcome = try desk.run(["case", "import", "a.tar"])
        #expect(outcome.status == 65)
        let told = said.split(separator: "|").contains { outcome.error.contains($0) }
        #expect(
            told || outcome.output.contains("front matter"), "\(outcome.error)\(outcome.output)")
        #expect(desk.cases == [])
    }

    @Test(arguments: [
        (["case", "import", "/dev/zero"], 65), (["case", "import", "/nowhere"], 66),
        (["case", "import", "."], 65), (["case", "export", "no-such-case"], 64),
        (["case", "export", "pmtu-blackhole", "retry-storm"], 64),
        (["case", "export", "--json", "--tar", "pmtu-blackhole"], 64),
        (["case", "export", "../tcp/pmtu-blackhole"], 64),
    ])
    func `what cannot be moved is told`(arguments: [String], status: Int) throws {
        let outcome = try desk.run(arguments)
        #expect(Int(outcome.status) == status, "\(outcome.error)")
        #expect(outcome.error.hasPrefix("inquest: "))
    }

    @Test func `an export does not overwrite a file`() throws {
        let path = try save(Array("mine".utf8), "a.tar")
        let outcome = try desk.run(["case", "export", "--tar", shipped, "--output", path])
        #expect(outcome.status == 74)
        #expect(try desk.text(path) == "mine")
    }
}
