import Foundation
import Testing
import Triage

/// The program in odd surroundings: other folders, no home, broken index, closed pipes, terminals.
@Suite struct WorldTests {
    private let words = ["diagnose", "--symptom", "restart-helps", "--json"]

    @Test func `the casebook is found from any working directory`() throws {
        for folder in ["/", "/tmp", Inquest.root] {
            let outcome = try Inquest.run(words, folder: folder)
            #expect(outcome.status == 3, "\(folder): \(outcome.error)")
        }
    }

    @Test func `without a home, or where it cannot be written, a diagnosis still works`() throws {
        for home in ["", "/proc/nowhere", "/dev/null"] {
            let outcome = try Inquest.run(
                words, environment: ["HOME": home, "XDG_DATA_HOME": home])
            #expect(outcome.status == 3, "\(home): \(outcome.error)")
            #expect(outcome.error.contains("memory"))
            let quiet = try Inquest.run(
                words + ["-q"], environment: ["HOME": home, "XDG_DATA_HOME": home])
            #expect(quiet.error.isEmpty)
        }
    }

    @Test func `a broken index is set aside and made again`() throws {
        let folder = Inquest.temporaryFolder()
        let database = folder + "/x.db"
        try "this is no database, but long enough to be looked at".write(
            toFile: database, atomically: true, encoding: .utf8)
        let first = try Inquest.run(words + ["--database", database], folder: folder)
        #expect(first.status == 3)
        #expect(first.error.contains("set aside"))
        #expect(FileManager.default.fileExists(atPath: database + ".corrupt-1"))
        let second = try Inquest.run(words + ["--database", database], folder: folder)
        #expect(second.error.isEmpty)
        #expect(first.bytes == second.bytes)
    }

    @Test func `the index gives the same answer as the files`() throws {
        let folder = Inquest.temporaryFolder()
        let home = ["XDG_DATA_HOME": folder]
        let files = try Inquest.run(words + ["-v"], environment: home)
        let index = try Inquest.run(words + ["-v"], environment: home)
        #expect(files.error.contains("read from files"))
        #expect(index.error.contains("read from index"))
        #expect(files.bytes == index.bytes)
    }

    @Test func `several processes at once agree`() throws {
        let folder = Inquest.temporaryFolder()
        let running = try (0..<4).map { _ in
            try Running(
                Inquest.binary, words, environment: ["XDG_DATA_HOME": folder], folder: folder)
        }
        running.forEach { $0.closeInput() }
        let outcomes = running.map { $0.wait() }
        for outcome in outcomes {
            #expect(outcome.status == 3, "\(outcome.error)")
            #expect(outcome.bytes == outcomes[0].bytes)
        }
    }

    @Test func `a reader that goes away ends the program quietly`() throws {
        let outcome = try Inquest.shell(
            "$INQUEST finding list --json | head -c 5 > /dev/null; echo ${PIPESTATUS[0]}")
        #expect(outcome.error.isEmpty)
        #expect(["0\n", "141\n"].contains(outcome.output))
    }

    @Test func `a full disk under standard output ends with 74`() throws {
        let outcome = try Inquest.shell("$INQUEST case list > /dev/full")
        #expect(outcome.status == 74)
        #expect(outcome.error.contains("standard output"))
    }

    @Test func `a pipe gets no escape codes`() throws {
        for arguments in [
            ["--help"], ["case", "list"], ["diagnose", "--symptom", "restart-helps"],
        ] {
            let outcome = try Inquest.run(arguments)
            #expect(!outcome.bytes.contains(0x1B))
            #expect(!outcome.error.utf8.contains(0x1B))
        }
    }

    /// `script` of bsdutils, which is essential in Debian, gives a program a terminal.
    private func onTerminal(
        _ line: String, _ environment: [String: String] = [:]
    ) throws -> [UInt8] {
        try Inquest.shell(
            "script -qec \"$INQUEST \(line)\" /dev/null", environment: environment
        ).bytes
    }

    @Test func `a terminal gets colour, unless it or its user does not want it`() throws {
        #expect(try onTerminal("case list").contains(0x1B))
        #expect(try !onTerminal("case list --no-color").contains(0x1B))
        #expect(try !onTerminal("case list --plain").contains(0x1B))
        #expect(try !onTerminal("case list", ["NO_COLOR": "1"]).contains(0x1B))
        #expect(try !onTerminal("case list", ["INQUEST_NO_COLOR": "1"]).contains(0x1B))
        #expect(try !onTerminal("case list", ["TERM": "dumb"]).contains(0x1B))
        #expect(try onTerminal("case list", ["NO_COLOR": ""]).contains(0x1B))
    }

    @Test func `flags work before and after the command, variables mirror them`() throws {
        let before = try Inquest.run(["--casebook", Inquest.casebook, "case", "list", "--plain"])
        let after = try Inquest.run(["case", "list", "--plain", "--casebook", Inquest.casebook])
        let mirror = try Inquest.run(
            ["case", "list"],
            environment: ["INQUEST_CASEBOOK": Inquest.casebook, "INQUEST_PLAIN": "1"])
        #expect(before.lines.count == 2)
        #expect(before.bytes == after.bytes)
        #expect(before.bytes == mirror.bytes)
    }

    @Test func `notices and errors are JSON when asked for`() throws {
        let outcome = try Inquest.run(["capture", "/nowhere", "--log-format", "json"])
        let node = try document(outcome.error)
        #expect(node["schema"]?.string == "inquest.log/1")
        #expect(node["level"]?.string == "error")
    }

    @Test func `the version is one line and needs nothing`() throws {
        let outcome = try Inquest.run(["--version"], environment: ["HOME": ""])
        #expect(outcome.output == "inquest 0.1.0\n")
        #expect(outcome.status == 0)
    }
}
