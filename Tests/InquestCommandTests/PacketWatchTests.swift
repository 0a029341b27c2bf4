import Foundation
import Glibc
import Testing
import Triage

/// A probe that sees its own packets, and one that may not.
@Suite(.enabled(if: getuid() == 0, "needs root, to capture and to give rights up"))
struct PacketWatchTests {
    @Test func `with rights the packets of a probe add evidence`() throws {
        let outcome = try Inquest.run(["probe", "127.0.0.1:\(closedPort())", "tcp", "--json"])
        let node = try document(outcome.output)
        #expect(node["own_packets"]?["watched"]?.bool == true, "\(outcome.output)")
        #expect((node["own_packets"]?["packets"]?.number ?? 0) >= 2)
        let refused = node["evidence"]?.array?.first {
            $0["id"]?.string == "capture.tcp.syn-refused"
        }
        #expect(refused?["state"]?.string == "present")
        #expect(refused?["source"]?.string?.hasPrefix("capture:") == true)
    }

    @Test func `by --fail-on likely the casebook decides`() throws {
        let target = "127.0.0.1:\(closedPort())"
        let run = { try Inquest.run(["probe", target, "tcp", "--fail-on", $0]).status }
        #expect(try run("likely") == 1)
        #expect(try run("confirmed") == 0)
        #expect(try run("none") == 0)
    }

    @Test func `packets of other connections to the same server are not ours`() throws {
        let server = LoopbackServer { LoopbackServer.drain($0) }
        let target = "127.0.0.1:\(server.port)"
        let crowded = try Inquest.shell(
            """
            (for i in $(seq 40); do echo x | nc -w 1 127.0.0.1 \(server.port) & done; wait) &
            "$INQUEST" probe \(target) tcp --json
            status=$?
            wait
            exit $status
            """)
        // A connection without data has six or so; the others have hundreds.
        let count = try document(crowded.output)["own_packets"]?["packets"]?.number ?? 0
        #expect(count >= 3 && count <= 20, "\(count)")
    }

    @Test func `without rights it says what could not be seen`() throws {
        let server = LoopbackServer { LoopbackServer.drain($0) }
        let line = """
            chmod 755 . && setpriv --reuid 65534 --regid 65534 --clear-groups \
              --bounding-set -all --inh-caps -all "$INQUEST" probe 127.0.0.1:\(server.port) tcp \
              --no-input --json
            """
        let outcome = try Inquest.shell(line)
        let node = try document(outcome.output)
        #expect(node["own_packets"]?["watched"]?.bool == false)
        #expect(node["own_packets"]?["why_not"]?.string?.contains("setcap") == true)
        let text = try Inquest.shell(line.replacing("--json", with: ""))
        #expect(text.output.contains("nothing is known about the TTL"), "\(text.output)")
        #expect(text.status == 0)
    }

    @Test func `--no-capture watches nothing`() throws {
        let outcome = try Inquest.run([
            "probe", "127.0.0.1:\(closedPort())", "tcp", "--json", "--no-capture",
        ])
        #expect(try document(outcome.output)["own_packets"]?.isNull == true)
    }
}
