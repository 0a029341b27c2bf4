/// The entry that libFuzzer calls with every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCapture(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    exerciseCapture(UnsafeRawBufferPointer(start: data, count: count).bytes)
    return 0
}
