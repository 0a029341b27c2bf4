public import Casebook

/// Numbers and instants for people.
public enum Figures {
    /// At most three significant digits, no exponent: `1,234`, `56.7`, `1.95`, `0.0028`.
    public static func number(_ value: Double) -> String {
        guard value.isFinite else { return "?" }
        let size = abs(value)
        if size >= 1e15 { return value.description }
        if size >= 100 || value == value.rounded() { return grouped(Int(value.rounded())) }
        var places = size >= 10 ? 1 : 2
        if size < 1 {
            var scaled = size
            while scaled < 0.1, places < 9 {
                scaled *= 10
                places += 1
            }
        }
        return withoutZeros(fixed(value, places))
    }

    private static func withoutZeros(_ text: String) -> String {
        var text = text
        while text.hasSuffix("0") { text.removeLast() }
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }

    /// With thousands apart.
    public static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    /// Exactly `places` decimals.
    public static func fixed(_ value: Double, _ places: Int) -> String {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        guard abs(value * scale) < 1e15 else { return value.description }
        let scaled = Int((value * scale).rounded())
        let digits = String(scaled.magnitude)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let sign = scaled < 0 ? "-" : ""
        if places == 0 { return sign + padded }
        return sign + padded.dropLast(places) + "." + padded.suffix(places)
    }

    /// `1.95 s`, `3 %`; a count has no unit to say.
    public static func measure(_ measure: Evidence.Measure) -> String {
        let figure = number(measure.value)
        return switch measure.unit {
        case "", "count": figure
        case "percent": figure + " %"
        default: figure + " " + measure.unit
        }
    }

    /// `12.3 kB`, in powers of a thousand.
    public static func bytes(_ count: UInt64) -> String {
        let units = ["bytes", "kB", "MB", "GB", "TB", "PB"]
        var value = Double(count)
        var unit = 0
        while value >= 1000, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        return number(value) + " " + units[unit]
    }

    public static func seconds(_ nanoseconds: Int64) -> String {
        let seconds = Double(nanoseconds) / 1e9
        if seconds < 1 { return number(seconds * 1000) + " ms" }
        if seconds < 120 { return number(seconds) + " s" }
        if seconds < 7200 { return number(seconds / 60) + " min" }
        return number(seconds / 3600) + " h"
    }

    /// `2026-01-01 00:00:00 UTC`.
    public static func instant(_ nanoseconds: Int64) -> String {
        let text = Timestamp.text(nanoseconds)
        let parts = text.split(separator: "T", maxSplits: 1)
        guard parts.count == 2 else { return text }
        return "\(parts[0]) \(parts[1].prefix(8)) UTC"
    }

    /// - Parameter many: where it is not the word and an s.
    public static func plural(_ count: Int, _ word: String, _ many: String? = nil) -> String {
        "\(grouped(count)) \(count == 1 ? word : many ?? word + "s")"
    }
}
