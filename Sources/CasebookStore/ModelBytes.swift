/// Writes a model as bytes: integers as LEB128, texts and lists with their length before them.
package struct ModelWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func integer(_ value: Int) {
        var rest = UInt64(bitPattern: Int64(value))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    package mutating func text(_ value: String) {
        integer(value.utf8.count)
        bytes.append(contentsOf: value.utf8)
    }

    package mutating func optional(_ value: String?) {
        integer(value == nil ? 0 : 1)
        if let value { text(value) }
    }

    package mutating func list<Element>(
        _ elements: [Element], _ write: (inout ModelWriter, Element) -> Void
    ) {
        integer(elements.count)
        for element in elements { write(&self, element) }
    }

    /// All bits of it.
    package mutating func double(_ value: Double) {
        integer(Int(bitPattern: UInt(value.bitPattern)))
    }

    package mutating func texts(_ values: [String]) { list(values) { $0.text($1) } }
}

/// The bytes are not what `ModelWriter` wrote.
package struct ModelDamage: Error {
    package init() {}
}

/// Reads what `ModelWriter` wrote; every length is checked against what is left.
package struct ModelReader {
    private let bytes: [UInt8]
    private var offset = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var isAtEnd: Bool { offset == bytes.count }
    package var rest: ArraySlice<UInt8> { bytes[offset...] }

    package mutating func integer() throws(ModelDamage) -> Int {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard offset < bytes.count, shift < 64 else { throw ModelDamage() }
            let byte = bytes[offset]
            offset += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int(truncatingIfNeeded: value) }
            shift += 7
        }
    }

    package mutating func text() throws(ModelDamage) -> String {
        let count = try integer()
        guard count >= 0, count <= bytes.count - offset else { throw ModelDamage() }
        defer { offset += count }
        return String(decoding: bytes[offset..<offset + count], as: UTF8.self)
    }

    package mutating func double() throws(ModelDamage) -> Double {
        Double(bitPattern: UInt64(UInt(bitPattern: try integer())))
    }

    package mutating func optional() throws(ModelDamage) -> String? {
        try integer() == 0 ? nil : text()
    }

    package mutating func list<Element>(
        _ read: (inout ModelReader) throws(ModelDamage) -> Element
    ) throws(ModelDamage) -> [Element] {
        let count = try integer()
        // Every element takes at least one byte.
        guard count >= 0, count <= bytes.count - offset else { throw ModelDamage() }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try read(&self)) }
        return elements
    }

    package mutating func texts() throws(ModelDamage) -> [String] {
        try list { reader throws(ModelDamage) in try reader.text() }
    }

    package mutating func word<Word: RawRepresentable>(
        _ type: Word.Type
    ) throws(ModelDamage) -> Word where Word.RawValue == String {
        guard let word = Word(rawValue: try text()) else { throw ModelDamage() }
        return word
    }
}

/// FNV-1a, 64 bits: SQLite does not notice a changed byte inside a page, this does.
func checksum(_ bytes: [UInt8]) -> UInt64 {
    var sum: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { sum = (sum ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return sum
}
