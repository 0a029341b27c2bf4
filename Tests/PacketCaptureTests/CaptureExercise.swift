import Dissection

@testable import PacketCapture

/// What a decoder gave for some bytes, to be compared with the same bytes cut otherwise.
struct DecodedCapture: Equatable {
    var facts: CaptureFacts
    /// Number, time, lengths, link, interface and a checksum of the bytes of every packet, folded.
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    var visited = 0

    mutating func visit(_ record: PacketRecord, _ bytes: RawSpan) {
        precondition(record.capturedLength == bytes.byteCount)
        precondition(bytes.byteCount <= maximumCapturedLength)
        visited += 1
        fold(UInt64(record.number))
        fold(UInt64(bitPattern: record.time))
        fold(UInt64(record.wireLength))
        fold(UInt64(record.link.rawValue) << 32 | UInt64(record.interface))
        for offset in 0..<bytes.byteCount { fold(UInt64(bytes.byte(at: offset))) }
    }

    /// FNV-1a over words.
    private mutating func fold(_ word: UInt64) {
        digest = (digest ^ word) &* 0x100_0000_01B3
    }
}

/// Decodes `input` as the reader does, a chunk of `step(index)` bytes at a time.
func decode(_ input: RawSpan, step: (Int) -> Int) -> DecodedCapture? {
    let head = input.extracting(0..<min(input.byteCount, CaptureFormat.decisive))
    switch CaptureFormat(head) {
    case .pcap(let header): return decode(input, PcapDecoder(header), step)
    case .pcapng: return decode(input, PcapngDecoder(), step)
    default: return nil
    }
}

private func decode<Decoder: PacketDecoder>(
    _ input: RawSpan, _ decoder: Decoder, _ step: (Int) -> Int
) -> DecodedCapture {
    var decoder = decoder
    var result = DecodedCapture(facts: decoder.facts)
    var start = 0
    var end = 0
    var index = 0
    // Packets that were shown and are still to be visited, by where they begin, with their end.
    var expected: [Int: (end: Int, link: LinkType)] = [:]
    while !decoder.isDone {
        let used = decoder.consume(
            input.extracting(start..<end),
            expecting: { link, bytes in
                if let start = place(of: bytes, in: input) {
                    expected[start] = (start + bytes.byteCount, link)
                }
                return true
            }
        ) { record, bytes in
            result.visit(record, bytes)
            if let start = place(of: bytes, in: input),
                let shown = expected.removeValue(forKey: start)
            {
                precondition(shown == (start + bytes.byteCount, record.link))
            }
            return true
        }
        precondition(0...(end - start) ~= used)
        start += used
        if decoder.isDone { break }
        // The reader's buffer: what is left over must fit beside the next read.
        precondition(end - start <= PcapngDecoder.longestBlock)
        if end == input.byteCount {
            decoder.end(input.extracting(start..<end))
            break
        }
        end = min(input.byteCount, end + max(step(index), 1))
        index += 1
    }
    result.facts = decoder.facts
    precondition(result.visited == result.facts.packets)
    // What was shown comes, unless the file is damaged before it.
    precondition(expected.isEmpty || result.facts.cutShort)
    precondition(result.facts.cutShort == (result.facts.cutShortReason != nil))
    return result
}

/// `nil` of a packet without a byte: several stand at one place.
private func place(of part: RawSpan, in whole: RawSpan) -> Int? {
    part.withUnsafeBytes { part in
        whole.withUnsafeBytes { whole in
            part.isEmpty ? nil : part.baseAddress! - whole.baseAddress!
        }
    }
}

/// Decodes arbitrary bytes whole and in pieces whose sizes the bytes give: both must agree.
func exerciseCapture(_ input: RawSpan) {
    // One step larger than any input: everything comes at once.
    guard let whole = decode(input, step: { _ in .max / 2 }) else { return }
    let seed = Int(input.byte(at: input.byteCount - 1))
    guard let pieces = decode(input, step: { index in 1 + (index &* 31 &+ seed) % 97 }) else {
        fatalError("recognised whole, not in pieces")
    }
    if pieces != whole { fatalError("in pieces \(pieces), whole \(whole)") }
}
