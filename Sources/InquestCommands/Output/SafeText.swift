import Triage

/// The one place where foreign text becomes harmless to a terminal.
///
/// Everything that is written for a person goes through here as its last step, so no file name,
/// captured byte, case file or argument can move a cursor, change a colour or hide what it says.
enum SafeText {
    /// `text` with every character that a terminal would obey or hide as `\u{202e}`.
    ///
    /// Applying it twice changes nothing. Invalid UTF-8 was repaired when the text was decoded.
    static func line(_ text: String) -> String {
        var text = text
        if isPrintableASCII(&text) { return text }
        var bytes: [UInt8] = []
        append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The same in UTF-8, behind what `bytes` holds.
    static func append(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        if isPrintableASCII(&text) {
            text.withUTF8 { bytes.append(contentsOf: $0) }
            return
        }
        for scalar in text.unicodeScalars {
            bytes +=
                scalar.isUnsafeOnTerminal
                ? ("\\u{" + String(scalar.value, radix: 16) + "}").utf8 : String(scalar).utf8
        }
    }

    private static func isPrintableASCII(_ text: inout String) -> Bool {
        text.withUTF8 { bytes in
            // The highest distance from the space, so that many bytes are compared at once.
            var farthest: UInt8 = 0
            for byte in bytes { farthest = max(farthest, byte &- 0x20) }
            return farthest < 0x5F
        }
    }

    /// Like `line`, for text of several lines: line feeds stay, a tab becomes spaces.
    static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { line(expandTabs($0)) }
    }

    private static func expandTabs(_ text: Substring) -> String {
        guard text.utf8.contains(0x09) else { return String(text) }
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar == "\t" {
                result += String(repeating: " ", count: 8 - result.unicodeScalars.count % 8)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
