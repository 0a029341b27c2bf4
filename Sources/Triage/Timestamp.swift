import Casebook

/// Instants as text: `2026-01-01T00:00:00.000000000Z`, by integer arithmetic alone.
///
/// A date formatter costs 2 microseconds a time and all of Foundation (performance.md §5).
public enum Timestamp {
    private static let nanosecondsPerSecond: Int64 = 1_000_000_000
    private static let secondsPerDay: Int64 = 86_400

    /// An instant in the parts that are written, in UTC.
    struct Fields {
        let year, month, day, hour, minute, second, nanosecond: Int64

        init(_ nanoseconds: Int64) {
            let seconds = CivilDate.floorDivide(nanoseconds, nanosecondsPerSecond)
            nanosecond = nanoseconds &- seconds &* nanosecondsPerSecond
            let days = CivilDate.floorDivide(seconds, secondsPerDay)
            let clock = seconds - days * secondsPerDay
            (year, month, day) = CivilDate.parts(ofDay: days)
            (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60)
        }
    }

    /// - Parameter nanoseconds: since 1970-01-01T00:00:00Z, before it too.
    public static func text(_ nanoseconds: Int64) -> String {
        var writer = JSONWriter()
        writer.timestamp(nanoseconds)
        return String(decoding: writer.bytes.dropFirst().dropLast(), as: UTF8.self)
    }

    /// The instant that `text` names, or `nil` when it is not of the form above (one to nine
    /// digits of fraction, or none, are accepted) or out of the range of 64 bits.
    public static func nanoseconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"), bytes[4] == UInt8(ascii: "-"),
            bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
            let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]),
            let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60,
            let fraction = fraction(bytes[19..<(bytes.count - 1)])
        else { return nil }
        let clock = hour * 3600 + minute * 60 + second
        let seconds = CivilDate.day(year: year, month: month, day: day) * secondsPerDay + clock
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: nanosecondsPerSecond)
        let (sum, carried) = scaled.addingReportingOverflow(fraction)
        return overflow || carried ? nil : sum
    }

    private static func fraction(_ bytes: ArraySlice<UInt8>) -> Int64? {
        if bytes.isEmpty { return 0 }
        guard bytes.first == UInt8(ascii: "."), (2...10).contains(bytes.count),
            var value = number(bytes.dropFirst())
        else { return nil }
        for _ in bytes.count..<10 { value *= 10 }
        return value
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for byte in bytes {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return bytes.isEmpty ? nil : value
    }
}
