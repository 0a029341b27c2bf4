import CCompression

/// Zstandard (RFC 8878) by libzstd.
@safe final class ZstdDecompressor: Decompressor {
    /// 128 MiB, what zstd(1) accepts without being asked for more (`--long`).
    private static let longestWindow: Int32 = 27
    private let context: OpaquePointer?

    init() {
        unsafe context = ZSTD_createDCtx()
        _ = unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.longestWindow)
    }

    deinit { _ = unsafe ZSTD_freeDCtx(context) }

    func step(
        _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
    ) -> UnpackingStep {
        var source = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let code = unsafe ZSTD_decompressStream(context, &target, &source)
        var step = unsafe UnpackingStep(used: source.pos, made: target.pos)
        if ZSTD_isError(code) != 0 {
            step.damage = unsafe String(cString: ZSTD_getErrorName(code))
        } else {
            step.endsFrame = code == 0
        }
        return step
    }
}
