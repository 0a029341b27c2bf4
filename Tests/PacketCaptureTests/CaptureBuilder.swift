import Dissection
import Foundation
import PacketCapture

/// Writes numbers in one byte order.
struct Writer: Sendable {
    var isBig: Bool

    func u16(_ value: Int) -> [UInt8] { ordered([UInt8](be(UInt64(value)).suffix(2))) }
    func u32(_ value: Int) -> [UInt8] { ordered([UInt8](be(UInt64(value)).suffix(4))) }
    func u64(_ value: UInt64) -> [UInt8] { ordered(be(value)) }

    private func be(_ value: UInt64) -> [UInt8] {
        stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private func ordered(_ bytes: [UInt8]) -> [UInt8] { isBig ? bytes : bytes.reversed() }
}

func join(_ parts: [UInt8]...) -> [UInt8] { Array(parts.joined()) }

/// One packet to be written, and how it must come back.
struct Sample: Equatable, Sendable {
    /// Nanoseconds.
    var time: Int64
    var bytes: [UInt8]
    var wireLength: Int

    /// Three packets: whole, cut by a snap length, and empty; times with nine digits.
    static let three = [
        Sample(time: 1_767_225_600_123_456_789, bytes: Array(1...60), wireLength: 60),
        Sample(time: 1_767_225_600_999_999_999, bytes: Array(1...33), wireLength: 1514),
        Sample(time: 1_767_225_601_000_000_001, bytes: [], wireLength: 40),
    ]
}

/// Builds pcap files byte by byte.
struct PcapBuilder {
    var order = Writer(isBig: false)
    var magic = 0xA1B2_C3D4
    var minor = 4
    var link = 1

    var header: [UInt8] {
        join(
            order.u32(magic), order.u16(2), order.u16(minor), order.u32(0), order.u32(0),
            order.u32(65535), order.u32(link))
    }

    func record(_ sample: Sample, unit: Int64 = 1000) -> [UInt8] {
        join(
            order.u32(Int(sample.time / 1_000_000_000)),
            order.u32(Int(sample.time % 1_000_000_000 / unit)),
            order.u32(sample.bytes.count), order.u32(sample.wireLength), sample.bytes)
    }

    func file(_ samples: [Sample], unit: Int64 = 1000) -> [UInt8] {
        header + samples.flatMap { record($0, unit: unit) }
    }
}

/// Builds pcapng blocks byte by byte.
struct PcapngBuilder {
    var order = Writer(isBig: false)

    func block(_ type: Int, _ body: [UInt8], trailer: Int? = nil) -> [UInt8] {
        let padded = join(body, [UInt8](repeating: 0, count: -body.count & 3))
        let length = padded.count + 12
        return join(order.u32(type), order.u32(length), padded, order.u32(trailer ?? length))
    }

    func option(_ code: Int, _ value: [UInt8]) -> [UInt8] {
        let padding = [UInt8](repeating: 0, count: -value.count & 3)
        return join(order.u16(code), order.u16(value.count), value, padding)
    }

    func section(major: Int = 1) -> [UInt8] {
        let length: [UInt8] = [UInt8](repeating: 0xFF, count: 8)
        return block(
            0x0A0D_0D0A, join(order.u32(0x1A2B_3C4D), order.u16(major), order.u16(0), length))
    }

    func interface(link: Int = 1, snapLength: Int = 0, options: [UInt8] = []) -> [UInt8] {
        block(1, join(order.u16(link), order.u16(0), order.u32(snapLength), options))
    }

    /// - Parameter units: The time stamp, in units of the interface.
    func enhanced(_ sample: Sample, units: UInt64, interface: Int = 0, options: [UInt8] = [])
        -> [UInt8]
    {
        let padding = [UInt8](repeating: 0, count: -sample.bytes.count & 3)
        return block(
            6,
            join(
                order.u32(interface), order.u32(Int(units >> 32)),
                order.u32(Int(units & 0xFFFF_FFFF)),
                order.u32(sample.bytes.count), order.u32(sample.wireLength), sample.bytes, padding,
                options))
    }

    func old(_ sample: Sample, units: UInt64, interface: Int = 0) -> [UInt8] {
        block(
            2,
            join(
                order.u16(interface), order.u16(7), order.u32(Int(units >> 32)),
                order.u32(Int(units & 0xFFFF_FFFF)), order.u32(sample.bytes.count),
                order.u32(sample.wireLength), sample.bytes))
    }

    func simple(_ sample: Sample) -> [UInt8] {
        block(3, join(order.u32(sample.wireLength), sample.bytes))
    }
}

/// What a reader delivered.
struct Delivery {
    var facts: CaptureFacts
    var records: [PacketRecord] = []
    var samples: [Sample] = []
}

/// Reads a file to its end.
func readCapture(path: String) throws(CaptureError) -> Delivery {
    var reader = try CaptureReader(path: path)
    var delivery = Delivery(facts: CaptureFacts(format: ""))
    delivery.facts = try reader.forEachPacket { record, bytes in
        delivery.records.append(record)
        let copy = bytes.array(0..<bytes.byteCount)
        delivery.samples.append(
            Sample(time: record.time, bytes: copy, wireLength: record.wireLength))
        return true
    }
    return delivery
}

/// Reads `bytes` through a file of their own.
func readCapture(_ bytes: [UInt8]) throws -> Delivery {
    try withFile(bytes) { path in try readCapture(path: path) }
}

/// Gives `body` a file with `bytes` in it, and removes it afterwards.
func withFile<Result>(_ bytes: [UInt8], _ body: (String) throws -> Result) throws -> Result {
    let path = NSTemporaryDirectory() + "/inquest-test-" + UUID().uuidString
    try Data(bytes).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
}
