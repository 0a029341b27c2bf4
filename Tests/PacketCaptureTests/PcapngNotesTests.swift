import Dissection
import PacketCapture
import Testing

@Suite struct PcapngNotesTests {
    private let builder = PcapngBuilder()
    private let sample = Sample.three[0]

    private func comment(_ text: String) -> [UInt8] { builder.option(1, Array(text.utf8)) }

    private func section(_ comments: [UInt8]) -> [UInt8] {
        let length = [UInt8](repeating: 0xFF, count: 8)
        let order = builder.order
        return builder.block(
            0x0A0D_0D0A,
            join(order.u32(0x1A2B_3C4D), order.u16(1), order.u16(0), length, comments))
    }

    private func names(_ records: [UInt8]...) -> [UInt8] {
        builder.block(4, records.flatMap(\.self) + [0, 0, 0, 0])
    }

    @Test func `comments of sections, interfaces and packets are told`() throws {
        let file =
            section(comment("first") + comment("second"))
            + builder.interface(options: comment("tap in rack 4"))
            + builder.enhanced(sample, units: 1)
            + builder.enhanced(sample, units: 2, options: comment("here") + comment("see ticket"))
        let facts = try readCapture(file).facts
        #expect(facts.notes.comments == ["first", "second", "tap in rack 4"])
        #expect(facts.notes.packetComments == [2: "here; see ticket"])
        #expect(facts.packets == 2)
    }

    @Test func `the names of addresses are told, the first of each`() throws {
        let four = builder.option(1, [10, 0, 0, 1] + Array("db1.example\0db2.example\0".utf8))
        let six = builder.option(
            2, [0x20, 1] + Array(repeating: 0, count: 13) + [7] + Array("x\0".utf8))
        let again = builder.option(1, [10, 0, 0, 1] + Array("other\0".utf8))
        let file =
            section([]) + builder.interface() + names(four, six, again)
            + builder.enhanced(sample, units: 1)
        let facts = try readCapture(file).facts
        #expect(
            facts.notes.names == [
                IPAddress(ipv4: 0x0A00_0001): "db1.example",
                IPAddress(high: 0x2001_0000_0000_0000, low: 7): "x",
            ])
        #expect(facts.packets == 1)
    }

    @Test func `secrets are passed over, and so is a list of names beyond all measure`() throws {
        let secrets = builder.block(10, Array("TLSK".utf8) + Array(repeating: 65, count: 40))
        let endless = builder.block(4, [UInt8](repeating: 0x41, count: 600_000))
        let file =
            section([]) + builder.interface() + secrets + builder.enhanced(sample, units: 1)
            + endless + builder.enhanced(sample, units: 2)
        let facts = try readCapture(file).facts
        #expect(facts.packets == 2)
        #expect(facts.notes.isEmpty)
        #expect(!facts.cutShort)
    }

    @Test func `damaged options are left where they become senseless`() throws {
        let broken = comment("good") + [1, 0, 0xFF, 0x7F, 1, 2, 3, 4]
        let file =
            section(broken) + builder.interface()
            + builder.enhanced(sample, units: 1, options: broken)
            + names([1, 0, 0xFF, 0xFF], [9, 9, 9, 9])
        let facts = try readCapture(file).facts
        #expect(facts.notes.comments == ["good"])
        #expect(facts.notes.packetComments == [1: "good"])
        #expect(!facts.cutShort)
    }

    @Test func `a flood of comments and names is bounded`() throws {
        let long = comment(String(repeating: "x", count: 60_000))
        var file = section(long) + builder.interface()
        for index in 0..<3_000 {
            file += builder.enhanced(sample, units: UInt64(index), options: comment("c"))
        }
        let notes = try readCapture(file).facts.notes
        #expect(notes.comments[0].utf8.count == 1_000)
        #expect(notes.packetComments.count == 1_000)
    }
}
