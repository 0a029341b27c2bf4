import Casebook
import Foundation
import HostInspection
import Testing

/// Files that are cut short, damaged, missing or full of tricks.
@Suite struct HostileFileTests {
    private func states(_ host: HostContext) -> [FactID: FactState] {
        Dictionary(
            HostCheckList.evidence(HostCheckList.all, host).map { ($0.id, $0.state) },
            uniquingKeysWith: { first, _ in first })
    }

    @Test("The whole files show every trouble")
    func whole() throws {
        let (first, second) = try TroubledHost.trees()
        let states = states(TroubledHost.context(first.look(), second.look()))
        for (file, ids) in TroubledHost.findings {
            for id in ids { #expect(states[id] == .present, "\(id) from \(file)") }
        }
    }

    @Test(
        "Cut at any byte, a file shows its trouble or nothing, never its absence",
        arguments: TroubledHost.findings.keys.sorted())
    func everyPrefix(file: String) throws {
        let (first, second) = try TroubledHost.trees()
        let earlier = first.look()
        let ids = try #require(TroubledHost.findings[file])
        let bytes = Array(try #require(TroubledHost.second[file]).utf8)
        // Only the list of tracked connections may be empty.
        for length in (file.hasSuffix("/nf_conntrack") ? 1 : 0)..<bytes.count {
            // After a whole line nobody can tell that there were more.
            if length > 0, bytes[length - 1] == 0x0A { continue }
            try second.write(file, Array(bytes[..<length]))
            let states = states(TroubledHost.context(earlier, second.look()))
            for id in ids {
                #expect(states[id] == .present || states[id] == .unknown, "\(id), \(length) bytes")
            }
        }
    }

    @Test(
        "Damaged bytes crash nothing, and every finding keeps a state",
        arguments: TroubledHost.findings.keys.sorted())
    func flips(file: String) throws {
        let (first, second) = try TroubledHost.trees()
        let earlier = first.look()
        let bytes = Array(try #require(TroubledHost.second[file]).utf8)
        var random = Xorshift(seed: UInt64(bytes.count) | 1)
        for _ in 0..<100 {
            var damaged = bytes
            for _ in 0...Int(random.next() % 4) {
                damaged[Int(random.next() % UInt64(damaged.count))] = UInt8(random.next() & 0xFF)
            }
            try second.write(file, damaged)
            let states = states(TroubledHost.context(earlier, second.look()))
            #expect(states.count >= 50)
        }
    }

    @Test("Numbers at the end of their range overflow nothing")
    func hugeNumbers() throws {
        let (first, second) = try TroubledHost.trees()
        for (file, text) in TroubledHost.second {
            let huge = text.replacing(#/[0-9]{2,}/#, with: "18446744073709551615")
            try second.write(file, Array(huge.utf8))
        }
        #expect(states(TroubledHost.context(first.look(), second.look())).count >= 50)
    }

    @Test("Without /proc nothing is known, and nothing is absent")
    func nothingThere() throws {
        let tree = try RecordedTree([:])
        let host = HostContext(first: tree.look(), second: tree.look())
        let evidence = HostCheckList.evidence(HostCheckList.all, host)
        for one in evidence {
            #expect(one.state == .unknown, "\(one.id): \(one.summary)")
            #expect(!one.summary.isEmpty)
        }
    }

    @Test("With hidepid the owners are unknown, and no process is said to be within its limits")
    func hidepid() throws {
        for option in ["hidepid=2", "hidepid=invisible"] {
            let (tree, _) = try TroubledHost.trees()
            try tree.write(
                "proc/self/mounts", Array("proc /proc proc rw,nosuid,\(option) 0 0\n".utf8))
            try tree.write(
                "proc/77/limits",
                Array("Max open files            1000    1000    files\n".utf8))
            let look = tree.look()
            #expect(look.processes.value?.hidesOthers == true)
            let finding = HostContext(first: look).finding("host.fd.near-limit")
            #expect(finding?.state == .unknown)
            #expect(finding?.summary.contains("hidepid") == true)
        }
    }

    @Test("A command line may be huge and full of control characters")
    func commandLine() throws {
        let (tree, _) = try TroubledHost.trees()
        let argument = Array("\u{1B}]0;owned\u{7}\u{202E}".utf8) + [0xFF, 0xFE, 0]
        let line = (0..<100_000).flatMap { _ in argument }
        try tree.write("proc/77/cmdline", line)
        let words = try #require(tree.look().processes.value?[77]?.detail?.commandLine.value)
        #expect(words.count == 64)
        #expect(words.allSatisfy { $0.utf8.count <= 3 * 256 })
    }

    @Test("A process whose files are gone in the middle is no trouble for the others")
    func vanished() throws {
        let (tree, _) = try TroubledHost.trees()
        // A folder of a process that ended: nothing in it.
        try FileManager.default.createDirectory(
            atPath: tree.root.folder + "/proc/78", withIntermediateDirectories: true)
        let look = tree.look()
        #expect(look.processes.value?.processes.map(\.pid) == [77])
        #expect(look.processes.value?.unreadable == 0)
        let detail = look.processes.value?[77]?.detail
        #expect(detail?.userID.obstacle?.reason == .missing)
        #expect(detail?.descriptors.value == 10)
    }

    @Test("A FIFO in the place of a file does not hold the look", .timeLimit(.minutes(1)))
    func fifo() throws {
        let (tree, _) = try TroubledHost.trees()
        let path = tree.root.folder + "/proc/net/snmp"
        try FileManager.default.removeItem(atPath: path)
        #expect(mkfifo(path, 0o600) == 0)
        let look = tree.look()
        #expect(look.counters["TcpOutRsts"] == nil)
        #expect(look.counters.obstacles.contains { $0.subject.hasSuffix("snmp") })
    }
}

/// A small generator, so that a failure can be had again (Marsaglia 2003, xorshift64).
struct Xorshift {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
