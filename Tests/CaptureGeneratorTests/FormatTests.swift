import Testing

@testable import CaptureGeneration

@Suite("Formats of generated captures")
struct FormatTests {
    /// Frames of a capture, read by the lengths in its records.
    private func frames(_ bytes: [UInt8], _ format: FileFormat) -> [ArraySlice<UInt8>] {
        let isPcapng = format.container == .pcapng
        func number(_ offset: Int) -> Int {
            let word = bytes[offset..<offset + 4]
            let ordered = format.byteOrder == .big ? Array(word) : word.reversed()
            return ordered.reduce(0) { $0 << 8 | Int($1) }
        }
        var offset = isPcapng ? 60 : 24
        var frames: [ArraySlice<UInt8>] = []
        while offset < bytes.count {
            let head = isPcapng ? 28 : 16
            let captured = number(offset + (isPcapng ? 20 : 8))
            frames.append(bytes[offset + head..<offset + head + captured])
            offset += isPcapng ? number(offset + 4) : head + captured
        }
        return frames
    }

    private func formats() -> [FileFormat] {
        FileFormat.Container.allCases.flatMap { container in
            FileFormat.Precision.allCases.flatMap { precision in
                FileFormat.ByteOrder.allCases.map { order in
                    var format = FileFormat()
                    format.container = container
                    format.precision = precision
                    format.byteOrder = order
                    return format
                }
            }
        }
    }

    @Test func `Every format holds the same frames`() throws {
        let plain = frames(try Run().capture, FileFormat())
        #expect(plain.count > 1000)
        for format in formats() {
            let run = try Run { $0.file = format }
            #expect(frames(run.capture, format) == plain, "\(format)")
        }
    }

    @Test func `The snap length cuts frames and nothing else`() throws {
        var format = FileFormat()
        format.snapLength = 96
        let cut = frames(try Run { $0.file = format }.capture, format)
        let whole = frames(try Run().capture, FileFormat())
        #expect(cut == whole.map { $0.prefix(96) })
    }

    @Test func `Checksums of IPv4 headers add up to all ones`() throws {
        for frame in frames(try Run { $0.shares.vlan = 0 }.capture, FileFormat()) {
            let bytes = Array(frame)
            guard bytes[12] == 8, bytes[13] == 0 else { continue }
            var sum = stride(from: 14, to: 34, by: 2).reduce(0) {
                $0 + (Int(bytes[$1]) << 8) + Int(bytes[$1 + 1])
            }
            while sum > 0xFFFF { sum = (sum >> 16) + (sum & 0xFFFF) }
            #expect(sum == 0xFFFF)
        }
    }

    /// FIPS 180-4's example and those of RFC 4648, 10; tshark checks the community ids.
    @Test func `Digest and base64 are the published ones`() {
        #expect(
            base64(sha1(Array("abc".utf8))) == "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=")
        #expect(base64([]).isEmpty)
        #expect(base64([0x66]) == "Zg==")
        #expect(base64([0x66, 0x6F]) == "Zm8=")
    }

    @Test(
        arguments: [
            ((0x2001_0DB8_00C1_0000, 0x10), "2001:db8:c1::10"),
            ((0, 1), "::1"),
            ((0x2001_0DB8_0000_0001, 0x0000_0000_0001_0001), "2001:db8:0:1::1:1"),
            ((0x0001_0002_0003_0004, 0x0005_0006_0007_0000), "1:2:3:4:5:6:7:0"),
        ] as [((UInt64, UInt64), String)])
    func `IPv6 addresses are written as RFC 5952 says`(value: (UInt64, UInt64), text: String) {
        #expect(Address.ipv6(high: value.0, low: value.1).text == text)
    }

    @Test func `Times have nanoseconds and a Z`() {
        #expect(timestamp(1_767_225_600_000_000_001) == "2026-01-01T00:00:00.000000001Z")
        #expect(timestamp(1_709_210_096_500_000_000) == "2024-02-29T12:34:56.500000000Z")
    }
}
