/// The entry that libFuzzer calls with every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAnalysis(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    exerciseAnalysis(UnsafeRawBufferPointer(start: data, count: count).bytes)
    return 0
}
