import Testing

@testable import Probes

@Suite struct HTTP2FrameTests {
    @Test func `A frame survives the wire in pieces of any size`() {
        let frames = [
            HTTP2Settings.offered,
            HTTP2Frame(kind: HTTP2Frame.Kind.ping, flags: 1, stream: 0, payload: Array(0..<8)),
            HTTP2Frame(kind: 99, flags: 0xFF, stream: 0x7FFF_FFFF),
        ]
        let wire = frames.flatMap(\.bytes)
        for size in 1...wire.count {
            var reader = HTTP2FrameReader()
            var seen: [HTTP2Frame] = []
            for start in stride(from: 0, to: wire.count, by: size) {
                reader.append(wire[start..<min(start + size, wire.count)])
                while let frame = reader.next() { seen.append(frame) }
            }
            #expect(seen == frames)
        }
    }

    @Test func `A frame longer than we allow ends the reading`() {
        var reader = HTTP2FrameReader()
        reader.append([0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 1])
        let first = reader.next()
        #expect(first == nil)
        #expect(reader.isBroken)
        reader.append([UInt8](repeating: 0, count: 1 << 20)[...])
        let second = reader.next()
        #expect(second == nil)
    }

    @Test func `The limits of a SETTINGS frame are read and its length is checked`() {
        var settings = HTTP2Settings()
        var frame = HTTP2Frame(
            kind: HTTP2Frame.Kind.settings,
            payload: [0, 3, 0, 0, 0, 128, 0, 4, 0, 1, 0, 0, 0, 6, 0xFF, 0xFF, 0xFF, 0xFF])
        let isWhole = settings.apply(frame)
        #expect(isWhole)
        #expect(settings.maximumConcurrentStreams == 128)
        #expect(settings.initialWindow == 65536)
        #expect(settings.maximumHeaderList == .max)
        #expect(settings.maximumFrame == nil)
        frame.payload.removeLast()
        let isCut = !settings.apply(frame)
        #expect(isCut)
    }

    @Test(
        arguments: [
            ([0x88], 200), ([0x8D], 404), ([0x20, 0x8E], 500), ([0x3F, 0xE1, 0x1F, 0x88], 200),
            ([0x48, 0x03, 0x34, 0x32, 0x31], 421), ([0x08, 0x03, 0x35, 0x30, 0x32], 502),
            ([0x18, 0x03, 0x35, 0x30, 0x33], 503),
            // Huffman: 302 and 403 of RFC 7541, appendix C.6, and by its table.
            ([0x48, 0x82, 0x64, 0x02], 302), ([0x48, 0x83, 0x68, 0x0C, 0xFF], 403),
            ([0x48, 0x83, 0x68, 0x0C, 0x7F], nil),
            ([0x00, 0x07] + Array(":status".utf8) + [0x03, 0x34, 0x32, 0x39], 429),
            ([], nil), ([0x48], nil), ([0x48, 0x7F], nil),
            ([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], nil),
            ([0x48, 0x84, 0, 0, 0, 0], nil), ([0x82], nil),
        ] as [([UInt8], Int?)])
    func `The status is found in a field block`(block: [UInt8], status: Int?) {
        #expect(HTTP2Fields.status(block[...]) == status)
    }

    @Test func `Padding and priority are taken off, and cannot be longer than the payload`() {
        var frame = HTTP2Frame(
            kind: HTTP2Frame.Kind.headers, flags: 0x28, stream: 1,
            payload: [2, 0, 0, 0, 0, 16, 0x88, 0, 0])
        #expect(frame.content == [0x88])
        frame.payload[0] = 9
        #expect(frame.content == nil)
        frame.payload = []
        #expect(frame.content == nil)
    }

    @Test func `A long authority is encoded with its length in several bytes`() {
        let name = String(repeating: "a", count: 300)
        let request = HTTPRequest(path: "/", host: name)
        let block = HTTP2Fields.block(request, scheme: "http")
        // 300 = 127 + 173: 0x7F, then 173 in groups of seven bits.
        let at = block.indices.first { block[$0...].starts(with: [0x7F, 0xAD, 0x01, 0x61]) }
        #expect(at != nil)
    }

    @Test func `A long field block is cut into frames that every server takes`() {
        let block = [UInt8](repeating: 7, count: 40_000)
        let frames = HTTP2Frame.headers(block, stream: 5)
        #expect(frames.map(\.kind) == [1, 9, 9])
        // END_STREAM stands on HEADERS, END_HEADERS on the last.
        #expect(frames.map(\.flags) == [1, 0, 4])
        #expect(frames.flatMap(\.payload) == block)
        #expect(HTTP2Frame.headers([1], stream: 1).map(\.flags) == [5])
    }
}
