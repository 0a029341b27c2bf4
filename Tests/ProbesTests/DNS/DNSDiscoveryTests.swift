import Casebook
import Dissection
import Probes
import Testing

/// Name servers on port 53, as a configuration file names them and NS records lead to them.
@Suite(.enabled(if: TestNetwork.isAvailable))  // root, ip, nft
struct DNSDiscoveryTests {
    private static let zone = DNSName("example.test")!

    /// A resolver and an authoritative server in one: NS and SOA of `example.test`, the address of
    /// its server, and `www`.
    private static func handler(server: [UInt8], address: [UInt8]) -> TestResponder.Handler {
        { query, _ in
            var answer = TestAnswer(query)
            let question = query.questions[0]
            let host = DNSName("ns1.example.test")!
            switch (question.name, question.type) {
            case (zone, .ns):
                answer.records = [TestAnswer.record(zone, .ns, host.wire)]
            case (host, .a):
                answer.records = [TestAnswer.record(host, .a, server)]
            case (DNSName("www.example.test")!, .a):
                answer.records = [TestAnswer.record(question.name, .a, address)]
            case (DNSName("www.example.test")!, _), (host, _):
                answer.authorities = [TestAnswer.soa(zone, ttl: 60)]
            default:
                answer.code = 3
                answer.authorities = [TestAnswer.soa(zone, ttl: 60)]
            }
            return answer.reply
        }
    }

    private func probe(
        _ network: TestNetwork, _ configuration: String, name: String
    ) async throws -> ProbeReport {
        let folder = TemporaryFolder()
        let file = try folder.file("resolv.conf", configuration)
        return await network.probe(DNSProbe.self, host: name) {
            $0.dns.configurationFile = file
        }
    }

    @Test func `the authoritative server is found by NS records and contradicts the resolver`()
        async throws
    {
        let network = try TestNetwork(nodes: 1)
        let servers = await network.inside(0) {
            (
                TestResponder(
                    address: "127.0.0.1", port: 53,
                    Self.handler(server: [127, 0, 0, 2], address: [192, 0, 2, 99])),
                TestResponder(
                    address: "127.0.0.2", port: 53,
                    Self.handler(server: [127, 0, 0, 2], address: [192, 0, 2, 1]))
            )
        }
        defer { withExtendedLifetime(servers) {} }
        let id = "probe.dns.resolvers-disagree"
        let bad = try await probe(network, "nameserver 127.0.0.1\n", name: "www.example.test")
        #expect(bad.state(id) == .present, "\(bad.results)")
        #expect(bad.results.contains { $0.address == "127.0.0.2:53" })
        let good = try await probe(network, "nameserver 127.0.0.2\n", name: "www.example.test")
        for id in DNSProbe.findings {
            #expect(good.state(id) == .absent, "\(id): \(good.summary(id))")
        }
    }

    @Test func `search list and number of dots are used as the C library uses them`() async throws {
        let network = try TestNetwork(nodes: 1)
        let server = await network.inside(0) {
            TestResponder(
                address: "127.0.0.1", port: 53,
                Self.handler(server: [127, 0, 0, 1], address: [192, 0, 2, 1]))
        }
        defer { withExtendedLifetime(server) {} }
        let configuration = """
            # a comment
            nameserver 127.0.0.1
            nameserver not-an-address
            search other.test example.test
            options ndots:2 timeout:1
            """
        let short = try await probe(network, configuration, name: "www")
        #expect(short.state("probe.dns.fails") == .absent, "\(short.results)")
        let absolute = try await probe(network, configuration, name: "www.")
        #expect(absolute.state("probe.dns.fails") == .present)
        let asked = short.timelines.map(\.label)
        #expect(asked.firstIndex { $0.contains("www.other.test") } != nil)
    }

    @Test func `no nameserver line means the local machine, and nobody there is a dead end`()
        async throws
    {
        let network = try TestNetwork(nodes: 1)
        let report = try await probe(network, "# empty\n", name: "www.example.test")
        #expect(report.state("probe.dns.fails") == .present)
        #expect(report.results.map(\.address) == ["127.0.0.1:53"])
        #expect(report.results.first?.summary.contains("refused") == true)
    }

    @Test func `a configuration that cannot be read is said so`() async throws {
        let report = await run(DNSProbe.self, .tcp, port: 443, host: "www.example.test") {
            $0.dns.configurationFile = "/proc/self/mem/x"
        }
        #expect(report.failure?.contains("/proc/self/mem/x") == true)
        #expect(report.state("probe.dns.fails") == .unknown)
    }

    @Test func `an address is no name`() async {
        let report = await run(DNSProbe.self, .tcp, port: 443, host: "192.0.2.1")
        #expect(report.failure?.contains("address") == true)
    }
}
