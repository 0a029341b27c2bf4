import Dissection
import Testing

@testable import PacketCapture

@Suite struct PcapngTests {
    private let one = Sample(time: 0, bytes: [1, 2, 3, 4, 5], wireLength: 5)

    @Test(arguments: [true, false], [6, 9, 3, 0, 12, 0x80 | 10, 0x80 | 30])
    func `both byte orders and every resolution give the right times`(
        isBig: Bool, resolution: Int
    ) throws {
        let builder = PcapngBuilder(order: Writer(isBig: isBig))
        // One second and a half since 1970, in the interface's units; whole seconds have no half.
        let binary = resolution & 0x80 != 0
        let exponent = resolution & 0x7F
        let second = (0..<exponent).reduce(UInt64(1)) { unit, _ in unit * (binary ? 2 : 10) }
        let options = join(
            builder.option(9, [UInt8(resolution)]), builder.option(14, builder.order.u64(100)))
        let file = join(
            builder.section(), builder.interface(options: options),
            builder.enhanced(one, units: second + second / 2))
        let delivery = try readCapture(file)
        #expect(
            delivery.samples.map(\.time) == [101_000_000_000 + (exponent > 0 ? 500_000_000 : 0)])
        #expect(delivery.facts.bigEndian == isBig)
        #expect(delivery.facts.nanoseconds == [9, 12, 0x80 | 30].contains(resolution))
    }

    @Test func `times that nanoseconds cannot hold stay at the limit`() throws {
        let builder = PcapngBuilder()
        let before = builder.option(14, builder.order.u64(UInt64(bitPattern: -5)))
        let file = join(
            builder.section(), builder.interface(), builder.enhanced(one, units: .max),
            builder.interface(options: before), builder.enhanced(one, units: 0, interface: 1),
            builder.interface(options: builder.option(9, [127])),
            builder.enhanced(one, units: .max, interface: 2))
        let delivery = try readCapture(file)
        #expect(delivery.samples.map(\.time).prefix(2) == [.max, -5_000_000_000])
        #expect(delivery.facts.damage.count == 1)
    }

    @Test func `sections of different byte order, each with its own interfaces`() throws {
        let (big, little) = (PcapngBuilder(order: Writer(isBig: true)), PcapngBuilder())
        let file = join(
            big.section(), big.interface(link: 1), big.interface(link: 113),
            big.enhanced(one, units: 5, interface: 1),
            little.section(), little.interface(link: 276), little.enhanced(one, units: 7))
        let delivery = try readCapture(file)
        #expect(delivery.records.map(\.link) == [.linuxCooked, .linuxCooked2])
        #expect(delivery.records.map(\.interface) == [1, 0])
        #expect(delivery.samples.map(\.time) == [5000, 7000])
        #expect(delivery.facts.linkTypes == [.ethernet, .linuxCooked, .linuxCooked2])
        #expect(delivery.facts.sections == 2 && delivery.facts.bigEndian)
    }

    @Test func `simple and old packet blocks are read`() throws {
        let builder = PcapngBuilder()
        var cut = one
        (cut.bytes, cut.wireLength) = ([1, 2, 3, 4], 900)
        let file = join(
            builder.section(), builder.interface(snapLength: 4), builder.old(one, units: 9),
            builder.simple(cut))
        let delivery = try readCapture(file)
        #expect(delivery.samples.map(\.bytes) == [one.bytes, cut.bytes])
        #expect(delivery.samples.map(\.time) == [9000, 9000])
        #expect(delivery.facts.truncatedPackets == 1 && delivery.facts.packetsWithoutTime == 1)
    }

    @Test func `other blocks are passed over, long ones too`() throws {
        let builder = PcapngBuilder()
        let long = [UInt8](repeating: 0x55, count: 3_000_001)
        let file = join(
            builder.section(), builder.block(4, [1, 2, 3]), builder.interface(),
            builder.block(0x0BAD, long), builder.enhanced(one, units: 1), builder.block(77, long),
            builder.enhanced(one, units: 2))
        let delivery = try readCapture(file)
        #expect(delivery.samples.count == 2 && !delivery.facts.cutShort)
        // Wireshark gives the custom block number 1.
        #expect(delivery.records.map(\.number) == [2, 3])
    }

    @Test func `statistics tell of missed packets, the last of each interface`() throws {
        let builder = PcapngBuilder()
        func statistics(_ interface: Int, _ missed: UInt64) -> [UInt8] {
            let option = builder.option(5, builder.order.u64(missed))
            return builder.block(
                5, join(builder.order.u32(interface), [UInt8](repeating: 0, count: 8), option))
        }
        let first = join(
            builder.section(), builder.interface(), builder.interface(), statistics(0, 3),
            statistics(1, 4), statistics(0, 5), statistics(9, 100))
        let second = join(builder.section(), builder.interface(), statistics(0, 1))
        #expect(try readCapture(first).facts.missedPackets == 9)
        #expect(try readCapture(first + second).facts.missedPackets == 10)
        #expect(try readCapture(builder.section()).facts.missedPackets == nil)
    }

    @Test(arguments: [true, false])
    func `every prefix delivers the packets that are whole, and says what is cut`(
        isBig: Bool
    ) throws {
        let builder = PcapngBuilder(order: Writer(isBig: isBig))
        let blocks = [
            builder.section(), builder.interface(), builder.enhanced(one, units: 1),
            builder.block(4, [1, 2, 3]), builder.enhanced(one, units: 2), builder.simple(one),
        ]
        let ends = blocks.indices.map { blocks[...$0].joined().count }
        let file = Array(blocks.joined())
        for length in 0..<file.count {
            let bytes = Array(file[..<length])
            let packets = [ends[2], ends[4], ends[5]].count { $0 <= length }
            if packets == 0, !ends.contains(length) {
                #expect(throws: CaptureError.self) { try readCapture(bytes) }
            } else {
                let delivery = try readCapture(bytes)
                #expect(delivery.samples.count == packets)
                #expect(delivery.facts.cutShort == !ends.contains(length))
            }
        }
    }

    @Test(arguments: Damage.all)
    func `a bad block ends the reading, and what came before stays`(_ damage: Damage) throws {
        let builder = PcapngBuilder()
        let good = join(builder.section(), builder.interface(), builder.enhanced(one, units: 1))
        let delivery = try readCapture(join(good, damage.block, builder.enhanced(one, units: 2)))
        #expect(delivery.samples.count == 1)
        #expect(delivery.facts.cutShort && delivery.facts.cutShortReason == damage.reason)
    }

    @Test func `a section may not have endless interfaces`() throws {
        let builder = PcapngBuilder()
        let interface = builder.interface()
        let most = PcapngDecoder.mostInterfaces
        var file = join(builder.section(), interface, builder.enhanced(one, units: 1))
        file += Array(repeatElement(interface, count: most).joined())
        let facts = try readCapture(file).facts
        #expect(
            facts.packets == 1 && facts.cutShortReason == "a section has more than 65536 interfaces"
        )
    }
}

