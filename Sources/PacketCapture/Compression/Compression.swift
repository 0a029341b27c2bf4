internal import Dissection

/// A compressed format that captures are read through.
public enum Compression: String, Sendable {
    case gzip, zstd, lz4

    /// By the first four bytes: RFC 1952 §2.3.1, RFC 8878 §3.1.1, LZ4's frame format; never by a
    /// file's name.
    init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= 4 else { return nil }
        switch bytes.uint32(at: 0) {
        case 0x28B5_2FFD: self = .zstd
        // pzstd begins with a skippable frame (RFC 8878 §3.1.2), 50 to 5F 2A 4D 18; lz4 could, and
        // does not.
        case let word where word & 0xF0FF_FFFF == 0x502A_4D18: self = .zstd
        case 0x0422_4D18: self = .lz4
        // Method 8 is deflate, the only one there is.
        case 0x1F8B_0800...0x1F8B_08FF: self = .gzip
        default: return nil
        }
    }
}

/// What one step of a decompressor did.
struct UnpackingStep {
    /// Bytes taken of the input and made for the output.
    var used: Int
    var made: Int
    /// A frame (zstd, LZ4) or member (gzip) is over; another may follow.
    var endsFrame = false
    /// Why nothing more can be unpacked, in the library's words.
    var damage: String?
}

/// Turns compressed bytes into bytes, in memory that no length in the file decides.
protocol Decompressor: AnyObject {
    /// Takes what it can of `input` and fills what it can of `output`; also asked with nothing.
    func step(
        _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
    ) -> UnpackingStep
}
