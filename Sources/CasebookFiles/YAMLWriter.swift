/// Writes block-style YAML, a key at a time.
struct YAMLWriter {
    private(set) var output = ""
    private var indent = ""
    /// Stands before the next key in place of the indentation: the `- ` of a list's entry.
    private var lead: String?

    private mutating func key(_ name: String) {
        output += (lead ?? indent) + name + ":"
        lead = nil
    }

    mutating func text(_ name: String, _ value: String) {
        key(name)
        output += " " + Self.scalar(value, indent: indent + "  ") + "\n"
    }

    mutating func words(_ name: String, _ values: [String]) {
        key(name)
        output += " " + Self.flow(values) + "\n"
    }

    mutating func alternatives(_ name: String, _ lists: [[String]]) {
        key(name)
        output += lists.isEmpty ? " []\n" : "\n"
        for list in lists { output += "\(indent)  - \(Self.flow(list))\n" }
    }

    /// - Parameter remarks: by key; for people, no reader sees them.
    mutating func pairs(
        _ name: String, _ pairs: [(String, String)], remarks: [String: String] = [:]
    ) {
        key(name)
        output += pairs.isEmpty ? " {}\n" : "\n"
        for (name, value) in pairs {
            let remark = remarks[name].map { "  # " + Self.oneLine($0) } ?? ""
            output += "\(indent)  \(Self.scalar(name, indent: "")): "
            output += Self.scalar(value, indent: indent + "    ") + remark + "\n"
        }
    }

    /// A line for people, no reader sees it.
    mutating func remark(_ text: String) { output += "\(indent)  # \(Self.oneLine(text))\n" }

    private static func oneLine(_ text: String) -> String { printable(text, limit: 200) }

    mutating func nested(_ name: String, _ write: (inout YAMLWriter) -> Void) {
        key(name)
        output += "\n"
        let outer = indent
        indent += "  "
        write(&self)
        indent = outer
    }

    mutating func list<Value>(
        _ name: String, _ values: [Value], _ write: (Value, inout YAMLWriter) -> Void
    ) {
        key(name)
        output += values.isEmpty ? " []\n" : "\n"
        let outer = indent
        for value in values {
            lead = outer + "  - "
            indent = outer + "    "
            write(value, &self)
        }
        indent = outer
    }

    private static func flow(_ values: [String]) -> String {
        "[" + values.map { scalar($0, indent: "", isInFlow: true) }.joined(separator: ", ") + "]"
    }

    /// Plain where that is safe, a literal block for clean texts of several lines, else in double
    /// quotes.
    static func scalar(_ text: String, indent: String, isInFlow: Bool = false) -> String {
        if isPlain(text, isInFlow: isInFlow) { return text }
        if !indent.isEmpty, !isInFlow, isBlock(text) {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            return "|-\n" + lines.map { $0.isEmpty ? "" : indent + $0 }.joined(separator: "\n")
        }
        return quote(text)
    }

    /// Narrower than YAML's own rule, so that nobody need know it.
    private static func isPlain(_ text: String, isInFlow: Bool) -> Bool {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else {
            return false
        }
        let isLetter = { (scalar: Unicode.Scalar) in scalar.properties.isAlphabetic }
        guard isLetter(first) || ("0"..."9").contains(first), last != ":", last != " " else {
            return false
        }
        guard !["null", "true", "false", "yes", "no", "on", "off"].contains(text.lowercased())
        else {
            return false
        }
        return !text.contains(": ") && !text.contains(" #")
            && text.unicodeScalars.allSatisfy { scalar in
                !isForbidden(scalar) && scalar != "\n" && scalar != "\t"
                    && !(isInFlow && "[]{},".unicodeScalars.contains(scalar))
            }
    }

    private static func isBlock(_ text: String) -> Bool {
        guard text.contains("\n"), let first = text.utf8.first, let last = text.utf8.last else {
            return false
        }
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0A }
        return !isBlank(first) && !isBlank(last)
            && text.unicodeScalars.allSatisfy { !isForbidden($0) && $0 != "\t" }
            && text.utf8.split(separator: 0x0A).allSatisfy { !isBlank($0.last ?? 0x20) }
    }

    private static func quote(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            default:
                if isForbidden(scalar) {
                    let digits = String(scalar.value, radix: 16)
                    result +=
                        "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}
