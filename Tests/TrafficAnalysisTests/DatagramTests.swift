import Casebook
import Dissection
import Testing

@testable import TrafficAnalysis

/// A capture in the making, of Ethernet frames; times in seconds.
private struct Wire {
    private var frames: [(time: Double, bytes: [UInt8])] = []

    static let host: [UInt8] = [10, 0, 0, 1]
    static let resolver: [UInt8] = [10, 0, 0, 53]
    static let server: [UInt8] = [10, 0, 0, 80]

    mutating func frame(_ time: Double, type: Int, _ content: [UInt8], mac: UInt8 = 1) {
        let header = [2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, mac] + big(UInt16(type))
        frames.append((time, header + content))
    }

    mutating func ip(
        _ time: Double, _ source: [UInt8], _ target: [UInt8], _ transport: UInt8, _ content: [UInt8]
    ) {
        if source.count == 16 {
            let header = [0x60, 0, 0, 0] + big(UInt16(content.count)) + [transport, 64]
            return frame(time, type: 0x86DD, header + source + target + content)
        }
        let header =
            [0x45, 0] + big(UInt16(20 + content.count)) + [0, 1, 0x40, 0, 64, transport, 0, 0]
        frame(time, type: 0x0800, header + source + target + content)
    }

    mutating func udp(
        _ time: Double, _ source: [UInt8], _ sourcePort: UInt16, _ target: [UInt8],
        _ targetPort: UInt16, _ content: [UInt8]
    ) {
        let header = big(sourcePort) + big(targetPort) + big(UInt16(8 + content.count)) + [0, 0]
        ip(time, source, target, 17, header + content)
    }

    mutating func tcp(
        _ time: Double, _ source: [UInt8], _ sourcePort: UInt16, _ target: [UInt8],
        _ targetPort: UInt16, _ flags: UInt8, sequence: UInt32, ack: UInt32, _ payload: [UInt8] = []
    ) {
        let header = big(sourcePort) + big(targetPort) + big(sequence) + big(ack)
        ip(time, source, target, 6, header + [0x50, flags, 255, 255, 0, 0, 0, 0] + payload)
    }

    /// A handshake at `time`, and the server's first bytes `after` seconds later.
    mutating func connection(
        _ time: Double, from client: [UInt8] = host, port: UInt16 = 40_000,
        to server: [UInt8] = server, _ serverPort: UInt16 = 443, greets after: Double? = nil
    ) {
        tcp(time, client, port, server, serverPort, 2, sequence: 100, ack: 0)
        tcp(time + 0.001, server, serverPort, client, port, 0x12, sequence: 500, ack: 101)
        tcp(time + 0.002, client, port, server, serverPort, 0x10, sequence: 101, ack: 501)
        if let after {
            tcp(
                time + after, server, serverPort, client, port, 0x18, sequence: 501, ack: 101,
                [1, 2, 3])
        }
    }

