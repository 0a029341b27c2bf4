import Foundation
import Testing
import Triage

/// What a person names for `inquest host`: namespaces, processes, chains; and what hides from it.
@Suite(.enabled(if: geteuid() == 0, "needs root, for namespaces"))
struct HostScopeTests {
    @Test func `a namespace that is not there is an error that names the nearest one`() throws {
        let name = "inquest-\(UInt32.random(in: 0 ... .max))"
        let made = try Inquest.shell("/usr/sbin/ip netns add \(name)")
        try #require(made.status == 0, "\(made.error)")
        defer { _ = try? Inquest.shell("/usr/sbin/ip netns del \(name)") }
        let inside = try Inquest.run(["host", "--json", "--netns", name])
        #expect(inside.status == 0)
        #expect(try document(inside.output)["sockets"]?["count"]?.number == 0)
        let wrong = try Inquest.run(["host", "--json", "--netns", name + "x"])
        #expect(wrong.status == 66)
        #expect(wrong.output.isEmpty)
        #expect(wrong.error.contains("no network namespace '\(name)x'"))
        #expect(wrong.error.contains("did you mean '\(name)'?"))
        let far = try Inquest.run(["diagnose", "--host", "--netns", "quite-another-thing"])
        #expect(far.status == 66)
        #expect(far.error.contains("/run/netns"))
    }

    @Test func `a process that is not there is an error, and one that is lends its namespace`()
        throws
    {
        // Beyond the largest that the kernel gives (PID_MAX_LIMIT).
        let wrong = try Inquest.run(["host", "--netns", "4194305"])
        #expect(wrong.status == 66)
        #expect(wrong.output.isEmpty)
        #expect(wrong.error.contains("no process 4194305"))
        let own = "\(ProcessInfo.processInfo.processIdentifier)"
        #expect(try Inquest.run(["host", "--netns", own]).status == 0)
    }

    @Test func `a namespace whose name is a number is found when no process has that number`()
        throws
    {
        let name = "\(UInt32.random(in: 5_000_000...2_000_000_000))"
        try #require(try Inquest.shell("/usr/sbin/ip netns add \(name)").status == 0)
        defer { _ = try? Inquest.shell("/usr/sbin/ip netns del \(name)") }
        #expect(try Inquest.run(["host", "--netns", name]).status == 0)
    }

    @Test func `with hidepid what others do is unknown, and the reason is told`() throws {
        // A copy that another user may run, and a /proc that hides others from it.
        let line = """
            folder=$(mktemp -d) && chmod 755 $folder && cp "$INQUEST" $folder/inquest &&
            cp -r '\(Inquest.repository("casebook"))' $folder/casebook &&
            unshare --mount sh -c "mount -t proc -o hidepid=2 proc /proc &&
            INQUEST_CASEBOOK=$folder/casebook HOME=/nowhere exec setpriv --reuid 65534 \
            --regid 65534 --clear-groups $folder/inquest host --json --process sh"
            status=$?; rm -r $folder; exit $status
            """
        let outcome = try Inquest.shell(line)
        #expect(outcome.status == 0, "\(outcome.error)")
        let node = try document(outcome.output)
        let reasons = (node["not_seen"]?.array ?? []).compactMap { $0["summary"]?.string }
        #expect(reasons.contains { $0.contains("hidepid") })
        for id in ["host.proc.slots-exhausted", "host.proc.not-scheduling"] {
            let finding = node["findings"]?.array?.first { $0["id"]?.string == id }
            #expect(finding?["state"]?.string == "unknown")
            #expect(finding?["summary"]?.string?.contains("hidepid") == true)
        }
    }

    @Test func `a file that holds no chain is told from one that is not there`() throws {
        let folder = Inquest.temporaryFolder()
        try Service.write("no chain\n", folder + "/empty.pem")
        let empty = try Inquest.run(["host", "--chain", "empty.pem"], folder: folder)
        #expect(empty.status == 65)
        #expect(empty.error.contains("empty.pem holds no certificate"))
        let none = try Inquest.run(["host", "--chain", "none.pem"], folder: folder)
        #expect(none.status == 66)
        #expect(none.error.contains("none.pem"))
    }
}
