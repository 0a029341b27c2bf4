import Foundation
import Glibc
import Testing
import Triage

/// Captures on the loopback interface of a network namespace that each test makes for itself.
enum Namespace {
    /// What the tests need and this machine or user has not.
    static let lacks: String? = {
        if getuid() != 0 { return "root" }
        let line =
            "PATH=$PATH:/usr/sbin; command -v ip python3 setpriv && unshare --net ip link set lo up"
        let outcome = try? Inquest.shell(line)
        return outcome?.status == 0 ? nil : "unshare with network namespaces, ip, setpriv, python3"
    }()

    /// Three connections to port 8080, one to 8081: 1000 bytes up, 5000 down.
    private static let exchange = """
        import socket
        for port in (8080, 8080, 8080, 8081):
            server = socket.create_server(("127.0.0.1", port))
            client = socket.create_connection(("127.0.0.1", port))
            peer, _ = server.accept()
            client.sendall(b"a" * 1000)
            peer.recv(1000, socket.MSG_WAITALL)
            peer.sendall(b"b" * 5000)
            client.recv(5000, socket.MSG_WAITALL)
            client.close(); peer.recv(1); peer.close(); server.close()
        """

    /// Runs `before`, starts `inquest capture --interface` with `arguments`, makes the exchange, runs
    /// `after`; in the shell lines `$pid` is the program.
    static func capture(
        _ arguments: String, after: String = "kill -INT $pid", folder: String? = nil,
        before: String = ":", interface: String = "lo"
    ) throws -> Inquest.Outcome {
        // `set -m`: otherwise the shell has its background jobs ignore ^C.
        let script = """
            set -m
            export PATH=$PATH:/usr/sbin
            ip link set lo up
            \(before)
            "$INQUEST" capture --interface \(interface) \(arguments) 2>notices &
            pid=$!
            for i in $(seq 200); do grep -q capturing notices && break; sleep 0.05; done
            python3 -c '\(exchange)'
            \(after)
            wait $pid
            status=$?
            cat notices >&2
            exit $status
            """
        return try Inquest.shell(
            "exec unshare --net bash -c \"$SCRIPT\"", environment: ["SCRIPT": script],
            folder: folder)
    }
}