/// A block that cannot be, and the clause that says so.
struct Damage: Sendable, CustomTestStringConvertible {
    var block: [UInt8]
    var reason: String
    var testDescription: String { reason }

    private static let builder = PcapngBuilder()
    private static let long = Sample(time: 0, bytes: [1, 2, 3, 4], wireLength: 4)

    private static func lying(captured: Int) -> [UInt8] {
        var block = builder.enhanced(long, units: 1)
        block.replaceSubrange(20..<24, with: builder.order.u32(captured))
        return block
    }

    private static func length(_ type: Int, _ length: Int) -> [UInt8] {
        join(builder.order.u32(type), builder.order.u32(length), [UInt8](repeating: 0, count: 40))
    }

    static let all = [
        Damage(
            block: builder.enhanced(long, units: 1, interface: 3),
            reason: "packet 2 is of interface 3, which has no description"),
        Damage(block: lying(captured: 5), reason: "packet 2 claims 5 captured bytes"),
        Damage(
            block: lying(captured: 0xFFFF_FFFF), reason: "packet 2 claims 4294967295 captured bytes"
        ),
        Damage(
            block: builder.block(6, [UInt8](repeating: 0, count: 20), trailer: 40),
            reason: "the two lengths of a block differ"),
        Damage(
            block: builder.block(99, [], trailer: 40), reason: "the two lengths of a block differ"),
        Damage(block: length(6, 28), reason: "packet 2 has an impossible length (28)"),
        Damage(
            block: length(6, 0x7FFF_FFFC),
            reason: "packet 2 has an impossible length (2147483644)"),
        Damage(block: length(99, 8), reason: "a block of type 99 has an impossible length (8)"),
        Damage(block: length(99, 13), reason: "a block of type 99 has an impossible length (13)"),
        Damage(
            block: length(1, 16), reason: "an interface description has an impossible length (16)"),
        Damage(
            block: builder.block(0x0A0D_0D0A, [UInt8](repeating: 1, count: 16)),
            reason: "a section header has no byte-order mark"),
        Damage(block: builder.section(major: 2), reason: "a section is of pcapng version 2"),
        Damage(
            block: builder.block(3, builder.order.u32(400)),
            reason: "packet 2 claims 400 captured bytes"),
    ]
}