    private static func name(_ text: String) -> [UInt8] {
        text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    mutating func ask(
        _ time: Double, _ name: String, type: UInt16 = 1, id: UInt16 = 7, port: UInt16 = 5000,
        by client: [UInt8] = host, edns: Bool = false
    ) {
        let message =
            big(id) + [1, 0] + big(UInt16(1)) + [0, 0, 0, 0] + big(UInt16(edns ? 1 : 0))
            + Self.name(name) + big(type) + [0, 1]
        let extra: [UInt8] = edns ? [0, 0, 41, 4, 0, 0, 0, 0, 0, 0, 0] : []
        udp(time, client, port, Self.resolver, 53, message + extra)
    }

    mutating func answer(
        _ time: Double, _ name: String, type: UInt16 = 1, id: UInt16 = 7, port: UInt16 = 5000,
        to client: [UInt8] = host, code: UInt8 = 0, truncated: Bool = false,
        address: [UInt8]? = nil
    ) {
        var message = big(id) + [truncated ? 0x83 : 0x81, 0x80 | code] + big(UInt16(1))
        message += big(UInt16(address == nil ? 0 : 1)) + [0, 0, 0, 0]
        message += Self.name(name) + big(type) + [0, 1]
        if let address {
            message += [0xC0, 12] + big(type) + [0, 1, 0, 0, 0, 60]
            message += big(UInt16(address.count)) + address
        }
        udp(time, Self.resolver, 53, client, port, message)
    }

    /// Question and answer, 10 ms apart.
    mutating func lookup(
        _ time: Double, _ name: String, type: UInt16 = 1, id: UInt16 = 7, code: UInt8 = 0,
        by client: [UInt8] = host, address: [UInt8]? = nil, edns: Bool = false
    ) {
        ask(time, name, type: type, id: id, by: client, edns: edns)
        answer(time + 0.01, name, type: type, id: id, to: client, code: code, address: address)
    }

    mutating func arp(
        _ time: Double, reply: Bool = false, sender: UInt8, mac: UInt8, target: UInt8
    ) {
        let head: [UInt8] = [0, 1, 8, 0, 6, 4, 0, reply ? 2 : 1]
        let own: [UInt8] = [2, 0, 0, 0, 0, mac, 10, 0, 0, sender]
        frame(time, type: 0x0806, head + own + [0, 0, 0, 0, 0, 0, 10, 0, 0, target], mac: mac)
    }

    /// A question long after, so that what is unanswered could have been answered.
    mutating func end(_ time: Double) { lookup(time, "end.example", id: 999) }

    func report() -> CaptureReport {
        var analysis = CaptureAnalysis(file: "wire")
        for (number, frame) in frames.enumerated() {
            analysis.packet(
                frame.bytes.span.bytes, number: number + 1, time: Int64(frame.time * 1e9),
                wireLength: frame.bytes.count, link: .ethernet)
        }
        return analysis.finish(CaptureSource(format: "pcap", linkTypes: []))
    }
}

struct DatagramTests {
    /// The state of a finding in what `make` puts on the wire; `nil` when nothing is said.
    private func state(
        _ finding: String, _ make: (inout Wire) -> Void
    ) -> FactState? {
        evidence(finding, make)?.state
    }

    private func evidence(_ finding: String, _ make: (inout Wire) -> Void) -> Evidence? {
        var wire = Wire()
        make(&wire)
        let found = wire.report().findings.filter { $0.id == "capture." + finding }
        #expect(found.count <= 1)
        return found.first
    }

