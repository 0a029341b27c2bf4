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
        let safe = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
        if safe { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar.isUnsafeOnTerminal {
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
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
