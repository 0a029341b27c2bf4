/// The text of one file, made safe for the parsers behind it: valid UTF-8, line feeds only, no
/// control or direction marks. What had to be changed is reported.
struct SourceText {
    /// Lines without their ends; never empty.
    let lines: [Substring]

    /// Characters of one kind that are reported one by one; more of them say nothing new.
    private static let reported = 20

    /// - Parameter bytes: the whole file.
    init(bytes: [UInt8], log: FaultLog) {
        let bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        if let offset = Self.firstInvalidByte(bytes) {
            let place = Self.place(ofByte: offset, in: bytes)
            log.error(
                place, "byte \(Self.hex(bytes[offset])) at offset \(offset) is not valid UTF-8",
                "save the file as UTF-8")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        lines = Self.lines(mayHoldForbidden(bytes) ? Self.clean(text, log) : text)
    }

    private static func lines(_ text: String) -> [Substring] {
        text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map(Substring.init)
    }

    private static func clean(_ text: String, _ log: FaultLog) -> String {
        var clean = String.UnicodeScalarView()
        var place = Place.start
        var found = 0
        var scalars = text.unicodeScalars.makeIterator()
        var next = scalars.next()
        while let scalar = next {
            next = scalars.next()
            if scalar == "\r", next == "\n" { continue }
            if isForbidden(scalar) {
                found += 1
                if found <= reported { report(scalar, place, log) }
                clean.append("\u{FFFD}")
            } else {
                clean.append(scalar)
            }
            if scalar == "\n" {
                place = Place(line: place.line + 1, column: 1)
            } else {
                place.column += 1
            }
        }
        return String(clean)
    }

    private static func report(_ scalar: Unicode.Scalar, _ place: Place, _ log: FaultLog) {
        let kind =
            switch scalar.value {
            case 0x1B: "escape character"
            case 0x061C, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069: "direction mark"
            default: "control character"
            }
        log.error(place, "\(kind) \(name(of: scalar)) is not allowed", "remove it")
    }

    /// The offset of the first byte that is not part of well-formed UTF-8, `nil` if there is none.
    static func firstInvalidByte(_ bytes: [UInt8]) -> Int? {
        guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
        var low = 0
        var decoder = UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        while true {
            switch decoder.parseScalar(from: &iterator) {
            case .valid(let encoded): low += encoded.count
            case .error: return low
            case .emptyInput: return nil
            }
        }
    }

    private static func place(ofByte offset: Int, in bytes: [UInt8]) -> Place {
        let head = String(decoding: bytes[..<offset], as: UTF8.self)
        let lines = head.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        return Place(line: lines.count, column: (lines.last?.count ?? 0) + 1)
    }

    private static func hex(_ byte: UInt8) -> String {
        "0x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
}
