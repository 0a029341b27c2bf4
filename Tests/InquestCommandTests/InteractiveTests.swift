import Foundation
import Testing
import Triage

/// A triage by questions over a pipe.
@Suite struct InteractiveTests {
    private func ask(
        _ input: String, _ arguments: String..., casebook: String = Inquest.casebook
    ) throws -> Inquest.Outcome {
        try Inquest.run(
            ["diagnose", "--interactive=plain", "--casebook", casebook] + arguments,
            input: Array(input.utf8))
    }

    private func states(_ outcome: Inquest.Outcome) throws -> [String: String] {
        let evidence = try document(outcome.output)["evidence"]?.array ?? []
        return Dictionary(
            evidence.map { ($0["id"]?.string ?? "", $0["state"]?.string ?? "") },
            uniquingKeysWith: { $1 })
    }

    @Test func `answers lead to the same result and exit code as the same flags`() throws {
        let asked = try ask("y\nq\n", "--json")
        let told = try Inquest.run([
            "diagnose", "--casebook", Inquest.casebook, "--symptom", "tls-handshake-hangs",
            "--json",
        ])
        #expect(asked.bytes.isEmpty == false)
        #expect(asked.status == told.status)
        let (one, two) = (try document(asked.output), try document(told.output))
        #expect(one["verdict"]?.string == two["verdict"]?.string)
        #expect(
            one["cases"]?.array?.first?["probability"]?.number
                == two["cases"]?.array?.first?["probability"]?.number)
    }

    @Test func `questions go to standard error, plainly, with the answers in the prompt`() throws {
        let outcome = try ask("q\n")
        #expect(outcome.error.contains("Question 1 (about 5 s): Do clients log"))
        #expect(outcome.error.contains("[y, n, ?, py, pn, why, undo, back, quit, help] > "))
        #expect(outcome.error.contains("Asked because: yes: silent-client-holds-accept"))
        #expect(!outcome.error.contains("\u{1B}"))
        #expect(!outcome.error.contains("\r"))
        #expect(outcome.status == 2)
    }

    @Test func `why and help explain and do not answer`() throws {
        let outcome = try ask("why\nhelp\nwhatever\nq\n", "--json")
        #expect(outcome.error.contains("tls-handshake-hangs would tell"))
        #expect(outcome.error.contains("py (probably yes)"))
        #expect(outcome.error.contains("'whatever' is no answer"))
        #expect(try states(outcome).isEmpty)
    }

    @Test func `an empty line answers nothing and is told what may be typed`() throws {
        let outcome = try ask("\nq\n", "--json")
        #expect(outcome.error.contains("Please type y, n, ?, py or pn; 'help' tells"))
        #expect(try states(outcome).isEmpty)
    }

    @Test func `undo takes an answer back, back asks it again`() throws {
        #expect(try states(try ask("y\nundo\nq\n", "--json")).isEmpty)
        let again = try ask("y\nback\npn\nq\n", "--json")
        #expect(try states(again) == ["tls-handshake-hangs": "absent"])
        let nothing = try ask("undo\nq\n")
        #expect(nothing.error.contains("no answer to take back"))
    }

    @Test func `the end of the input loses nothing, not even half a line`() throws {
        let outcome = try ask("probably yes", "--json")
        #expect(try states(outcome) == ["tls-handshake-hangs": "present"])
        #expect(
            outcome.error.contains(
                "inquest diagnose --interactive=plain --symptom tls-handshake-hangs=probably"))
    }

    @Test func `an interrupt ends it with what is known`() throws {
        let running = try Running(
            Inquest.binary,
            ["diagnose", "--interactive=plain", "--casebook", Inquest.casebook, "--json"],
            environment: [:], folder: Inquest.temporaryFolder())
        running.feed(Array("y\n".utf8))
        running.waitForError("Question 2")
        running.interrupt()
        let outcome = running.wait()
        #expect(outcome.status == 130)
        #expect(try document(outcome.output)["truncated"]?.bool == true)
        #expect(try states(outcome) == ["tls-handshake-hangs": "present"])
    }

    @Test func `own words become questions, and only a yes makes them evidence`() throws {
        let outcome = try ask("say after a restart it is better\ny\nq\n", "--json")
        #expect(outcome.error.contains("from your words: Is it better"))
        let evidence = try document(outcome.output)["evidence"]?.array
        #expect(evidence?.first?["source"]?.string == "report")
        #expect(evidence?.first?["id"]?.string == "restart-helps")
        #expect(try states(try ask("say a restart helps\nq\n", "--json")).isEmpty)
    }

    @Test func `what the words on the command line may have meant is asked first`() throws {
        let outcome = try ask("y\nq\n", "--say", "handshakes hang", "--json")
        #expect(outcome.error.contains("Question 1, from your words: Do "))
        #expect(try states(outcome).values.contains("present"))
    }

    @Test func `a capture is read when its path is typed and agreed to`() throws {
        let casebook = Inquest.repository("casebook")
        let refused = try ask(
            "capture \(Inquest.heldCapture)\nn\nq\n", "--json", casebook: casebook)
        #expect(try states(refused).isEmpty)
        let read = try ask(
            "capture /nowhere.pcap\ny\ncapture \(Inquest.heldCapture)\ny\n", "--json",
            casebook: casebook)
        #expect(read.error.contains("cannot open capture /nowhere.pcap"))
        #expect(read.status == 1)
        #expect(try document(read.output)["verdict"]?.string == "confirmed")
        #expect(read.error.contains("End of the questions: The case is proven"))
    }

    @Test func `an answer that contradicts the rest is pointed out and can be corrected`() throws {
        let corrected = try ask(
            "restart-helps=no\nrestart-helps=yes\nno-such=yes\nq\n", "--json")
        #expect(try states(corrected)["restart-helps"] == "present")
        #expect(corrected.error.contains("knows no symptom 'no-such'"))
        let held = "casebook/tls/blocking-tls-accept-held-by-silent-client/replays/held-by-nc.pcap"
        let doubt = try Inquest.run(
            [
                "diagnose", "--interactive=plain", "--capture", Inquest.repository(held),
                "--symptom", "connect-refused",
            ], input: Array("q\n".utf8))
        #expect(doubt.error.contains("Doubtful: connect-refused=yes contradicts the rest"))
    }

    @Test func `a harmful step comes with its effect and wants a second yes`() throws {
        let server = LoopbackServer.silent()
        let outcome = try ask("y\n?\ny\nno\nq\n", "tls://127.0.0.1:\(server.port)")
        #expect(outcome.error.contains("effect: disruptive"), "\(outcome.error)")
        #expect(outcome.error.contains("ask before you agree"))
        #expect(outcome.error.contains("What would be sent, at most"))
        #expect(outcome.error.contains("Nothing was sent."))
        #expect(server.connections == 0)
    }

    @Test func `nothing can be asked without input`() throws {
        for arguments in [["--no-input"], ["--capture", "-"]] {
            let outcome = try Inquest.run(["diagnose", "--interactive=plain"] + arguments)
            #expect(outcome.status == 64)
            #expect(outcome.output.isEmpty)
        }
        let variable = try Inquest.run(
            ["diagnose", "--interactive=plain"], environment: ["INQUEST_NO_INPUT": "1"])
        #expect(variable.status == 64)
    }

    @Test func `what is typed reaches the terminal harmlessly`() throws {
        let outcome = try ask("\u{1B}[2J\u{202E}\ncapture \u{1B}]0;x\u{7}\ny\nq\n")
        #expect(!outcome.error.contains("\u{1B}"))
        #expect(!outcome.error.contains("\u{202E}"))
    }
}
