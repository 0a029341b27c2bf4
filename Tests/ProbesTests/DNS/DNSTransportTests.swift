import Casebook
import Dissection
import Probes
import Synchronization
import Testing

@Suite struct DNSTransportTests {
    private static let zone = zoneHandler([[192, 0, 2, 1]])

    /// Truncates whatever is asked over UDP.
    private static let truncating: TestResponder.Handler = { query, overTCP in
        if overTCP { return zone(query, true) }
        var answer = TestAnswer(query)
        answer.flags.insert(.truncated)
        return answer.reply
    }

    @Test func `truncated answers that TCP does not complete`() async {
        let id = "probe.dns.truncated-tcp-fails"
        let deaf = TestResponder(tcp: false, Self.truncating)
        let bad = await probeDNS(resolvers: [deaf.port], authoritative: [deaf.port])
        #expect(bad.state(id) == .present, "\(bad.summary(id))")
        let mute = TestResponder { query, overTCP in
            overTCP ? .silence : Self.truncating(query, false)
        }
        let silent = await probeDNS(resolvers: [mute.port], authoritative: [mute.port])
        #expect(silent.state(id) == .present, "\(silent.summary(id))")
        let sound = TestResponder(Self.truncating)
        let good = await probeDNS(resolvers: [sound.port], authoritative: [sound.port])
        #expect(good.state(id) == .absent)
        // What TCP completes is what counts.
        #expect(good.state("probe.dns.fails") == .absent)
        #expect(good.state("probe.dns.answer-empty") == .absent)
        #expect(good.state("probe.dns.resolvers-disagree") == .absent)
        #expect(bad.state("probe.dns.fails") == .present)
    }

    @Test func `without a truncated answer, TCP that fails settles nothing`() async {
        let deaf = TestResponder(tcp: false, Self.zone)
        let report = await probeDNS(resolvers: [deaf.port], authoritative: [deaf.port])
        #expect(report.state("probe.dns.truncated-tcp-fails") == .unknown)
    }

    @Test(arguments: [1232, 4096])
    func `silence to EDNS, to any and to large sizes only`(smallest: Int) async {
        let server = TestResponder { query, overTCP in
            if !overTCP, let edns = query.edns, edns.payloadSize >= smallest { return .silence }
            return Self.zone(query, overTCP)
        }
        let id = "probe.dns.edns-size-fails"
        let bad = await probeDNS(resolvers: [server.port], authoritative: [server.port])
        #expect(bad.state(id) == .present && bad.measure(id) == Double(smallest))
        #expect(bad.state("probe.dns.fails") == .absent)
    }

    @Test func `one lost datagram is neither silence nor a dead server`() async {
        let counts = Counts()
        let lossy = TestResponder { query, overTCP in
            let isFirst = counts.next(for: query.id) == 0
            return isFirst ? .silence : Self.zone(query, overTCP)
        }
        let report = await probeDNS(resolvers: [lossy.port], authoritative: [lossy.port])
        #expect(report.state("probe.dns.edns-size-fails") == .absent)
        #expect(report.state("probe.dns.fails") == .absent)
    }

    /// What servers may say instead of an answer.
    static let nonsense: [(String, TestResponder.Handler)] = [
        ("garbage", { _, _ in .bytes(Array(repeating: 0xFF, count: 60)) }),
        ("nothing", { _, _ in .bytes([]) }),
        (
            "garbage with the right id",
            { query, _ in
                .bytes([UInt8(query.id >> 8), UInt8(query.id & 0xFF)] + Array("\u{1B}]0;x".utf8))
            }
        ),
        (
            "another id",
            { query, _ in
                var other = query
                other.id ^= 1
                return TestAnswer(other).reply
            }
        ),
        (
            "another question",
            { query, _ in
                var other = query
                other.questions[0].name = DNSName("evil.test")!
                return TestAnswer(other).reply
            }
        ),
        (
            "a ring of aliases",
            { query, _ in
                var answer = TestAnswer(query)
                let name = query.questions[0].name
                answer.records = [TestAnswer.record(name, .cname, name.wire)]
                return answer.reply
            }
        ),
    ]

    @Test(arguments: nonsense)
    func `nonsense ends in bounded time and is not taken for an answer`(
        _ name: String, _ handler: @escaping TestResponder.Handler
    ) async {
        let server = TestResponder(handler)
        let report = await probeDNS(resolvers: [server.port], authoritative: [server.port])
        #expect(report.state("probe.dns.fails") == .present)
        #expect(report.state("probe.dns.resolvers-disagree") != .present)
        let texts = report.evidence.map(\.summary) + report.results.map(\.summary)
        #expect(texts.allSatisfy { isPrintable($0) })
    }
}

private func isPrintable(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
}

/// How often each question came.
final class Counts: Sendable {
    private let counts = Mutex<[UInt16: Int]>([:])

    func next(for id: UInt16) -> Int {
        counts.withLock { table in
            let count = table[id, default: 0]
            table[id] = count + 1
            return count
        }
    }
}
