import Casebook

/// Bytes that no pattern tells apart share a column of the table.
struct ByteClasses {
    /// By byte value.
    let ofByte: [UInt8]
    let count: Int

    init(_ program: PatternProgram) {
        var sets: Set<ByteSet> = [ByteSet(UInt8(ascii: "\n"))]
        for instruction in program.instructions {
            if case .bytes(let set, _) = instruction { sets.insert(set) }
        }
        // Each set splits every class in two at most.
        var ofByte = [UInt8](repeating: 0, count: 256)
        var count = 1
        for set in sets {
            var moved: [UInt8: UInt8] = [:]
            var stayed: Set<UInt8> = []
            for byte in UInt8.min...UInt8.max where !set.contains(byte) {
                stayed.insert(ofByte[Int(byte)])
            }
            for byte in UInt8.min...UInt8.max where set.contains(byte) {
                let old = ofByte[Int(byte)]
                guard stayed.contains(old) else { continue }
                if moved[old] == nil {
                    moved[old] = UInt8(count)
                    count += 1
                }
                ofByte[Int(byte)] = moved[old] ?? old
            }
        }
        self.ofByte = ofByte
        self.count = count
    }
}
