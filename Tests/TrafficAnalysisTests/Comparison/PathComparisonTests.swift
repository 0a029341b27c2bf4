import Casebook
import Dissection
import Testing
import TrafficAnalysis

struct PathComparisonTests {
    /// Client, a router 5 ms on, the server 20 ms on.
    private func path() -> SimulatedPath {
        let way: Int64 = 20_000_000
        return SimulatedPath(points: [
            SimulatedPoint(fromServer: way),
            SimulatedPoint(fromClient: 5_000_000, fromServer: 15_000_000, hops: 2),
            SimulatedPoint(fromClient: way, hops: 5),
        ])
    }

    private func present(_ comparison: PathComparison) -> Set<String> {
        Set(
            comparison.findings.filter { $0.state == .present }.map {
                String($0.id.dropFirst("capture.pair.".count))
            })
    }

    private func finding(_ name: String, _ comparison: PathComparison) -> Evidence? {
        comparison.findings.first { $0.id == "capture.pair." + name }
    }

    @Test func `a healthy way shows nothing, and every packet at every point`() throws {
        let comparison = path().compare(Talk.whole())
        #expect(present(comparison).isEmpty)
        #expect(comparison.matched == 1)
        #expect(comparison.hops.map(\.from) == [0, 1])
        let hop = try #require(comparison.hops.first)
        #expect(hop.sides.client.crossed == 10)
        #expect(hop.sides.server.crossed == 5)
        #expect(hop.sides.client.ttlStep == 2)
        #expect(hop.sides.server.ttlStep == 2)
        #expect(comparison.warnings.isEmpty)
    }

    @Test(arguments: [-3_700_000_000, 250_000, 86_400_000_000_000])
    func `a clock's offset is known to half of the round trip`(offset: Int64) throws {
        var path = path()
        path.points[2].offset = offset
        let clock = try #require(path.compare(Talk.whole()).points[2].clock)
        let uncertainty = try #require(clock.uncertainty)
        #expect(abs(clock.offset - offset) <= uncertainty)
        #expect(uncertainty == 20_000_000)
        #expect(clock.drift == 0)
    }

    @Test func `a clock that runs fast is seen over a minute`() throws {
        var path = path()
        path.points[2].drift = 80
        path.points[2].offset = 1_000_000
        for index in path.points.indices {
            path.points[index].fromClient /= 100
            path.points[index].fromServer /= 100
        }
        let talks = (0..<30).flatMap { Talk.whole(port: 40_000 + $0, at: Double($0) * 2) }
        let clock = try #require(path.compare(talks).points[2].clock)
        #expect(abs(clock.drift - 80) < 8)
        #expect(abs(clock.offset - 1_000_000) < 200_000)
    }

