import Foundation
import Testing
import Triage

/// What a command line gets wrong, and how we say so.
struct Fault: CustomTestStringConvertible, Sendable {
    var arguments: [String]
    var status: Int32
    /// Must be in the message.
    var says: [String]

    init(_ line: String, _ status: Int32, _ says: String...) {
        arguments = line.split(separator: " ").map(String.init)
        self.status = status
        self.says = says
    }

    var testDescription: String { arguments.joined(separator: " ") }
}

@Suite struct InputFaultTests {
    @Test(arguments: [
        Fault("capture /nowhere.pcap", 66, "/nowhere.pcap", "no such file"),
        Fault("capture /tmp", 66, "/tmp", "directory"),
        Fault("capture /etc/hostname", 65, "no pcap or pcapng"),
        Fault("capture /dev/null", 65, "empty"),
        Fault("capture", 64, "file"),
        Fault("capture --nonsense x", 64, "--nonsense"),
        Fault("diagnose --capture /nowhere.pcap", 66, "/nowhere.pcap"),
        Fault("diagnose --capture /etc", 66, "directory"),
        Fault("diagnose --evidence /nowhere.json", 66, "/nowhere.json"),
        Fault("diagnose --evidence /etc", 66, "directory"),
        Fault("diagnose", 64, "nothing to look at"),
        Fault("diagnose example.com:443", 64, "--probe"),
        Fault("diagnose --probe", 64, "nothing to probe"),
        Fault("diagnose --symptom restart-help", 64, "did you mean 'restart-helps'"),
        Fault("diagnose --symptom restart-helps=maybe", 64, "yes, no, unknown"),
        Fault("diagnose --symptom restart-helps --fail-on sometimes", 64, "sometimes"),
        Fault("diagnose --symptom restart-helps --budget -3", 64, "--budget", "-3", "0 or more"),
        Fault("diagnose --symptom restart-helps --budget", 64, "Missing value"),
        Fault("probe 127.0.0.1:1 tcp --timeout -1", 64, "--timeout wants a number", "above 0"),
        Fault("probe 127.0.0.1:1 tcp --timeout -4", 64, "--timeout wants a number", "above 0"),
        Fault("probe http://127.0.0.1:1 http2 --ping-interval 0.01", 64, "0.1 to 60 seconds"),
        Fault("probe http://127.0.0.1:1 http --header :x", 64, "name: value"),
        Fault("diagnose --symptom restart-helps --json --nagios", 3, ""),
        Fault("diagnose --symptom restart-helps --json --markdown", 64, "--json and --markdown"),
        Fault("diagnose --capture - --evidence -", 64, "only once"),
        Fault("diagnose --symptom restart-helps --log-format xml", 64, "xml", "text, json"),
        Fault("diagnose --symptom restart-helps --record /nowhere/e.json", 74, "/nowhere/e.json"),
        Fault("case list --casebook /nowhere", 66, "/nowhere"),
        Fault("case show pmtu-blackhol", 64, "did you mean 'pmtu-blackhole'"),
        Fault("case test pmtu-blackhol", 64, "did you mean 'pmtu-blackhole'"),
        Fault("case lint /nowhere", 66, "/nowhere"),
        Fault("case search", 64, "words"),
        Fault("case frobnicate", 64, "frobnicate"),
        Fault("finding show capture.tcp.silent-opn", 64, "capture.tcp.silent-open"),
        Fault("symptom show restart-help", 64, "restart-helps"),
        Fault("frobnicate", 64, "frobnicate"),
    ])
    func `a wrong input is told with its own exit code`(fault: Fault) throws {
        let outcome = try Inquest.run(fault.arguments)
        #expect(outcome.status == fault.status)
        let told = outcome.error + outcome.output
        for words in fault.says where !words.isEmpty { #expect(told.contains(words), "\(told)") }
        if fault.status != 3 { #expect(outcome.output.isEmpty) }
    }

    @Test(arguments: [
        ("{\"schema\": \"inquest.evidence/1\",\n \"evidence\": [{\"id\": \"x\"}]}", "-:2:15:"),
        ("{\"schema\": \"inquest.evidence/2\", \"evidence\": []}", "1:12:"),
        ("[{\"id\": \"restart-helps\", \"state\": \"perhaps\"}]", "present, absent, unknown"),
        ("[{\"id\": \"restart-helps\", \"state\": \"present\", \"kind\": \"finding\"}]", "symptom"),
        ("[{\"id\": \"restart-helps\", \"state\": \"present\", \"where\": 3}]", "\"where\""),
        ("[1, 2", "1:6:"), ("not json", "1:1:"), ("[", "1:2:"),
        ("[{\"id\": \"restart-helps\", \"state\": \"present\", \"count\": -1}]", "whole number"),
    ])
    func `a bad evidence file is told with its place`(text: String, says: String) throws {
        let outcome = try Inquest.run(["diagnose", "--evidence", "-"], input: Array(text.utf8))
        #expect(outcome.status == 65)
        let expected = says.replacing("-:", with: "standard input:")
        #expect(outcome.error.contains(expected), "\(outcome.error)")
    }

    @Test func `an unknown id in evidence is a warning with a suggestion`() throws {
        let text = "[{\"id\": \"restart-help\", \"state\": \"present\"}]"
        let outcome = try Inquest.run(
            ["diagnose", "--evidence", "-", "--json"], input: Array(text.utf8))
        #expect(outcome.status == 2)
        #expect(outcome.output.contains("did you mean 'restart-helps'?"))
    }

    @Test func `garbage, nesting and endless input are refused in bounded memory`() throws {
        let garbage = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7919) }
        #expect(try Inquest.run(["capture", "-"], input: garbage).status == 65)
        #expect(try Inquest.run(["diagnose", "--evidence", "-"], input: garbage).status == 65)
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        let nested = try Inquest.run(["diagnose", "--evidence", "-"], input: deep)
        #expect(nested.status == 65)
        #expect(nested.error.contains("64 levels"))
        // ulimit -v would also count what the loader maps, so the limit is on the data segment.
        let endless = try Inquest.shell(
            "ulimit -d 1000000; head -c 200000000 /dev/zero | tr '\\0' ' ' "
                + "| $INQUEST diagnose --evidence -")
        #expect(endless.status == 65)
        #expect(endless.error.contains("64 MiB"))
        let zeros = try Inquest.shell(
            "ulimit -d 1000000; head -c 200000000 /dev/zero | $INQUEST capture -")
        #expect(zeros.status == 65)
    }

    @Test func `a pipe by name is read like a file`() throws {
        let outcome = try Inquest.shell(
            "mkfifo p; cat \(Inquest.heldCapture) > p & $INQUEST capture p --json")
        #expect(outcome.status == 0)
        #expect(try document(outcome.output)["packets"]?.number == 132)
    }

    /// Root may read everything, so it becomes nobody first; that needs setpriv of util-linux and
    /// a build folder which nobody may enter.
    private static let canBecomeNobody: Bool = {
        guard geteuid() == 0 else { return false }
        let line = "setpriv --reuid=65534 --clear-groups $INQUEST --version"
        return (try? Inquest.shell(line).status) == 0
    }()

    @Test(.enabled(if: canBecomeNobody, "needs root and setpriv, and a build folder open to all"))
    func `a file without permission ends with 77`() throws {
        let outcome = try Inquest.shell(
            "chmod 755 .; touch secret.pcap; chmod 600 secret.pcap; "
                + "setpriv --reuid=65534 --clear-groups $INQUEST capture secret.pcap")
        #expect(outcome.status == 77)
        #expect(outcome.error.contains("permission denied"))
    }
}
