import Casebook
import HostInspection
import Testing

/// The processes of a service, and what they wait for.
@Suite(.enabled(if: Lab.lacks == nil, "needs \(Lab.lacks ?? "")"))
struct ServiceTests {
    private static let slots = "host.proc.slots-exhausted"
    private static let waits = "host.proc.waits-on-outbound-read"
    private static let scheduling = "host.proc.not-scheduling"

    private func context(_ lab: Lab, aged: Double = 0) throws -> HostContext {
        try lab.looks(HostScope(process: .pid(lab.process)), apart: 15, aged: aged)
    }

    @Test("Workers that all wait for one silent backend are told, and that no slot is left")
    func hung() throws {
        let lab = try Lab("prefork", "4", "hung")
        let host = try context(lab)
        #expect(host.finding(Self.waits)?.state == .present)
        #expect(host.finding(Self.waits)?.count == 4)
        #expect(host.finding(Self.waits)?.summary.contains("127.0.0.1:9000") == true)
        #expect(host.finding(Self.slots)?.state == .present)
        #expect(host.finding(Self.scheduling)?.state == .absent)
        #expect(host.finding("host.sock.asked-never-answered")?.state == .present)
    }

    @Test("The picture counts processes, threads, descriptors and silent connections")
    func picture() throws {
        let lab = try Lab("prefork", "4", "hung")
        let picture = try #require(ServicePicture.of(try context(lab, aged: 2400)).value)
        #expect(picture.processes.count == 5)
        #expect(picture.reading >= 4)
        #expect(picture.accepting == 0)
        #expect(picture.descriptors >= 5 * 4)
        #expect(picture.residentBytes > 5 << 20)
        #expect(picture.tlsLibraries.value != nil)
        let sentence = try #require(
            picture.sentences.first { $0.contains(" to 127.0.0.1:9000") })
        #expect(sentence.hasPrefix("4 ESTABLISHED of python3 to 127.0.0.1:9000, silent for 40 min"))
        #expect(sentence.hasSuffix("no timer: nothing but the program can end them"))
    }

    @Test("Workers that sleep in accept are free")
    func idle() throws {
        let lab = try Lab("prefork", "4", "idle")
        let host = try context(lab)
        #expect(host.finding(Self.slots)?.state == .absent)
        #expect(host.finding(Self.waits)?.state == .absent)
        #expect(host.finding(Self.scheduling)?.state == .absent)
    }

    @Test(
        "Threads that all read while connections wait are told; asleep on a lock nobody can say",
        arguments: [("busy", FactState.present), ("lazy", .unknown)])
    func threads(kind: String, state: FactState) throws {
        let lab = try Lab("threads", "4", kind)
        let host = try context(lab)
        let slots = try #require(host.finding(Self.slots))
        let groups = host.latest.sockets.value?.groups() ?? []
        // With the clients that the threads could not take, or with all seven.
        #expect(groups.reduce(0) { $0 + $1.unaccepted } == (kind == "busy" ? 3 : 7))
        #expect(slots.state == state)
        #expect(slots.summary.contains(kind == "busy" ? "3 connections wait" : "on a lock"))
    }

    @Test(
        "Of the control group of the service its pressure is told",
        .enabled(if: Lab.unifiedGroups != nil, "needs version 2 of control groups with pressure"))
    func pressure() throws {
        let lab = try Lab("nothing")
        let group = "inquest-test-\(UInt32.random(in: 0 ... .max))"
        let top = try #require(Lab.unifiedGroups)
        #expect(try Lab.shell("mkdir \(top)/\(group)") == 0)
        defer {
            _ = try? Lab.shell("echo \(lab.process) > \(top)/cgroup.procs; rmdir \(top)/\(group)")
        }
        #expect(try Lab.shell("echo \(lab.process) > \(top)/\(group)/cgroup.procs") == 0)
        let system = lab.look(HostScope(process: .pid(lab.process))).system
        let own = system.pressure.filter { $0.subject == "/\(group)" }
        #expect(Set(own.map(\.resource)) == ["cpu", "memory", "io"])
        #expect(system.pressure.contains { $0.subject.isEmpty })
        // Of others nobody asked.
        let others = lab.look().system.pressure
        #expect(others.allSatisfy { $0.subject.isEmpty })
    }

    @Test(
        "A stopped server does not run; one that reads from a silent client, or is idle, does",
        arguments: [("stopped", FactState.present), ("reading", .absent), ("idle", .absent)])
    func scheduling(kind: String, state: FactState) throws {
        let lab = try Lab("serving", kind)
        let child = try #require(Int32(lab.said.first?.split(separator: " ").last ?? ""))
        let host = try lab.looks(HostScope(process: .pid(child)), apart: 15)
        #expect(host.finding(Self.scheduling)?.state == state)
    }

    @Test("Without a scope nothing is said of a service")
    func noScope() throws {
        let lab = try Lab("nothing")
        let host = HostContext(first: lab.look())
        for id in [Self.slots, Self.waits, Self.scheduling] {
            #expect(host.finding(id)?.state == .unknown)
        }
        #expect(ServicePicture.of(host).obstacle?.reason == .needsScope)
    }

    @Test("A process that does not exist is unknown, not idle")
    func noProcess() throws {
        let lab = try Lab("nothing")
        let scope = HostScope(process: .name("no-such-program"))
        let host = HostContext(first: lab.look(scope), scope: scope)
        #expect(host.finding(Self.slots)?.state == .unknown)
    }
}
