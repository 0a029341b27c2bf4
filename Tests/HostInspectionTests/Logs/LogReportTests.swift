import Casebook
import Foundation
import HostInspection
import Testing

@Suite struct LogReportTests {
    private static let now: Int64 = 1_790_000_000_000_000_000

    private func read(
        _ text: String, coverage: LogReport.Coverage = .unknown,
        targets: [LogTarget] = LogTarget.kernel
    ) -> [FactID: Evidence] {
        let report = LogSearch(targets).read(
            lines: Array(text.utf8), name: "test.log", source: "host:here", now: Self.now,
            coverage: coverage)
        return Dictionary(uniqueKeysWithValues: report.findings.map { ($0.id, $0) })
    }

    @Test(arguments: [
        (
            "TCP: request_sock_TCP: Possible SYN flooding on port 0.0.0.0:80. Sending cookies.",
            "host.kmsg.syn-flooding"
        ),
        ("possible SYN flooding on port 4671. Sending cookies.", "host.kmsg.syn-flooding"),
        ("Out of memory: Killed process 123 (java) total-vm:1kB", "host.kmsg.oom-kill"),
        ("Memory cgroup out of memory: Killed process 9 (nginx)", "host.kmsg.oom-kill"),
        ("Out of memory: Kill process 1234 (java) score 900", "host.kmsg.oom-kill"),
        ("neighbour: arp_cache: neighbor table overflow!", "host.kmsg.neighbour-overflow"),
        ("TCP: out of memory -- consider tuning tcp_mem", "host.kmsg.out-of-socket-memory"),
        ("TCP: too many orphaned sockets", "host.kmsg.out-of-socket-memory"),
        ("nf_conntrack: nf_conntrack: table full, dropping packet", "host.conntrack.drops"),
    ])
    func `what kernels write is recognised`(line: String, fact: FactID) {
        let found = read("Jan  1 00:00:00 host kernel: [1.0] \(line)\n")
        #expect(found[fact]?.state == .present)
        #expect(found[fact]?.locations.first?.line == 1)
        #expect(found.values.count { $0.state == .present } == 1)
    }

    @Test func `what a kernel writes all day is none of it`() {
        let found = read(
            """
            [1.0] eth0: Link is Up - 1Gbps/Full
            [2.0] out of memory handler registered
            [3.0] nf_conntrack: default automatic helper assignment has been turned off
            [4.0] TCP: Hash tables configured
            """)
        #expect(found.values.allSatisfy { $0.state != .present })
    }

    @Test func `only a log of the kernel without a gap can say that there was nothing`() {
        #expect(read("nothing\n")["host.kmsg.oom-kill"] == nil)
        #expect(
            read("nothing\n", coverage: .kernelSinceBoot)["host.kmsg.oom-kill"]?.state == .absent)
        let since = read("nothing\n", coverage: .kernel(since: 1_767_225_600_000_000_000))
        #expect(since["host.kmsg.oom-kill"]?.summary.contains("2026-01-01 00:00:00 UTC") == true)
        // Counters know more of drops than the kernel's log does.
        #expect(read("nothing\n", coverage: .kernelSinceBoot)["host.conntrack.drops"] == nil)
    }

    @Test func `a program's log that holds nothing says nothing, with the reason`() throws {
        let found = read("a\nb\n")
        let evidence = try #require(found[SignatureFinding.general])
        #expect(evidence.state == .unknown)
        #expect(evidence.summary.contains("2 lines of test.log"))
    }

    @Test func `texts of one finding are told together`() throws {
        let one = LogSignature(form: .literal, text: "first text", printedBy: "a program")
        let two = LogSignature(form: .pattern, text: "second t.xt", printedBy: "another")
        let found = read(
            "2026-01-01T00:00:01Z second text\nx\n2026-01-01T00:00:03Z first text\n",
            targets: [
                LogTarget(fact: "f.x", signature: one), LogTarget(fact: "f.x", signature: two),
            ])
        let evidence = try #require(found["f.x"])
        #expect(evidence.count == 2)
        #expect(evidence.locations.map(\.line) == [1, 3])
        #expect(evidence.summary.contains("a program") && evidence.summary.contains("another"))
    }

    @Test func `the kernel's ring is read where that is permitted`() throws {
        switch KernelLog.read() {
        case .known(let log):
            let report = LogSearch(LogTarget.kernel).read(
                lines: log.text, name: "kernel log", source: "host:here", now: Self.now,
                coverage: log.coverage)
            #expect(report.totals.lines == log.text.count { $0 == 10 })
        case .unknown(let obstacle): #expect(!obstacle.description.isEmpty)
        }
        #expect(KernelLog.read("/nowhere/kmsg").obstacle?.reason == .missing)
    }
}
