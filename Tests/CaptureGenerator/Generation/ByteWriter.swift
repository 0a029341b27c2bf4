/// Bytes in network order, with vectors that carry their own length (RFC 8446, 3.4).
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put8(_ value: Int) {
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    mutating func put16(_ value: Int) {
        put8(value >> 8)
        put8(value)
    }

    mutating func put24(_ value: Int) {
        put8(value >> 16)
        put16(value)
    }

    mutating func put32(_ value: Int) {
        put16(value >> 16)
        put16(value)
    }

    mutating func put(_ some: some Sequence<UInt8>) {
        bytes.append(contentsOf: some)
    }

    mutating func put(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    mutating func vector8(_ body: (inout ByteWriter) -> Void) {
        vector(lengthBytes: 1, body)
    }

    mutating func vector16(_ body: (inout ByteWriter) -> Void) {
        vector(lengthBytes: 2, body)
    }

    mutating func vector24(_ body: (inout ByteWriter) -> Void) {
        vector(lengthBytes: 3, body)
    }

    private mutating func vector(lengthBytes: Int, _ body: (inout ByteWriter) -> Void) {
        let start = bytes.count
        for _ in 0..<lengthBytes { put8(0) }
        body(&self)
        let length = bytes.count - start - lengthBytes
        for index in 0..<lengthBytes {
            let shift = 8 * (lengthBytes - 1 - index)
            bytes[start + index] = UInt8(truncatingIfNeeded: length >> shift)
        }
    }
}
