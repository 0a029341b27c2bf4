import Foundation

/// The dissector to be fuzzed alone, by its place in `dissectorExercises`; without, all of them.
private let chosen: Int? = {
    guard let name = ProcessInfo.processInfo.environment["FUZZ_DISSECTOR"] else { return nil }
    guard let place = dissectorExercises.firstIndex(where: { $0.name == name }) else {
        fatalError("no dissector \(name): \(dissectorExercises.map(\.name))")
    }
    return place
}()

/// The entry that libFuzzer calls with every input; -1 keeps one out of the corpus.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDissection(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: data, count: count)
    if let chosen, count == 0 || Int(input[0]) % dissectorExercises.count != chosen { return -1 }
    exerciseDissection(input.bytes)
    return 0
}
