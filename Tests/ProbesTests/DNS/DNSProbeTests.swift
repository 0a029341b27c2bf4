import Casebook
import Dissection
import Glibc
import Probes
import Synchronization
import Testing

@Suite struct DNSProbeTests {
    private static let address: [UInt8] = [192, 0, 2, 1]

    @Test(.enabled(if: DNSServers.hasDNSMasq))  // package dnsmasq-base
    func `a sound resolver shows none of the findings`() async throws {
        let server = try await DNSServers.dnsmasq(["--host-record=www.example.test,192.0.2.1"])
        let report = await probeDNS(resolvers: [server.port], authoritative: [server.port])
        for id in DNSProbe.findings {
            #expect(report.state(id) == .absent, "\(id): \(report.summary(id))")
        }
        #expect(report.timelines.contains { $0.stage("query")?.outcome == .ok })
        #expect(report.results.allSatisfy { $0.isGood })
    }

    @Test func `a name that does not exist, a failing and a silent server fail`() async {
        for code: UInt16 in [2, 3] {
            let server = TestResponder { query, _ in
                var answer = TestAnswer(query)
                answer.code = code
                return answer.reply
            }
            let report = await probeDNS(resolvers: [server.port], authoritative: [server.port])
            #expect(report.state("probe.dns.fails") == .present)
            let word = code == 2 ? "SERVFAIL" : "NXDOMAIN"
            #expect(report.summary("probe.dns.fails").contains(word))
            #expect(report.state("probe.dns.validation-fails") == .absent)
        }
        let silent = TestResponder { _, _ in .silence }
        let report = await probeDNS(resolvers: [silent.port], authoritative: [silent.port])
        #expect(report.state("probe.dns.fails") == .present)
        #expect(report.state("probe.dns.first-nameserver-dead") == .unknown)
        #expect(report.state("probe.dns.answer-empty") == .unknown)
    }

    @Test func `the first name server is dead and the second lives, not the other way round`() async
    {
        let dead = TestResponder { _, _ in .silence }
        let alive = TestResponder(zoneHandler([Self.address]))
        let id = "probe.dns.first-nameserver-dead"
        let bad = await probeDNS(
            resolvers: [dead.port, alive.port], authoritative: [alive.port])
        #expect(bad.state(id) == .present && bad.state("probe.dns.fails") == .absent)
        let good = await probeDNS(
            resolvers: [alive.port, dead.port], authoritative: [alive.port])
        #expect(good.state(id) == .absent)
    }

    @Test func `a resolver with another address than the authoritative server disagrees`() async {
        let old = TestResponder(zoneHandler([[192, 0, 2, 99]]))
        let new = TestResponder(zoneHandler([Self.address]))
        let id = "probe.dns.resolvers-disagree"
        let bad = await probeDNS(resolvers: [old.port], authoritative: [new.port])
        #expect(bad.state(id) == .present)
        #expect(bad.summary(id).contains("192.0.2.99") && bad.summary(id).contains("192.0.2.1"))
        let good = await probeDNS(resolvers: [new.port], authoritative: [new.port])
        #expect(good.state(id) == .absent)
    }

    @Test func `a server that hands out one of its addresses at a time is not contradicted`() async
    {
        let turn = Atomic<UInt8>(0)
        let rotating = TestResponder { query, overTCP in
            let next = turn.add(1, ordering: .relaxed).oldValue / 2 % 2
            return zoneHandler([[192, 0, 2, 1 + next]])(query, overTCP)
        }
        let one = TestResponder(zoneHandler([Self.address]))
        let report = await probeDNS(resolvers: [one.port], authoritative: [rotating.port])
        #expect(report.state("probe.dns.resolvers-disagree") == .absent)
    }

    @Test func `an authoritative answer without addresses is empty`() async {
        let empty = TestResponder(zoneHandler([]))
        let id = "probe.dns.answer-empty"
        let bad = await probeDNS(resolvers: [empty.port], authoritative: [empty.port])
        #expect(bad.state(id) == .present && bad.state("probe.dns.fails") == .present)
        let full = TestResponder(zoneHandler([Self.address]))
        let good = await probeDNS(resolvers: [full.port], authoritative: [full.port])
        #expect(good.state(id) == .absent)
    }

    @Test func `an answer without authority is no authoritative one`() async {
        let lame = TestResponder { query, _ in
            var answer = TestAnswer(query)
            answer.flags.remove(.authoritative)
            return answer.reply
        }
        let report = await probeDNS(resolvers: [lame.port], authoritative: [lame.port])
        #expect(report.state("probe.dns.answer-empty") == .unknown)
    }

    @Test(.enabled(if: DNSServers.hasUnbound))  // package unbound
    func `unbound goes on denying a name that was made meanwhile`() async throws {
        let exists = Atomic<Bool>(false)
        let zone = DNSName("example.test")!
        let server = TestResponder { query, overTCP in
            if exists.load(ordering: .acquiring) {
                return zoneHandler([Self.address])(query, overTCP)
            }
            var answer = TestAnswer(query)
            answer.code = 3
            answer.authorities = [TestAnswer.soa(zone, ttl: 600)]
            return answer.reply
        }
        let unbound = try await DNSServers.unbound(upstream: server.port, in: TemporaryFolder())
        let id = "probe.dns.negative-cached"
        let before = await probeDNS(resolvers: [unbound.port], authoritative: [server.port])
        #expect(before.state(id) == .absent && before.state("probe.dns.fails") == .present)
        exists.store(true, ordering: .releasing)
        let after = await probeDNS(resolvers: [unbound.port], authoritative: [server.port])
        #expect(after.state(id) == .present, "\(after.summary(id))")
        #expect((after.measure(id) ?? 0) > 0 && (after.measure(id) ?? 0) <= 600)
        #expect(after.state("probe.dns.resolvers-disagree") == .present)
        let other = await probeDNS(
            resolvers: [unbound.port], authoritative: [server.port], name: "new.example.test")
        #expect(other.state(id) == .absent && other.state("probe.dns.fails") == .absent)
    }

