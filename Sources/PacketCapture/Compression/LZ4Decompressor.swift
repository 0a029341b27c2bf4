import CCompression

/// LZ4 frames (https://github.com/lz4/lz4, doc/lz4_Frame_format.md) by liblz4.
@safe final class LZ4Decompressor: Decompressor {
    private var context: OpaquePointer?

    init() {
        unsafe context = nil
        _ = unsafe LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))
    }

    deinit { _ = unsafe LZ4F_freeDecompressionContext(context) }

    func step(
        _ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer
    ) -> UnpackingStep {
        var used = input.count
        var made = output.count
        let code = unsafe LZ4F_decompress(
            context, output.baseAddress, &made, input.baseAddress, &used, nil)
        if LZ4F_isError(code) != 0 {
            let reason = unsafe String(cString: LZ4F_getErrorName(code))
            return UnpackingStep(used: 0, made: 0, damage: reason)
        }
        return UnpackingStep(used: used, made: made, endsFrame: code == 0)
    }
}
