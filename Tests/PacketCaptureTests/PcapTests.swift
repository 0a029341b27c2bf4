import Dissection
import Testing

@testable import PacketCapture

@Suite struct PcapTests {
    @Test(arguments: [true, false], [Int64(1000), 1])
    func `both byte orders and both resolutions give the same packets`(
        isBig: Bool, unit: Int64
    ) throws {
        let builder = PcapBuilder(
            order: Writer(isBig: isBig), magic: unit == 1 ? 0xA1B2_3C4D : 0xA1B2_C3D4)
        let delivery = try readCapture(builder.file(Sample.three, unit: unit))
        let expected = Sample.three.map { sample in
            Sample(
                time: sample.time / unit * unit, bytes: sample.bytes, wireLength: sample.wireLength)
        }
        #expect(delivery.samples == expected)
        #expect(delivery.records.map(\.number) == [1, 2, 3])
        let facts = delivery.facts
        #expect(
            facts.format == "pcap" && facts.linkTypes == [.ethernet] && facts.snapLength == 65535)
        #expect(facts.packets == 3 && facts.bytes == 1614 && facts.truncatedPackets == 2)
        #expect(facts.bigEndian == isBig && facts.nanoseconds == (unit == 1) && !facts.cutShort)
        #expect(facts.damage.isEmpty)
    }

    @Test func `the longer record header of Kuznetsov's variant is passed over`() throws {
        var builder = PcapBuilder()
        builder.magic = 0xA1B2_CD34
        let sample = Sample(time: 5_000_000_000, bytes: [1, 2, 3], wireLength: 3)
        let record = builder.record(sample)
        let file = join(builder.header, Array(record[..<16]), Array(1...8), Array(record[16...]))
        #expect(try readCapture(file).samples == [sample])
    }

    @Test func `old versions have the lengths the other way round`() throws {
        var builder = PcapBuilder()
        builder.minor = 2
        let sample = Sample(time: 0, bytes: [1, 2], wireLength: 9)
        var record = builder.record(sample)
        record.replaceSubrange(8..<16, with: builder.order.u32(9) + builder.order.u32(2))
        let delivery = try readCapture(builder.header + record)
        #expect(delivery.samples == [sample])
        #expect(delivery.facts.damage == ["pcap version 2.2 instead of 2.4"])
    }

    @Test func `flags above the link type are ignored`() throws {
        var builder = PcapBuilder()
        builder.link = 0x5400_0065
        #expect(try readCapture(builder.file(Sample.three)).facts.linkTypes == [.raw])
    }

    @Test(arguments: [true, false])
    func `every prefix delivers the packets that are whole, and says what is cut`(
        isBig: Bool
    ) throws {
        let builder = PcapBuilder(order: Writer(isBig: isBig))
        let file = builder.file(Sample.three)
        let ends = Sample.three.indices.map { builder.file(Array(Sample.three[...$0])).count }
        for length in 0..<file.count {
            let bytes = Array(file[..<length])
            let whole = ends.count { $0 <= length }
            if length > 24, whole == 0 {
                #expect(throws: CaptureError.self) { try readCapture(bytes) }
            } else if length >= 24 {
                let delivery = try readCapture(bytes)
                #expect(delivery.samples.count == whole)
                #expect(delivery.facts.cutShort == !([24] + ends).contains(length))
            } else {
                #expect(throws: CaptureError.self) { try readCapture(bytes) }
            }
        }
    }

    @Test(arguments: [262_145, 0x7FFF_FFFF, 0xFFFF_FFFF])
    func `a record longer than any packet stops the reading, not the process`(length: Int) throws {
        let builder = PcapBuilder()
        var file = builder.file(Sample.three)
        file += join(builder.order.u32(0), builder.order.u32(0), builder.order.u32(length))
        file += builder.order.u32(60) + [UInt8](repeating: 7, count: 400)
        let delivery = try readCapture(file)
        #expect(delivery.samples.count == 3 && delivery.facts.cutShort)
        #expect(delivery.facts.cutShortReason == "packet 4 claims \(length) captured bytes")
    }

    @Test func `the longest packets that may be are read, over many reads`() throws {
        let builder = PcapBuilder()
        let long = Sample(
            time: 1000, bytes: [UInt8](repeating: 9, count: 262_144), wireLength: 262_144)
        let delivery = try readCapture(builder.file([long, Sample.three[0], long, long]))
        #expect(delivery.samples.map(\.bytes.count) == [262_144, 60, 262_144, 262_144])
        #expect(delivery.samples[3] == long && !delivery.facts.cutShort)
    }

    @Test func `a header alone is a capture of no packets`() throws {
        let facts = try readCapture(PcapBuilder().header).facts
        #expect(facts.packets == 0 && !facts.cutShort)
    }

    @Test func `the visitor can stop`() throws {
        let count = try withFile(PcapBuilder().file(Sample.three)) { path in
            var reader = try CaptureReader(path: path)
            var count = 0
            let facts = try reader.forEachPacket { _, _ in
                count += 1
                return count < 2
            }
            #expect(facts.packets == 2 && !facts.cutShort)
            return count
        }
        #expect(count == 2)
    }
}