    @Test func `a question repeated after five seconds`() {
        let id = "dns.retry-after-5s"
        let lost = evidence(id) {
            $0.ask(0, "a.example")
            $0.ask(5, "a.example")
            $0.answer(5.01, "a.example")
        }
        #expect(lost?.state == .present)
        #expect(lost?.locations.map(\.packet) == [2])
        #expect(
            state(id) {
                $0.lookup(0, "a.example"); $0.lookup(5, "a.example")
            } == .absent)
        #expect(
            state(id) {
                $0.ask(0, "a.example"); $0.ask(2, "a.example"); $0.end(9)
            } == .absent)
        #expect(
            state(id) {
                $0.ask(0, "a.example"); $0.ask(5, "a.example")
            } == nil)
    }

    @Test func `A and AAAA sent together, one of them lost`() {
        let id = "dns.one-of-a-aaaa-lost"
        func both(_ wire: inout Wire, answered: Bool, port: UInt16 = 5000) {
            wire.ask(0, "a.example", id: 1)
            wire.ask(0.0001, "a.example", type: 28, id: 2, port: port)
            wire.answer(0.01, "a.example", id: 1)
            if answered { wire.answer(0.01, "a.example", type: 28, id: 2, port: port) }
            wire.end(9)
        }
        #expect(state(id) { both(&$0, answered: false) } == .present)
        #expect(state(id) { both(&$0, answered: true) } == .absent)
        #expect(state(id) { both(&$0, answered: false, port: 5001) } == nil)
    }

    @Test func `the same type is missing every time`() {
        let id = "dns.one-of-a-aaaa-lost"
        func pairs(_ silent: [Int]) -> Evidence? {
            evidence(id) { wire in
                for (number, type) in silent.enumerated() {
                    let time = Double(number) * 10
                    wire.ask(time, "a.example", id: 1)
                    wire.ask(time + 0.0001, "a.example", type: 28, id: 2)
                    if type == 28 { wire.answer(time + 0.01, "a.example", id: 1) }
                    if type == 1 { wire.answer(time + 0.01, "a.example", type: 28, id: 2) }
                }
                wire.end(100)
            }
        }
        #expect(pairs([28, 28, 28, 28, 28])?.summary.contains("never that for AAAA") == true)
        #expect(pairs([1, 1, 1, 1, 1])?.summary.contains("never that for A:") == true)
        for silent in [[28, 28, 1, 28, 28], [28, 28, 28]] {
            #expect(pairs(silent)?.state == .present)
            #expect(pairs(silent)?.summary.contains("never") == false)
        }
    }

    @Test func `questions that are not answered`() {
        let id = "dns.unanswered"
        func asked(_ count: Int, answered: Int, until end: Double = 1000) -> Evidence? {
            evidence(id) { wire in
                for number in 0..<count {
                    let time = Double(number) * 0.1
                    wire.ask(time, "n\(number).example", id: UInt16(number))
                    if number < answered {
                        wire.answer(time + 0.01, "n\(number).example", id: UInt16(number))
                    }
                }
                // Asked again by nobody, and too late to be judged.
                wire.ask(end, "z.example")
            }
        }
        let some = asked(20, answered: 16)
        #expect(some?.state == .present)
        #expect(some?.count == 4)
        #expect(some?.measure == Evidence.Measure(value: 20, unit: "percent"))
        #expect(asked(20, answered: 18)?.state == .absent)
        #expect(asked(400, answered: 397)?.state == .absent)
        // The capture ends before the answer can be said to be missing.
        #expect(asked(20, answered: 16, until: 5.5)?.state == .absent)
        // Without one answer it may be a capture of one direction.
        #expect(asked(20, answered: 0) == nil)
    }

    @Test func `nothing is answered, and the client asks again`() {
        let id = "dns.unanswered"
        func again(after pause: Double) -> Evidence? {
            evidence(id) { wire in
                for number in 0..<4 {
                    let time = Double(number) * 40
                    wire.ask(time, "a.example", id: UInt16(number))
                    wire.ask(time + pause, "a.example", id: UInt16(number))
                }
                wire.ask(1000, "z.example")
            }
        }
        #expect(again(after: 5)?.state == .present)
        #expect(again(after: 2.5)?.count == 4)
        #expect(again(after: 0.01) == nil)
    }

    @Test func `answers that take their time`() {
        let id = "dns.answered-late"
        func late(_ count: Int, by wait: Double) -> Evidence? {
            evidence(id) { wire in
                for number in 0..<40 {
                    let time = Double(number) * 4
                    wire.ask(time, "a.example", id: UInt16(number))
                    wire.answer(
                        time + (number < count ? wait : 0.01), "a.example", id: UInt16(number))
                }
            }
        }
        #expect(late(4, by: 1.5)?.state == .present)
        #expect(late(4, by: 1.5)?.measure == Evidence.Measure(value: 1.5, unit: "s"))
        #expect(late(4, by: 0.9)?.state == .absent)
        #expect(late(2, by: 1.5)?.state == .absent)
    }

    @Test func `answers of a resolver that fails`() {
        let id = "dns.servfail-share"
        let failing = evidence(id) { wire in
            for number in 0..<40 {
                wire.lookup(Double(number), "x.example", code: number < 2 ? 2 : 0)
            }
        }
        #expect(failing?.state == .present)
        #expect(failing?.measure == Evidence.Measure(value: 5, unit: "percent"))
        let seldom = state(id) { wire in
            for number in 0..<60 {
                wire.lookup(Double(number), "x.example", code: number < 1 ? 2 : 0)
            }
        }
        #expect(seldom == .absent)
    }

    @Test func `a search list is tried before the name`() {
        let id = "dns.search-nxdomains"
        func search(_ wire: inout Wire, _ suffixes: [String]) {
            for (number, suffix) in suffixes.enumerated() {
                wire.lookup(Double(number) * 0.1, "api.example.test" + suffix, code: 3)
            }
            wire.lookup(1, "api.example.test")
        }
        let cluster = [".ns.svc.cluster.local", ".svc.cluster.local", ".cluster.local"]
        #expect(state(id) { search(&$0, cluster) } == .present)
        #expect(state(id) { search(&$0, Array(cluster.prefix(2))) } == .absent)
        // The same wrong name three times is no list, and another name is none of it.
        #expect(state(id) { search(&$0, Array(repeating: ".local", count: 3)) } == .absent)
        #expect(state(id) { search(&$0, ["x.a", "x.b", "x.c"]) } == .absent)
    }

    @Test func `a truncated answer and no TCP behind it`() {
        let id = "dns.truncated-no-tcp"
        func truncated(_ wire: inout Wire, tcp: Bool) {
            wire.ask(0, "big.example")
            wire.answer(0.01, "big.example", truncated: true)
            if tcp { wire.connection(0.1, to: Wire.resolver, 53, greets: 0.1) }
            wire.end(9)
        }
        #expect(state(id) { truncated(&$0, tcp: false) } == .present)
        #expect(state(id) { truncated(&$0, tcp: true) } == .absent)
        #expect(
            state(id) {
                $0.lookup(0, "small.example"); $0.end(9)
            } == nil)
    }

    @Test func `EDNS that is never answered`() {
        let id = "dns.edns-unanswered"
        func asked(_ wire: inout Wire, answers: Bool) {
            for number in 0..<3 {
                let time = Double(number)
                if answers {
                    wire.lookup(time, "x.example", edns: true)
                } else {
                    wire.ask(time, "x.example", id: UInt16(number), edns: true)
                }
            }
            wire.end(20)
        }
        #expect(state(id) { asked(&$0, answers: false) } == .present)
        #expect(state(id) { asked(&$0, answers: true) } == .absent)
    }

    @Test func `lookups that wait for each other`() {
        let id = "dns.lookups-serialised"
        func run(_ wire: inout Wire, gap: Double) {
            for number in 0..<30 {
                wire.lookup(Double(number) * (0.01 + gap), "n\(number).example", id: UInt16(number))
            }
        }
        #expect(state(id) { run(&$0, gap: 0.001) } == .present)
        #expect(state(id) { run(&$0, gap: 0.2) } == .absent)
        // Overlapping ones are no queue.
        #expect(state(id) { run(&$0, gap: -0.006) } == .absent)
    }

    @Test func `a server that asks for the client's name before it speaks`() {
        let id = "dns.ptr-before-first-byte"
        func greeting(_ wire: inout Wire, after: Double) {
            wire.connection(0, to: Wire.server, 25)
            wire.ask(0.01, "1.0.0.10.in-addr.arpa", type: 12, by: Wire.server)
            if after < 1 {
                wire.tcp(
                    after, Wire.server, 25, Wire.host, 40_000, 0x18, sequence: 501, ack: 101, [50])
            }
            wire.answer(2, "1.0.0.10.in-addr.arpa", type: 12, to: Wire.server, code: 3)
            if after >= 1 {
                wire.tcp(
                    after, Wire.server, 25, Wire.host, 40_000, 0x18, sequence: 501, ack: 101, [50])
            }
        }
        let waits = evidence(id) { greeting(&$0, after: 2.1) }
        #expect(waits?.state == .present)
        #expect(abs((waits?.measure?.value ?? 0) - 2.098) < 0.01)
        #expect(state(id) { greeting(&$0, after: 0.05) } == .absent)
    }

    @Test func `IPv6 of the DNS that does not work`() {
        let id = "dns.ipv6-tried-then-ipv4"
        let six: [UInt8] = [0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 80]
        let own: [UInt8] = [0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
        func client(
            _ wire: inout Wire, works: Bool, name: String = "w.example", port: UInt16 = 443
        ) {
            wire.lookup(0, "w.example", type: 28, id: 1, address: six)
            wire.lookup(0.1, name, id: 2, address: Wire.server)
            if works {
                wire.connection(1, from: own, to: six)
            } else {
                wire.tcp(1, own, 40_000, six, 443, 2, sequence: 1, ack: 0)
                wire.tcp(2, own, 40_000, six, 443, 2, sequence: 1, ack: 0)
            }
            wire.connection(4, port: 40_001, to: Wire.server, port)
        }
        #expect(state(id) { client(&$0, works: false) } == .present)
        #expect(state(id) { client(&$0, works: true) } == .absent)
        // Another service, and another name's address, are not where the client would go instead.
        #expect(state(id) { client(&$0, works: false, port: 80) } == .absent)
        #expect(state(id) { client(&$0, works: false, name: "other.example") } == .absent)
    }

    @Test func `of many places those are cited that come first in the capture`() {
        var tally = DatagramTally()
        for packet: UInt32 in (1...60).shuffled() { tally.add(packet, Int64(packet)) }
        #expect(tally.count == 60)
        #expect(tally.places.map(\.packet) == Array(1...10))
    }

    @Test func `QUIC that nobody answers`() {
        let id = "quic.unanswered"
        let initial = [0xC3, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 1195)
        func client(_ wire: inout Wire, answered: Bool, tcp: Bool) {
            wire.udp(0, Wire.host, 6000, Wire.server, 443, initial)
            if answered { wire.udp(0.01, Wire.server, 443, Wire.host, 6000, initial) }
            if tcp { wire.connection(3) }
        }
        #expect(state(id) { client(&$0, answered: false, tcp: true) } == .present)
        #expect(state(id) { client(&$0, answered: true, tcp: true) } == .absent)
        #expect(state(id) { client(&$0, answered: false, tcp: false) } == nil)
    }

    @Test func `two machines claim one address`() {
        let id = "arp.two-macs-one-address"
        func claims(_ wire: inout Wire, second: UInt8, at time: Double) {
            wire.arp(0, reply: true, sender: 7, mac: 1, target: 9)
            wire.arp(time, reply: true, sender: 7, mac: second, target: 9)
        }
        #expect(state(id) { claims(&$0, second: 2, at: 10) } == .present)
        #expect(state(id) { claims(&$0, second: 1, at: 10) } == .absent)
        #expect(state(id) { claims(&$0, second: 2, at: 100) } == .absent)
    }

    @Test func `a neighbour that does not answer`() {
        let id = "arp.unanswered"
        func asks(_ wire: inout Wire, answered: Bool) {
            wire.arp(0, reply: true, sender: 3, mac: 3, target: 1)
            for second in 0..<3 { wire.arp(Double(second), sender: 1, mac: 1, target: 5) }
            if answered { wire.arp(3, reply: true, sender: 5, mac: 5, target: 1) }
        }
        #expect(state(id) { asks(&$0, answered: false) } == .present)
        #expect(state(id) { asks(&$0, answered: true) } == .absent)
    }

    @Test func `two masters of one virtual router`() {
        let id = "vrrp.two-masters"
        func advertise(_ wire: inout Wire, _ hosts: [UInt8]) {
            for (second, host) in hosts.enumerated() {
                wire.ip(
                    Double(second), [10, 0, 0, host], [224, 0, 0, 18], 112,
                    [0x21, 51, 100, 1, 0, 1, 0, 0, 10, 0, 0, 254])
            }
        }
        #expect(state(id) { advertise(&$0, [1, 2, 1, 2]) } == .present)
        #expect(state(id) { advertise(&$0, [1, 1, 1]) } == .absent)
        // One change is a failover.
        #expect(state(id) { advertise(&$0, [1, 1, 2, 2]) } == .absent)
    }

    @Test func `ICMP errors that quote a connection`() {
        func quote(_ port: UInt16) -> [UInt8] {
            let start: [UInt8] = [0x45, 0, 5, 0xDC, 0, 1, 0x40, 0, 64, 6, 0, 0]
            return start + Wire.host + Wire.server + big(port) + big(UInt16(443)) + [0, 0, 0, 101]
        }
        func error(_ wire: inout Wire, code: UInt8, port: UInt16 = 40_000) {
            wire.connection(0)
            wire.ip(
                1, [10, 9, 9, 9], Wire.host, 1,
                [3, code, 0, 0, 0, 0] + big(UInt16(1400)) + quote(port))
        }
        let tooBig = evidence("icmp.too-big") { error(&$0, code: 4) }
        #expect(tooBig?.measure == Evidence.Measure(value: 1400, unit: "bytes"))
        #expect(tooBig?.locations.map(\.flow) == [0])
        #expect(state("icmp.unreachable") { error(&$0, code: 4) } == nil)
        #expect(state("icmp.unreachable") { error(&$0, code: 13) } == .present)
        #expect(state("icmp.too-big") { error(&$0, code: 13) } == nil)
        // A connection that the capture does not have is none of its business.
        #expect(state("icmp.unreachable") { error(&$0, code: 13, port: 41_000) } == nil)
    }

    @Test func `ICMP errors that quote a question over UDP`() {
        func state(code: UInt8, from: UInt16 = 40_000, to: UInt16 = 53, cut: Int = 0) -> FactState?
        {
            evidence("icmp.udp-unreachable") {
                error(&$0, code: code, from: from, to: to, cut: cut)
            }?.state
        }
        func error(
            _ wire: inout Wire, code: UInt8, from: UInt16 = 40_000, to: UInt16 = 53,
            by sender: [UInt8] = Wire.server, cut: Int = 0
        ) {
            let start: [UInt8] = [0x45, 0, 0, 60, 0, 1, 0x40, 0, 64, 17, 0, 0]
            let quote =
                start + Wire.host + Wire.server + big(from) + big(to) + [0, 40, 0, 0]
            wire.ip(
                1, sender, Wire.host, 1, [3, code, 0, 0, 0, 0, 0, 0] + quote.dropLast(cut))
        }
        #expect(state(code: 3) == .present)
        #expect(state(code: 4) == nil)
        // An answer whose asker is gone; a trace of the route; what the snap length cut.
        #expect(state(code: 3, from: 53, to: 40_000) == nil)
        #expect(state(code: 3, to: 33_434) == nil)
        for cut in 5...27 { #expect(state(code: 3, cut: cut) == nil) }
        let near = evidence("icmp.udp-unreachable") { error(&$0, code: 3) }
        #expect(near?.summary.contains("nobody listens on UDP port 53 of") == true)
        let far = evidence("icmp.udp-unreachable") {
            error(&$0, code: 13, by: [10, 9, 9, 9])
            error(&$0, code: 13, by: [10, 9, 9, 9])
        }
        #expect(far?.summary.contains("on the way") == true)
        #expect(far?.count == 2)
    }

    @Test func `each finding of datagrams has one home and is in the vocabulary`() {
        let all = datagramAnalyzers.flatMap { $0.establishes }
        #expect(Set(all).count == all.count)
        #expect(Set(all).isDisjoint(with: analyzers.flatMap { $0.establishes }))
        for id in all { #expect(AnalyzerTests.vocabulary.contains(id), "\(id)") }
    }

    @Test(arguments: 1...20) func `random datagrams are no trap`(seed: UInt64) {
        var state = seed
        var wire = Wire()
        func next() -> UInt8 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
        for number in 0..<500 {
            let bytes = (0..<Int(next())).map { _ in next() }
            let time = Double(number) / 10
            switch next() % 5 {
            case 0: wire.frame(time, type: 0x0806, bytes)
            case 1: wire.udp(time, Wire.host, 5000, Wire.resolver, 53, bytes)
            case 2: wire.udp(time, Wire.resolver, 53, Wire.host, 5000, bytes)
            case 3:
                wire.ip(time, Wire.host, Wire.server, [1, 58, 112, 47, 4][Int(next() % 5)], bytes)
            default:
                wire.udp(
                    time, Wire.host, 443, Wire.server, [443, 4789, 6081][Int(next() % 3)], bytes)
            }
        }
        for finding in wire.report().findings {
            #expect(finding.state != .present || finding.count ?? 0 > 0)
        }
    }
}
