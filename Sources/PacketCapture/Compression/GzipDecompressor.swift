import CCompression

/// gzip (RFC 1952) by zlib; members one behind the other are one stream.
@safe final class GzipDecompressor: Decompressor {
    /// On the heap: zlib keeps its address.
    private let stream: UnsafeMutablePointer<z_stream>

    init() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // Out of memory is all that can go wrong, for which Swift has no answer either.
        let code = unsafe ccompression_inflateInitGzip(stream)
        precondition(code == Z_OK)
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    func step(
        _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
    ) -> UnpackingStep {
        let source = unsafe input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: source)
        unsafe stream.pointee.avail_in = UInt32(input.count)
        unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_out = UInt32(output.count)
        let code = unsafe inflate(stream, Z_NO_FLUSH)
        var step = unsafe UnpackingStep(
            used: input.count - Int(stream.pointee.avail_in),
            made: output.count - Int(stream.pointee.avail_out))
        switch code {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END:
            step.endsFrame = true
            unsafe inflateReset(stream)
        default:
            let reason = unsafe stream.pointee.msg
            step.damage = unsafe reason.map { unsafe String(cString: $0) } ?? "zlib error \(code)"
        }
        return step
    }
}