@Suite(.enabled(if: Namespace.lacks == nil, "needs \(Namespace.lacks ?? "")"))
struct LiveCaptureTests {
    @Test func `what is captured equals what is read from the file that was written`() throws {
        let folder = Inquest.temporaryFolder()
        let outcome = try Namespace.capture("--write now.pcap --flows", folder: folder)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.lines.count == 4)
        let read = try Inquest.run(["capture", "now.pcap", "--flows"], folder: folder)
        #expect(read.output == outcome.output)
        let first = try #require(try documents(outcome.output).first)
        #expect(first["payload_bytes"]?["client"]?.number == 1000)
        #expect(first["payload_bytes"]?["server"]?.number == 5000)
        #expect(first["state"]?.string == "SF")
    }

    @Test func `a filter keeps the rest out, and the document fits its schema`() throws {
        let outcome = try Namespace.capture("--json tcp port 8081")
        #expect(outcome.status == 0)
        let node = try document(outcome.output)
        #expect(node["tcp"]?["flows"]?.number == 1)
        #expect(node["format"]?.string == "live")
        #expect(node["file"]?.string == "lo")
        #expect(node["truncated"] == nil)
        #expect(SchemaValidator.faults(in: node) == [])
    }

    @Test func `it ends after as many packets as wanted, and saves no more`() throws {
        let folder = Inquest.temporaryFolder()
        let outcome = try Namespace.capture(
            "--packets 7 --json --write seven.pcap", after: "", folder: folder)
        #expect(outcome.status == 0)
        #expect(try document(outcome.output)["packets"]?.number == 7)
        let read = try Inquest.run(["capture", "seven.pcap", "--json"], folder: folder)
        #expect(try document(read.output)["packets"]?.number == 7)
    }

    @Test func `it ends when its time is over`() throws {
        let outcome = try Namespace.capture("--for 3 --json", after: "")
        #expect(outcome.status == 0)
        #expect(try document(outcome.output)["tcp"]?["flows"]?.number == 4)
    }

    @Test func `^C before the wanted end tells what was seen and ends with 130`() throws {
        let outcome = try Namespace.capture("--for 60 --json")
        #expect(outcome.status == 130)
        let node = try document(outcome.output)
        #expect(node["truncated"]?.bool == true)
        #expect(node["tcp"]?["flows"]?.number == 4)
    }

    @Test func `SIGTERM, as timeout(1) sends it, ends it like ^C`() throws {
        let outcome = try Namespace.capture("--json", after: "kill -TERM $pid")
        #expect(outcome.status == 0)
        #expect(try document(outcome.output)["tcp"]?["flows"]?.number == 4)
    }

    @Test func `by sudo it gives up root's rights, and the file belongs to the caller`() throws {
        let folder = Inquest.temporaryFolder()
        let outcome = try Namespace.capture(
            "--write now.pcap --json", folder: folder,
            before: "export SUDO_UID=65534 SUDO_GID=65534 SUDO_USER=nobody; chmod 777 .")
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(try document(outcome.output)["tcp"]?["flows"]?.number == 4)
        let facts = try FileManager.default.attributesOfItem(atPath: folder + "/now.pcap")
        #expect((facts[.ownerAccountID] as? NSNumber)?.intValue == 65_534)
    }

    @Test func `an existing file is never overwritten`() throws {
        let folder = Inquest.temporaryFolder()
        try Data("mine".utf8).write(to: URL(filePath: folder + "/now.pcap"))
        let outcome = try Namespace.capture("--write now.pcap", after: "", folder: folder)
        #expect(outcome.status == 74)
        #expect(outcome.error.contains("there already"))
        #expect(FileManager.default.contents(atPath: folder + "/now.pcap") == Data("mine".utf8))
    }

    @Test func `a full disk is told, the file ends with a whole packet, the result is shown`()
        throws
    {
        let folder = Inquest.temporaryFolder()
        // A limit on the size of files stands for the disk; the signal is ignored, as write(2)
        // then fails.
        let outcome = try Namespace.capture(
            "--write full.pcap --json", after: "sleep 1", folder: folder,
            before: "trap '' XFSZ; ulimit -f 8")
        #expect(outcome.status == 74, "\(outcome.error)")
        #expect(outcome.error.contains("File too large"))
        let warnings = try document(outcome.output)["warnings"]?.array?.compactMap {
            $0["id"]?.string
        }
        #expect(warnings?.contains("capture.live.not-saved") == true)
        let read = try Inquest.run(["capture", "full.pcap", "--json"], folder: folder)
        let node = try document(read.output)
        #expect(node["cut_short"]?.bool == false)
        #expect((node["packets"]?.number ?? 0) > 5)
    }

    @Test func `an interface that goes away ends the capture with a warning`() throws {
        let outcome = try Namespace.capture(
            "--json --for 20", after: "ip link del veth-a",
            before: "ip link add veth-a type veth peer name veth-b; ip link set veth-a up",
            interface: "veth-a")
        let node = try document(outcome.output)
        #expect(outcome.status == 0)
        let warnings = node["warnings"]?.array?.compactMap { $0["id"]?.string }
        #expect(warnings?.contains("capture.live.ended-early") == true, "\(outcome.output)")
    }

    @Test func `without the right to capture it says which line grants it`() throws {
        // Programs below root's home cannot be run by others.
        let folder = Inquest.temporaryFolder()
        let line = """
            cp "$INQUEST" program && chmod 755 . program && LD_LIBRARY_PATH=\(Self.runtime) \
            exec setpriv --reuid 65534 --regid 65534 --clear-groups \
            ./program capture --interface lo --for 1
            """
        let outcome = try Inquest.shell(line, folder: folder)
        #expect(outcome.status == 77)
        #expect(outcome.error.contains("sudo setcap cap_net_raw+ep"))
        #expect(outcome.error.split(separator: "\n").count == 1)
    }

    /// Where the debug build finds Swift's libraries.
    private static let runtime = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] ?? ""
}

@Suite struct LiveCaptureFaultTests {
    /// Root opens `lo` before libpcap looks at the filter; others are told about their rights.
    static let mayOpen = getuid() == 0

    @Test(arguments: [
        Fault("capture --interface lo0", 64, "no interface 'lo0'", "did you mean 'lo'", "any"),
        Fault("capture --for 3 x.pcap", 64, "--for needs --interface"),
        Fault("capture --interface lo --for 0", 64, "--for"),
        Fault("capture --interface lo --for nan", 64, "--for"),
        Fault("capture --interface lo --packets 0", 64, "--packets"),
        Fault("capture --interface lo --write -", 64, "--write"),
        Fault("capture --interface lo --json --ndjson", 64, "--json and --ndjson"),
    ])
    func `a wrong wish is told as usage`(fault: Fault) throws {
        let outcome = try Inquest.run(fault.arguments)
        #expect(outcome.status == fault.status)
        for words in fault.says { #expect(outcome.error.contains(words), "\(outcome.error)") }
        #expect(outcome.output.isEmpty)
    }

    @Test(
        .enabled(if: mayOpen, "needs root"),
        arguments: [
            ("tcp prt 443", "\n  tcp prt 443\n      ^^^ did you mean 'port'?\n"),
            ("port htps", "unknown port 'htps'\n  port htps\n       ^^^^\n"),
            ("tcp and", "syntax error\n  tcp and\nman pcap-filter"),
            ("ho\u{202e}st", "ho\\u{202e}st"),
        ])
    func `a bad filter is shown with libpcap's words and a mark`(
        filter: String, says: String
    ) throws {
        let outcome = try Inquest.run(["capture", "--interface", "lo", filter])
        #expect(outcome.status == 64)
        #expect(outcome.error.contains(says), "\(outcome.error)")
        #expect(!outcome.error.contains("\u{202e}"))
    }
}
