/// The bytes inside of a compressed file, a chunk at a time.
final class Unpacker {
    /// Compressed bytes held at one time.
    private static let chunk = 64 << 10

    let compression: Compression
    /// Why the bytes ended early, as a clause.
    private(set) var fault: String?
    /// Something stands behind the last frame that is none; it was left out.
    private(set) var hasTail = false
    private let decompressor: any Decompressor
    private var packed: [UInt8]
    private var start = 0
    private var end: Int
    private var inputEnded = false
    private var isDone = false
    private var frames = 0
    private var isInsideFrame = false
    private var madeInFrame = 0

    /// - Parameter first: what was read of the file already.
    init(_ compression: Compression, first: ArraySlice<UInt8>) {
        self.compression = compression
        decompressor =
            switch compression {
            case .gzip: GzipDecompressor()
            case .zstd: ZstdDecompressor()
            case .lz4: LZ4Decompressor()
            }
        packed = Array(first)
        end = packed.count
        let room = max(0, Self.chunk - packed.count)
        packed.append(contentsOf: repeatElement(0, count: room))
    }

    /// As `InputFile.read`, of the unpacked bytes: 0 at their end, or where they make no sense.
    func read(
        from file: borrowing InputFile, into buffer: inout [UInt8], after count: Int, limit: Int
    ) throws(CaptureError) -> Int {
        let room = count..<count + min(limit, buffer.count - count)
        while !isDone {
            if start == end, !inputEnded {
                start = 0
                end = try file.read(into: &packed, after: 0, limit: Self.chunk)
                inputEnded = end == 0
            }
            let made = step(&buffer, room)
            if made > 0 { return made }
        }
        return 0
    }

    /// - Returns: how many bytes of `room` were filled.
    private func step(_ buffer: inout [UInt8], _ room: Range<Int>) -> Int {
        let step = unsafe packed.withUnsafeBytes { input in
            unsafe buffer.withUnsafeMutableBytes { output in
                let source = unsafe UnsafeRawBufferPointer(rebasing: input[start..<end])
                let target = unsafe UnsafeMutableRawBufferPointer(rebasing: output[room])
                return unsafe decompressor.step(source, target)
            }
        }
        start += step.used
        madeInFrame += step.made
        if step.used > 0 { isInsideFrame = true }
        if let damage = step.damage {
            stop(damage)
        } else if step.endsFrame, isInsideFrame {
            frames += 1
            isInsideFrame = false
            madeInFrame = 0
        } else if inputEnded, start == end, step.made == 0 {
            isDone = true
            if isInsideFrame { fault = "the \(compression.rawValue) data breaks off" }
        }
        return step.made
    }

    private func stop(_ damage: String) {
        isDone = true
        if frames > 0, madeInFrame == 0 {
            hasTail = true
        } else {
            fault = "the \(compression.rawValue) data is damaged (\(damage))"
        }
    }
}
