/// The entry that libFuzzer calls with every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCompression(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    exerciseCompression(UnsafeRawBufferPointer(start: data, count: count).bytes)
    return 0
}
