/// The entry that libFuzzer calls with every input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDissection(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    exerciseDissection(UnsafeRawBufferPointer(start: data, count: count).bytes)
    return 0
}
