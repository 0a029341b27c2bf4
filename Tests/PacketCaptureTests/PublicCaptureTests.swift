import Dissection
import Foundation
import PacketCapture
import Testing

/// What tshark 4.0 said of a capture: Tests/Fixtures/captures/public/truth.
struct CaptureTruth: Decodable, Sendable {
    struct Container: Decodable, Sendable {
        var format: String
        var byteOrder: String
        var linktypes: [UInt32]
    }

    var file: String
    var frames: Int
    var framesByEncapsulation: [String: Int]
    /// Seconds since 1970 with nine decimals.
    var firstFrameTime: String?
    var duration: Double?
    var timestampsInOrder: Bool
    var framesCutBySnaplen: Int
    var tcpFrames: Int
    var malformedFrames: Int
    var container: Container
    /// tshark stopped with an error.
    var tsharkMessage: String

    static let all: [CaptureTruth] = {
        let folder = fixture("captures/public/truth")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let names =
            FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".json") }.sorted().compactMap { name in
            guard let data = FileManager.default.contents(atPath: folder + "/" + name) else {
                return nil
            }
            return try? decoder.decode(CaptureTruth.self, from: data)
        }
    }()

    /// Frames that are packets: Wireshark counts pcapng custom blocks, too.
    var packets: Int { frames - (framesByEncapsulation["None"] ?? 0) }

    var firstTime: Int64? {
        firstFrameTime.flatMap { Int64($0.replacing(".", with: "")) }
    }
}

@Suite struct PublicCaptureTests {
    /// The reader's own set; others may lie beside it.
    @Test func `the captures and their truth are there`() {
        #expect(CaptureTruth.all.count >= 15)
    }

    @Test(arguments: CaptureTruth.all)
    func `packets, link types and times agree with tshark`(_ truth: CaptureTruth) throws {
        let path = fixture("captures/public/" + truth.file)
        let magic = FileManager.default.contents(atPath: path)?.prefix(2)
        guard truth.container.format != "other", magic != Data([0x1F, 0x8B]) else { return }
        let delivery = try readCapture(path: path)
        let facts = delivery.facts
        #expect(facts.packets == truth.packets)
        #expect(facts.format == truth.container.format)
        #expect(facts.bigEndian == truth.container.byteOrder.hasPrefix("big"))
        #expect(Set(facts.linkTypes.map(\.rawValue)) == Set(truth.container.linktypes))
        #expect(facts.truncatedPackets == truth.framesCutBySnaplen)
        #expect(facts.cutShort == !truth.tsharkMessage.isEmpty)
        // Simple packet blocks have no time.
        guard truth.timestampsInOrder, facts.packetsWithoutTime == 0 else { return }
        let times = delivery.records.map(\.time)
        #expect(times.min() == truth.firstTime)
        if let first = times.min(), let last = times.max(), let duration = truth.duration {
            // The truth's duration is rounded to microseconds.
            #expect(abs(Double(last - first) / 1e9 - duration) < 2e-6)
        }
    }

    @Test(arguments: CaptureTruth.all)
    func `TCP segments agree with tshark where no tunnel hides them`(_ truth: CaptureTruth) throws {
        let path = fixture("captures/public/" + truth.file)
        guard var reader = try? CaptureReader(path: path), truth.malformedFrames == 0 else {
            return
        }
        var verdicts: [PacketVerdict: Int] = [:]
        var segment = TCPSegment()
        _ = try reader.forEachPacket { record, bytes in
            let verdict = dissect(
                bytes, link: record.link, wireLength: record.wireLength, into: &segment)
            verdicts[verdict, default: 0] += 1
            return true
        }
        #expect(verdicts[.tcp, default: 0] == truth.tcpFrames)
    }
}