    @Test(.enabled(if: DNSServers.hasUnbound))  // package unbound
    func `unbound refuses what does not validate, and answers with checking disabled`() async throws
    {
        let server = TestResponder(zoneHandler([Self.address]))
        let anchor =
            "example.test. DS 12345 8 2 "
            + String(repeating: "AB", count: 32)
        let strict = try await DNSServers.unbound(
            upstream: server.port, anchor: anchor, in: TemporaryFolder())
        let id = "probe.dns.validation-fails"
        let bad = await probeDNS(resolvers: [strict.port], authoritative: [server.port])
        #expect(bad.state(id) == .present, "\(bad.summary(id)) \(strict.output) \(bad.results)")
        #expect(bad.state("probe.dns.fails") == .present)
        let lenient = try await DNSServers.unbound(upstream: server.port, in: TemporaryFolder())
        let good = await probeDNS(resolvers: [lenient.port], authoritative: [server.port])
        #expect(good.state(id) == .absent && good.state("probe.dns.fails") == .absent)
    }
}

/// What a lookup costs the application.
@Suite struct DNSCostTests {
    @Test func `a slow resolver is slow, and so is one behind a dead one`() async {
        let late = TestResponder { query, overTCP in
            usleep(overTCP ? 0 : 150_000)
            return zoneHandler([[192, 0, 2, 1]])(query, overTCP)
        }
        let id = "probe.dns.slow"
        let report = await probeDNS(resolvers: [late.port], authoritative: [late.port])
        #expect(report.state(id) == .present, "\(report.summary(id))")
        #expect((report.measure(id) ?? 0) >= 0.15)
        let dead = TestResponder { _, _ in .silence }
        let good = TestResponder(zoneHandler([[192, 0, 2, 1]]))
        let behind = await probeDNS(
            resolvers: [dead.port, good.port], authoritative: [good.port])
        #expect(behind.state(id) == .present && (behind.measure(id) ?? 0) >= 1)
        let silent = await probeDNS(resolvers: [dead.port], authoritative: [dead.port])
        #expect(silent.state(id) == .unknown)
    }

    @Test func `a search list with many dots asked for multiplies the questions`() async throws {
        let folder = TemporaryFolder()
        let known: Set = ["www.example.test", "inner.a.test"]
        let server = TestResponder { query, overTCP in
            if known.contains(query.questions[0].name.description) {
                return zoneHandler([[192, 0, 2, 1]])(query, overTCP)
            }
            var answer = TestAnswer(query)
            answer.code = 3
            return answer.reply
        }
        func look(_ file: String, _ name: String) async throws -> ProbeReport {
            let path = try folder.file("resolv.conf", file + "\nnameserver 127.0.0.1\n")
            return await probeDNS(
                resolvers: [server.port], authoritative: [server.port], name: name
            ) { $0.dns.configurationFile = path }
        }
        let id = "probe.dns.search-multiplies"
        let many = "search a.test b.test c.test\noptions ndots:5"
        let bad = try await look(many, "www.example.test")
        #expect(bad.state(id) == .present, "\(bad.summary(id))")
        #expect(bad.summary(id).hasPrefix("8 questions"))
        // With a dot at its end, with few dots asked for, or found under the list: no storm.
        #expect(try await look(many, "www.example.test.").state(id) == .absent)
        #expect(try await look("search a.test", "www.example.test").state(id) == .absent)
        #expect(try await look(many, "inner").state(id) == .absent)
    }

    private static let reverse = "probe.dns.ptr-slow"

    private func lookUp(_ resolvers: [UInt16], host: String = "192.0.2.7") async -> ProbeReport {
        await run(DNSReverseProbe.self, .dns, port: 53, host: host) {
            $0.dns.resolvers = resolvers.map(loopback)
        }
    }

    @Test(.enabled(if: DNSServers.hasDNSMasq))  // package dnsmasq-base
    func `the name of an address comes at once, or late because a resolver is silent`() async throws
    {
        let server = try await DNSServers.dnsmasq([
            "--host-record=client.example.test,192.0.2.7",
            "--host-record=client.example.test,2001:db8::7",
        ])
        for host in ["192.0.2.7", "2001:db8::7"] {
            let good = await lookUp([server.port], host: host)
            #expect(good.state(Self.reverse) == .absent, "\(good.summary(Self.reverse))")
            #expect(good.summary(Self.reverse).contains("client.example.test"))
        }
        let named = await lookUp([server.port], host: "client.example.test")
        #expect(named.failure?.contains("is no address") == true)
        let dead = TestResponder { _, _ in .silence }
        let bad = await lookUp([dead.port, server.port])
        #expect(bad.state(Self.reverse) == .present)
        #expect((bad.measure(Self.reverse) ?? 0) >= 2)
    }
}
