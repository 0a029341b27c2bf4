import Dissection

@testable import PacketCapture

/// What came out of compressed bytes, to be compared with the same taken in other pieces.
private struct Unpacked: Equatable {
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    var count = 0
    var fault: String?
    var hasTail = false
}

/// Bombs are left at this many bytes: what is tested does not change behind it.
private let unpackedLimit = 16 << 20

/// Unpacks `input` in pieces of `limit` bytes.
private func unpack(_ input: RawSpan, limit: Int) -> Unpacked? {
    let head = input.extracting(0..<min(input.byteCount, 4))
    guard let compression = Compression(head), let rest = try? InputFile(path: "/dev/null") else {
        return nil
    }
    let unpacker = Unpacker(compression, first: input.array(0..<input.byteCount)[...])
    var buffer = [UInt8](repeating: 0, count: limit)
    var result = Unpacked()
    while result.count < unpackedLimit {
        let got = (try? unpacker.read(from: rest, into: &buffer, after: 0, limit: limit)) ?? 0
        precondition(0...limit ~= got)
        if got == 0 { break }
        for byte in buffer[..<min(got, unpackedLimit - result.count)] {
            result.digest = (result.digest ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        result.count += got
    }
    // Where a bomb is left depends on the pieces.
    if result.count >= unpackedLimit { return Unpacked(digest: result.digest, count: .max) }
    result.fault = unpacker.fault
    result.hasTail = unpacker.hasTail
    return result
}

/// Unpacks arbitrary bytes in large and in small pieces: both must agree.
func exerciseCompression(_ input: RawSpan) {
    guard let whole = unpack(input, limit: CaptureReader.readSize),
        let pieces = unpack(input, limit: 257)
    else { return }
    // Where damage is noticed depends on the pieces: zstd in one go holds a frame to the size that its
    // header says, piece by piece it does not.
    let isSound = [whole, pieces].allSatisfy { $0.fault == nil && !$0.hasTail }
    if isSound, whole != pieces { fatalError("in pieces \(pieces), whole \(whole)") }
}