    @Test func `translated addresses and renumbered streams are one connection`() throws {
        var path = path()
        path.points[1].clientAddress = 0xC633_6401
        path.points[1].portShift = 7
        path.points[2].clientAddress = 0xC633_6401
        path.points[2].portShift = 7
        path.points[2].clientBase = 77
        path.points[2].serverBase = 88
        path.points[2].mss = 1380
        let comparison = path.compare(Talk.whole() + Talk.whole(port: 40_100, at: 0.01))
        #expect(comparison.matched == 2)
        #expect(comparison.hops[0].identities == [.translated: 2])
        #expect(comparison.hops[1].identities == [.renumbered: 2])
        #expect(comparison.hops[1].sides.client.crossed == 20)
        #expect(
            comparison.hops[1].optionChanges == [
                "SYN: MSS 1460 to 1380": 2, "SYN-ACK: MSS 1380 to 1460": 2,
                "sequence numbers counted anew": 2,
            ])
        #expect(present(comparison) == ["options-differ"])
        #expect(finding("options-differ", comparison)?.count == 2)
    }

    @Test func `what is lost and repeated is lost once, and not for good`() throws {
        var talk = Talk()
        talk.open()
        let data = [UInt8](repeating: 7, count: 300)
        talk.send(fromClient: true, [.psh, .ack], data)
        talk.pause(200)
        talk.send(fromClient: true, [.psh, .ack], data, isRepeat: true)
        talk.send(fromClient: false, [.psh, .ack], data)
        talk.close()
        var path = path()
        path.points[2].sees = { index, _ in index != 3 }
        let comparison = path.compare(talk.packets)
        let client = comparison.hops[1].sides.client
        #expect((client.lost, client.lostForGood) == (1, 0))
        #expect(comparison.hops[0].sides.client.lost == 0)
        #expect(present(comparison).isEmpty)
        #expect(comparison.troubledCount == 0)
    }

    @Test func `what was on its way when a capture ended is not lost`() throws {
        var talk = Talk()
        talk.open()
        for _ in 0..<50 {
            talk.send(fromClient: true, [.psh, .ack], [UInt8](repeating: 7, count: 100))
            talk.pause(38)
        }
        /// The queue before the server grows to 2 s; its capture ends after `seconds`.
        func compare(until seconds: Double) -> PathComparison {
            var path = path()
            path.points[2].queue = { index in Int64(max(0, index - 3)) * 40_000_000 }
            let (way, queue) = (path.points[2].fromClient, path.points[2].queue)
            path.points[2].sees = { index, packet in
                packet.time + way + queue(index) < SimulatedPath.start + Int64(seconds * 1e9)
            }
            return path.compare(talk.packets)
        }
        #expect(finding("lost-between", compare(until: 2))?.state != .present)
        #expect(finding("lost-between", compare(until: 9))?.state == .absent)
    }

    @Test func `what never arrives is told with its place and its hop`() throws {
        var talk = Talk()
        talk.open()
        talk.serverHas = 1
        for number in 0..<4 {
            talk.send(
                fromClient: true, [.psh, .ack], Talk.hello(random: 1), isRepeat: number > 0)
            talk.pause(300)
        }
        talk.send(fromClient: false, [.fin, .ack])
        var path = path()
        path.points[2].sees = { _, packet in packet.payload.isEmpty }
        let comparison = path.compare(talk.packets + Talk.whole(port: 50_000, at: 5, exchanges: 0))
        let lost = try #require(finding("lost-between", comparison))
        #expect(lost.state == .present)
        #expect(lost.count == 4)
        #expect(lost.locations.map(\.file) == Array(repeating: "1.pcap", count: 4))
        #expect(lost.locations.map(\.packet) == [3, 5, 6, 7])
        #expect(lost.summary.contains("4 from 1.pcap to 2.pcap"))
        let shown = try #require(comparison.troubled.first)
        #expect(shown.rows.filter { $0.lostAfter == 1 }.count == 4)
        #expect(shown.rows.filter(\.isClientHello).map(\.isRepeated) == [false, true, true, true])
        #expect(finding("acked-but-not-arrived", comparison)?.state == .absent)
    }

    @Test func `a box that acknowledges what the server never got is found out`() throws {
        var talk = Talk()
        talk.open()
        talk.send(fromClient: true, [.psh, .ack], Talk.hello(random: 1))
        talk.send(fromClient: false, .ack)
        talk.pause(4000)
        talk.send(fromClient: false, [.fin, .ack])
        var path = path()
        // The box stands behind the router: it answers there, and the data goes no further.
        path.points[2].sees = { index, _ in index != 3 && index != 4 }
        let comparison = path.compare(talk.packets + Talk.whole(port: 50_000, at: 6, exchanges: 0))
        #expect(
            present(comparison) == ["lost-between", "acked-but-not-arrived", "ack-not-sent"])
        #expect(finding("ack-not-sent", comparison)?.locations.first?.packet == 5)
    }

    @Test func `a RST that its sender's capture does not have was written between`() throws {
        var talk = Talk()
        talk.open()
        talk.send(fromClient: true, [.psh, .ack], [1, 2, 3])
        talk.send(fromClient: false, .rst)
        var path = path()
        path.points[2].sees = { _, packet in !packet.flags.contains(.rst) }
        let others = Talk.whole(port: 50_000, at: 1)
        let comparison = path.compare(talk.packets + others)
        #expect(present(comparison) == ["reset-not-sent"])
        let reset = try #require(finding("reset-not-sent", comparison))
        #expect(reset.count == 1)
        #expect(reset.locations.first?.file == "1.pcap")
        path.points[2].sees = { _, _ in true }
        #expect(present(path.compare(talk.packets + others)).isEmpty)
    }

    @Test func `one flow over two balancers is seen when both are looked at`() throws {
        var talk = Talk()
        talk.open()
        talk.serverHas = 1
        for number in 0..<3 {
            talk.send(fromClient: true, [.psh, .ack], [1, 2, 3], isRepeat: number > 0)
            talk.pause(300)
        }
        talk.send(fromClient: false, [.fin, .ack])
        var path = path()
        path.points.insert(path.points[1], at: 1)
        path.points[2].sees = { _, packet in packet.fromClient && packet.payload.isEmpty }
        path.points.insert(path.points[2], at: 3)
        path.points[3].sees = { _, packet in packet.fromClient && !packet.payload.isEmpty }
        path.points[4].sees = { _, packet in packet.payload.isEmpty }
        let others = Talk.whole(port: 50_000, at: 3, exchanges: 0)
        let comparison = path.compare(talk.packets + others)
        #expect(present(comparison) == ["lost-between", "flow-over-two-points"])
        #expect(comparison.troubled.first?.splitOver == [2, 3])
    }

    @Test func `segments that are cut anew are not lost`() throws {
        var path = path()
        path.points[2].cutsTo = 500
        let comparison = path.compare(Talk.whole(exchanges: 5))
        #expect(present(comparison).isEmpty)
        let server = comparison.hops[1].sides.server
        #expect((server.lost, server.appeared) == (0, 0))
        #expect(server.resegmented > 0)
    }

    @Test func `segments that only one point sees joined are neither lost nor made there`() throws {
        var path = path()
        path.points[0].cutsTo = 500
        path.points[2].cutsTo = 500
        let comparison = path.compare(Talk.whole(exchanges: 5))
        #expect(present(comparison).isEmpty)
        #expect(comparison.warnings.isEmpty)
        // Not from the server's point to the client's, as if they had gone round the router.
        #expect(comparison.hops.map(\.from) == [0, 1])
        #expect(comparison.points.map(\.passedUnseen) == [0, 0, 0])
        let sides = comparison.hops.map(\.sides.server)
        #expect(sides.map(\.resegmented) == [15, 5])
        #expect(sides.map(\.lost) == [0, 0])
        #expect(sides.map(\.appeared) == [0, 0])
    }

    /// What of a large segment is missing comes again with it, and no bytes are missing then.
    @Test(arguments: [[1], [0, 1, 2]])
    func `a segment of which a piece is lost is lost, though it was sent again`(
        missing: [Int]
    ) throws {
        var talk = Talk()
        talk.open()
        let payload = [UInt8](repeating: 7, count: 1400)
        talk.send(fromClient: true, [.psh, .ack], [1])
        talk.send(fromClient: false, [.psh, .ack], payload)
        talk.pause(300)
        talk.send(fromClient: false, [.psh, .ack], payload, isRepeat: true)
        talk.close()
        var path = path()
        path.points[0].cutsTo = 500
        path.points[0].seesPiece = { packet, piece in packet != 4 || !missing.contains(piece) }
        let comparison = path.compare(talk.packets)
        let server = comparison.hops[0].sides.server
        #expect((server.lost, server.lostForGood, server.appeared) == (1, 0, 0))
        #expect(present(comparison).isEmpty)
        // Both copies came whole to the router.
        #expect(comparison.hops[1].sides.server.lost == 0)
    }

    @Test func `a SYN that no later point saw is lost when others to the server pass`() throws {
        var talk = Talk(port: 41_000, at: 1)
        talk.send(fromClient: true, .syn)
        talk.pause(1000)
        talk.send(fromClient: true, .syn, isRepeat: true)
        let others = Talk.whole() + Talk.whole(port: 50_000, at: 5)
        var path = path()
        path.points[1].sees = { _, packet in packet.port != 41_000 }
        path.points[2].sees = path.points[1].sees
        let comparison = path.compare(others + talk.packets)
        #expect(finding("lost-between", comparison)?.count == 2)
        #expect(comparison.troubled.first?.flows == [1, nil, nil])
        // A point that sees nothing of this server says nothing.
        path.points[1].sees = { _, _ in false }
        path.points[2].sees = { _, _ in false }
        #expect(present(path.compare(others + talk.packets)).isEmpty)
    }

    @Test func `a proxy that passes TLS on is told from one that ends it`() throws {
        var through = path()
        through.points[2].clientAddress = 0x0A00_0505
        through.points[2].portShift = 1234
        through.points[2].clientBase = 5
        through.points[2].serverBase = 6
        let packets = Talk.whole(hello: 9)
        let passed = through.compare(packets)
        #expect(passed.hops[1].identities == [.proxied: 1])
        #expect(present(passed).isEmpty)
        #expect(finding("hello-differs", passed)?.state == .absent)

        let clocked = Talk.whole(port: 60_000, at: 2)
        var ended = SimulatedPath(points: [through.points[0], through.points[2]])
        // Another connection passes untouched and tells the clock.
        let near = ended.points[0]
        ended.points[1].clientAddress = near.clientAddress
        ended.points[1].portShift = 0
        ended.points[1].clientBase = near.clientBase
        ended.points[1].serverBase = near.serverBase
        let first = SimulatedPath(points: [near]).log(packets + clocked, at: 0)
        let proxied = Talk.whole(port: 31_000, hello: 44)
        let other = ended.log(proxied + clocked, at: 1)
        let comparison = PathComparison([first, other])
        #expect(comparison.hops[0].identities == [.same: 1, .timeAndSize: 1])
        #expect(present(comparison) == ["hello-differs"])
    }

    @Test func `captures of different times say nothing, and say so`() {
        var path = path()
        path.points[2].sees = { index, _ in index < 5 }
        let comparison = path.compare(Talk.whole(exchanges: 20))
        #expect(present(comparison).isEmpty)
        #expect(comparison.warnings.map(\.id) == ["capture.quality.not-at-the-same-time"])
    }

    @Test func `points in the wrong order are noticed`() {
        var path = path()
        path.points.reverse()
        let warnings = path.compare(Talk.whole()).warnings.map(\.id)
        #expect(warnings.contains("capture.quality.order-of-points"))
    }

    @Test func `a 4-tuple with thousands of initial numbers is matched number by number`() {
        let flood = (0..<5000).map { number in
            SentPacket(
                fromClient: true, sequence: UInt32(number) * 7919, acknowledgement: 0, flags: .syn,
                time: SimulatedPath.start + Int64(number) * 1_000_000)
        }
        let comparison = path().compare(flood)
        #expect(comparison.connections == 5000)
        #expect(comparison.matched == 5000)
        #expect(comparison.hops.map(\.identities) == [[.same: 5000], [.same: 5000]])
    }

    @Test func `strangers have nothing in common`() {
        let a = path().log(Talk.whole(), at: 0)
        var path = path()
        path.points[2].clientBase = 5
        let comparison = PathComparison([a, path.log(Talk.whole(port: 50_000, at: 500), at: 2)])
        #expect(comparison.matched == 0)
        #expect(comparison.findings.allSatisfy { $0.state == .unknown })
        #expect(comparison.warnings.map(\.id).contains("capture.quality.no-common-flow"))
    }

    /// Whatever is dropped, and repeated until it arrives: counted as it was, and nothing more.
    @Test(arguments: 1...30) func `counted losses are those that were made`(seed: UInt64) throws {
        var random = SeededRandom(seed)
        var talk = Talk()
        talk.open()
        var dropped: Set<Int> = []
        var forGood = 0
        for _ in 0..<40 {
            let data = [UInt8](repeating: 1, count: Int.random(in: 1...1400, using: &random))
            let fromClient = Bool.random(using: &random)
            talk.send(fromClient: fromClient, [.psh, .ack], data)
            var losses = 0
            while Int.random(in: 0..<5, using: &random) == 0 {
                if fromClient { dropped.insert(talk.packets.count - 1) }
                losses += 1
                talk.pause(250)
                if fromClient, Int.random(in: 0..<10, using: &random) == 0 {
                    forGood += losses
                    losses = 0
                    break
                }
                talk.send(fromClient: fromClient, [.psh, .ack], data, isRepeat: true)
            }
            talk.pause(Double.random(in: 0...50, using: &random))
        }
        talk.pause(500)
        var path = path()
        path.points[2].offset = Int64.random(in: -10_000_000_000...10_000_000_000, using: &random)
        path.points[2].sees = { index, _ in !dropped.contains(index) }
        let last = Talk.whole(port: 50_000, at: 100)
        let comparison = path.compare(talk.packets + last)
        let client = comparison.hops[1].sides.client
        #expect(client.lost == dropped.count, "seed \(seed)")
        #expect(client.lostForGood == forGood, "seed \(seed)")
        #expect(comparison.hops[1].sides.server.lost == 0)
        #expect(comparison.hops[1].sides.server.appeared == 0)
    }
}

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): the same numbers for the same seed everywhere.
private struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
