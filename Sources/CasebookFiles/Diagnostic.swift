/// One fault in a casebook: where it is, what is wrong, and what to write instead.
///
/// `fault` and `suggestion` are safe to print: bounded, without control or direction marks.
public struct Diagnostic: Sendable, Hashable {
    public enum Severity: String, Sendable, Codable {
        case error, warning
    }

    /// As given by the caller; may hold any byte that a file name may hold.
    public var path: String
    /// One-based.
    public var line: Int
    /// One-based, counted in Unicode scalars as libyaml counts.
    public var column: Int
    public var severity: Severity
    public var fault: String
    public var suggestion: String?
    /// Does not keep the case out of a diagnosis: a warning, or an error such as a missing replay.
    public var isHarmless: Bool

    public init(
        path: String, line: Int, column: Int, severity: Severity = .error, fault: String,
        suggestion: String? = nil, isHarmless: Bool = false
    ) {
        self.path = path
        self.line = line
        self.column = column
        self.severity = severity
        self.fault = fault
        self.suggestion = suggestion
        self.isHarmless = isHarmless
    }

    /// `path:line:column: error: fault (suggestion)`, safe to print.
    public var text: String {
        let head = "\(printable(path, limit: 1_000)):\(line):\(column): \(severity): \(fault)"
        return suggestion.map { "\(head) (\($0))" } ?? head
    }
}

extension Diagnostic: Comparable {
    /// By path, then place, then text, so that a report never depends on the order of checks.
    public static func < (left: Diagnostic, right: Diagnostic) -> Bool {
        (left.path, left.line, left.column, left.fault)
            < (right.path, right.line, right.column, right.fault)
    }
}

/// A place in a text, both numbers one-based.
struct Place: Hashable, Comparable, Sendable {
    var line: Int
    var column: Int

    static let start = Place(line: 1, column: 1)

    static func < (left: Place, right: Place) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A value and where the file says it.
struct Located<Value> {
    var value: Value
    var place: Place
}

extension Located: Sendable where Value: Sendable {}

/// `text` with each scalar that could move the cursor, change the direction of writing or start an
/// escape sequence written as `<U+1B>`, cut to `limit` scalars.
func printable(_ text: String, limit: Int) -> String {
    if text.utf8.count <= limit, !mayHoldForbidden(text.utf8), !text.utf8.contains(where: isBreak) {
        return text
    }
    var result = ""
    for (count, scalar) in text.unicodeScalars.enumerated() {
        if count == limit { return result + "…" }
        if isForbidden(scalar) || scalar == "\n" || scalar == "\t" {
            result += "<\(name(of: scalar))>"
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}

private func isBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x09 }

/// `text` in quotation marks, safe to print and at most 60 scalars long.
func quoted(_ text: String) -> String { "“\(printable(text, limit: 60))”" }

/// Whether a scalar has no place in a case file: C0 and C1 controls but tab and line feed, line
/// and paragraph separators, the bidirectional controls of UAX #9, and the byte order mark.
func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: false
    case 0x00...0x1F, 0x7F...0x9F: true
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    case 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: true
    default: false
    }
}

/// A quick look at UTF-8: `false` says that `isForbidden` is false for every scalar.
func mayHoldForbidden(_ bytes: some Sequence<UInt8>) -> Bool {
    // The last two bytes; U+2000 to U+207F begin with E2 80 or E2 81 and are common in prose.
    var (first, second): (UInt8, UInt8) = (0, 0)
    for byte in bytes {
        if byte < 0x20 ? byte != 0x09 && byte != 0x0A : byte == 0x7F { return true }
        switch byte {
        case 0xC2, 0xD8, 0xEF: return true
        case 0x8E...0x8F, 0xA8...0xAE:
            if first == 0xE2, second == 0x80 || second == 0x81 { return true }
        case 0xA6...0xA9: if first == 0xE2, second == 0x81 { return true }
        default: break
        }
        (first, second) = (second, byte)
    }
    return false
}

/// `U+202E`.
func name(of scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}
