import Dissection
import Testing

/// An answer put together field by field: a question, a CNAME, two addresses, SOA and OPT.
private enum Answer {
    static let header: [UInt8] = [0x12, 0x34, 0x81, 0x80, 0, 1, 0, 3, 0, 1, 0, 1]
    /// At offset 12: `www.Example.test`, A, IN.
    static let question = name("www", "Example", "test") + bytes16(1) + bytes16(1)
    static let pointer: [UInt8] = [0xC0, 12]
    /// `Example.test`, inside the question.
    static let zone: [UInt8] = [0xC0, 16]
    static let alias: [UInt8] = join([4], Array("host".utf8), zone)

    static func name(_ labels: String...) -> [UInt8] {
        labels.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    static func record(_ name: [UInt8], _ type: Int, _ ttl: UInt32, _ data: [UInt8]) -> [UInt8] {
        join(name, bytes16(type), bytes16(1), bytes32(ttl), bytes16(data.count), data)
    }

    static let cname = record(pointer, 5, 300, alias)
    static let a = record(alias, 1, 60, [192, 0, 2, 1])
    static let aaaa = record(alias, 28, 60, [0x20, 1, 0x0D, 0xB8] + zeros(11) + [1])
    static let soa = record(
        zone, 6, 900,
        join(zone, zone, bytes32(7), bytes32(1), bytes32(2), bytes32(3), bytes32(30)))
    static let opt: [UInt8] = join([0], bytes16(41), bytes16(1232), [1, 0, 0x80, 0], bytes16(0))
    static let message = join(header, question, cname, a, aaaa, soa, opt)
}

@Suite struct DNSMessageTests {
    @Test func `all sections are read, compressed names included`() throws {
        let message = try DNSMessage(Answer.message)
        let www = try #require(DNSName("www.example.TEST."))
        let host = try #require(DNSName("host.example.test"))
        #expect(message.id == 0x1234 && message.flags.contains([.response, .recursionAvailable]))
        #expect(message.questions == [.init(name: www, type: .a)])
        #expect(
            message.answers.map(\.content) == [
                .name(host), .address(IPAddress(ipv4: 0xC000_0201)),
                .address(IPAddress("2001:db8::1")!),
            ])
        #expect(message.answers.map(\.name) == [www, host, host])
        #expect(message.answers.map(\.ttl) == [300, 60, 60])
        guard case .authority(let soa) = try #require(message.authorities.first).content else {
            Issue.record("no SOA")
            return
        }
        #expect(soa.serial == 7 && soa.minimum == 30 && soa.primary == DNSName("example.test"))
        #expect(message.additionals.isEmpty)
        #expect(message.edns == .init(payloadSize: 1232, version: 0, dnssecOK: true))
        // The upper bits of the code are in OPT: 1 << 4 | 0.
        #expect(message.responseCode == .badVersion)
    }

    @Test func `where it may be cut, the beginning is enough`() throws {
        let question = Answer.header.count + Answer.question.count
        for length in 0..<Answer.message.count {
            let bytes = Array(Answer.message[..<length])
            let message = try? DNSMessage(bytes.span.bytes, mayBeCut: true)
            #expect((message != nil) == (length >= question))
            guard let message else { continue }
            let whole = try DNSMessage(Answer.message)
            #expect(message.id == whole.id && message.questions == whole.questions)
            #expect(Array(whole.answers.prefix(message.answers.count)) == message.answers)
        }
    }

    @Test func `every prefix is truncated`() {
        for length in 0..<Answer.message.count {
            let error = #expect(throws: DissectionError.self) {
                try DNSMessage(Answer.message[..<length])
            }
            guard case .truncated(let needed) = error else {
                Issue.record("\(length) bytes: \(String(describing: error))")
                continue
            }
            #expect(needed > length && needed <= Answer.message.count)
        }
    }

    @Test func `with TC set a message may end in the middle of its records`() throws {
        var bytes = Answer.message
        bytes[2] |= 2
        let all = join(Answer.header, Answer.question, Answer.cname).count
        let message = try DNSMessage(bytes[..<(all + 3)])
        #expect(message.flags.contains(.truncated) && message.answers.count == 1)
        #expect(throws: DissectionError.self) { try DNSMessage(bytes[..<20]) }
    }

    @Test func `no change of one byte traps, and what is read can be printed`() {
        for offset in Answer.message.indices {
            for value in UInt8.min...UInt8.max {
                var bytes = Answer.message
                bytes[offset] = value
                exerciseDNS(bytes.span.bytes)
            }
        }
    }

    @Test(arguments: [
        ("pointer to itself", join(Answer.header, [0xC0, 12, 0, 1, 0, 1])),
        ("pointer forward", join(Answer.header, [0xC0, 14, 0, 0, 1, 0, 1])),
        ("label and pointer in a ring", join(Answer.header, [1, 0x61, 0xC0, 12, 0, 1, 0, 1])),
        ("label type 01", join(Answer.header, [0x41, 0x61, 0, 0, 1, 0, 1])),
        (
            "A record of 5 bytes",
            join(Answer.header, Answer.question, Answer.record([0], 1, 0, zeros(5)))
        ),
        (
            "CNAME shorter than its record",
            join(Answer.header, Answer.question, Answer.record([0], 5, 0, [0, 0]))
        ),
        (
            "SOA without its numbers",
            join(Answer.header, Answer.question, Answer.record([0], 6, 0, [0, 0]))
        ),
    ])
    func `contradictions are malformed`(_ name: String, _ bytes: [UInt8]) {
        let error = #expect(throws: DissectionError.self) { try DNSMessage(bytes) }
        guard case .malformed = error else {
            Issue.record("\(name): \(String(describing: error))")
            return
        }
    }

    @Test func `names compare without case, print safely and know their zones`() throws {
        let name = try #require(DNSName("Shop.example.test."))
        let same = try #require(DNSName("shop.EXAMPLE.test"))
        #expect(name == same && Set([name, same]).count == 1)
        #expect(name.isWithin(DNSName("example.TEST")!) && name.isWithin(DNSName(".")!))
        #expect(!name.isWithin(DNSName("ample.test")!))
        #expect(name.parent == DNSName("example.test") && DNSName(".")?.parent == nil)
        let odd = try #require(DNSName(labels: [[0x1B, 0x5B], Array("a.b\\".utf8)]))
        #expect(odd.description == "\\027[.a\\046b\\092")
        #expect(DNSName("") == nil && DNSName("a..b") == nil && DNSName(".a") == nil)
        #expect(DNSName(String(repeating: "a", count: 64)) == nil)
        let long = Array(repeating: String(repeating: "a", count: 63), count: 4)
        #expect(DNSName(long.joined(separator: ".")) == nil)
    }

    @Test(arguments: [
        (1, "A"), (15, "MX"), (16, "TXT"), (33, "SRV"), (43, "DS"), (65, "HTTPS"), (255, "ANY"),
        (257, "CAA"), (3, "TYPE3"), (65_280, "TYPE65280"),
    ])
    func `a type has the name of the registry, else its number`(type: UInt16, name: String) {
        #expect(DNSType(rawValue: type).description == name)
    }
}
