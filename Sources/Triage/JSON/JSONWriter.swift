/// Writes JSON into a byte buffer: keys in the order in which they are given, the same bytes for
/// the same values, no space.
///
/// Characters that a terminal would obey or hide (control, bidirectional, zero-width) are written
/// as `\uXXXX`, so that the text is the same value for a program and harmless for a person.
/// Measured (performance.md §5): a tenth of what `JSONEncoder` costs.
public struct JSONWriter {
    public internal(set) var bytes: [UInt8] = []
    var needsComma = false

    public init() {}

    /// Makes room for so many more bytes.
    public mutating func reserve(_ count: Int) { bytes.reserveCapacity(bytes.count + count) }

    public mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
        open(UInt8(ascii: "{"))
        try body(&self)
        close(UInt8(ascii: "}"))
    }

    @inlinable
    public mutating func array<Element>(
        _ elements: some Sequence<Element>, _ body: (inout JSONWriter, Element) -> Void
    ) {
        open(UInt8(ascii: "["))
        for element in elements { body(&self, element) }
        close(UInt8(ascii: "]"))
    }

    public mutating func key(_ key: StaticString) {
        let count = key.utf8CodeUnitCount
        put(count + 3) { place in
            place.pointee = UInt8(ascii: "\"")
            (place + 1).initialize(from: key.utf8Start, count: count)
            place[count + 1] = UInt8(ascii: "\"")
            place[count + 2] = UInt8(ascii: ":")
            return count + 3
        }
        needsComma = false
    }

    /// A key that is not of our own choice.
    public mutating func key(text: String) {
        string(text)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func string(_ text: String) {
        var text = text
        let isPlain = text.withUTF8 { utf8 in
            // Without a branch, so that many bytes are compared at once.
            var special: UInt8 = 0
            for byte in utf8 {
                special |= byte &- 0x20 >= 0x5F ? 1 : 0
                special |= byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? 1 : 0
            }
            if special == 0 { plain(utf8) }
            return special == 0
        }
        if !isPlain {
            comma()
            bytes.append(UInt8(ascii: "\""))
            escaped(text)
            bytes.append(UInt8(ascii: "\""))
        }
        needsComma = true
    }

    private mutating func plain(_ text: UnsafeBufferPointer<UInt8>) {
        put(text.count + 2) { place in
            place.pointee = UInt8(ascii: "\"")
            if let start = text.baseAddress {
                (place + 1).initialize(from: start, count: text.count)
            }
            place[text.count + 1] = UInt8(ascii: "\"")
            return text.count + 2
        }
    }

    public mutating func bool(_ value: Bool) { raw(value ? "true" : "false" as StaticString) }

    public mutating func null() { raw("null" as StaticString) }

    /// Ends a line of NDJSON, or the document.
    public mutating func endLine() {
        bytes.append(UInt8(ascii: "\n"))
        needsComma = false
    }

    /// Gives the bytes written so far away and begins anew, mid-document if need be.
    public mutating func drain() -> [UInt8] {
        let drained = bytes
        bytes.removeAll(keepingCapacity: true)
        return drained
    }
}

extension JSONWriter {
    public mutating func member(_ name: StaticString, _ text: String) {
        key(name)
        string(text)
    }

    public mutating func member(_ name: StaticString, _ number: Int) {
        key(name)
        integer(number)
    }

    public mutating func member(_ name: StaticString, _ number: UInt64) {
        key(name)
        integer(number)
    }

    public mutating func member(_ name: StaticString, _ value: Bool) {
        key(name)
        bool(value)
    }

    public mutating func member(_ name: StaticString, number value: Double) {
        key(name)
        number(value)
    }

    public mutating func member(_ name: StaticString, timestamp nanoseconds: Int64) {
        key(name)
        timestamp(nanoseconds)
    }

    /// Leaves the key out when there is no text.
    public mutating func member(_ name: StaticString, ifPresent text: String?) {
        if let text { member(name, text) }
    }

    public mutating func member(
        _ name: StaticString, _ body: (inout JSONWriter) throws -> Void
    ) rethrows {
        key(name)
        try object(body)
    }

    @inlinable
    public mutating func member<Element>(
        _ name: StaticString, array elements: some Sequence<Element>,
        _ body: (inout JSONWriter, Element) -> Void
    ) {
        key(name)
        array(elements, body)
    }

    public mutating func member(_ name: StaticString, strings: some Sequence<String>) {
        member(name, array: strings) { $0.string($1) }
    }
}

extension JSONWriter {
    /// A comma where one is needed, and what `body` writes, at once: byte by byte, each has a check of
    /// its own.
    ///
    /// - Parameters:
    ///   - most: how many bytes `body` may write.
    ///   - body: gets the place where they go, and says how many they were.
    @inline(__always)
    mutating func put(_ most: Int, _ body: (UnsafeMutablePointer<UInt8>) -> Int) {
        let needsComma = needsComma
        bytes.append(addingCapacity: most + 1) { span in
            span.withUnsafeMutableBufferPointer { buffer, count in
                guard var place = buffer.baseAddress else { return }
                if needsComma {
                    place.pointee = UInt8(ascii: ",")
                    place += 1
                    count += 1
                }
                count += body(place)
            }
        }
    }

    mutating func comma() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    @usableFromInline
    mutating func open(_ bracket: UInt8) {
        put(1) { place in
            place.pointee = bracket
            return 1
        }
        needsComma = false
    }

    @usableFromInline
    mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    mutating func raw(_ text: String) {
        comma()
        bytes.append(contentsOf: text.utf8)
        needsComma = true
    }

    mutating func raw(_ text: StaticString) {
        let count = text.utf8CodeUnitCount
        put(count) { place in
            place.initialize(from: text.utf8Start, count: count)
            return count
        }
        needsComma = true
    }

    private mutating func escaped(_ text: String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": bytes.append(contentsOf: #"\""#.utf8)
            case "\\": bytes.append(contentsOf: #"\\"#.utf8)
            case "\n": bytes.append(contentsOf: #"\n"#.utf8)
            case "\r": bytes.append(contentsOf: #"\r"#.utf8)
            case "\t": bytes.append(contentsOf: #"\t"#.utf8)
            case _ where scalar.isUnsafeOnTerminal:
                for unit in String(scalar).utf16 { hexadecimal(unit) }
            default: bytes.append(contentsOf: String(scalar).utf8)
            }
        }
    }

    private mutating func hexadecimal(_ unit: UInt16) {
        let digits = String(unit, radix: 16)
        bytes.append(contentsOf: "\\u".utf8)
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: 4 - digits.utf8.count))
        bytes.append(contentsOf: digits.utf8)
    }
}
