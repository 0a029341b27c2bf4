import Casebook

/// Reads the time that a log line bears, in the forms that servers use:
///
/// - `2026-01-01T00:00:00.123Z`, `…+02:00`, with a space for the `T`, a comma for the point or
///   slashes for the hyphens (RFC 3339, log4j, nginx's error log, Go),
/// - `Jan  1 00:00:00` (RFC 3164), whose year is told by `now`,
/// - `01/Jan/2026:00:00:00 +0000` (Common Log Format, HAProxy),
/// - `Thu Jan 01 00:00:00.123456 2026` (Apache's error log),
/// - `1767225600.123` at the beginning of the line.
///
/// Where no zone is given the time is taken for UTC.
public struct LogClock: Sendable {
    /// Nanoseconds since 1970-01-01T00:00:00Z: a day without a year is the last such before it.
    public let now: Int64

    static let second: Int64 = 1_000_000_000
    static let day: Int64 = 86_400

    public init(now: Int64) { self.now = now }

    /// - Parameter head: the beginning of the line.
    public func time(of head: [UInt8]) -> Int64? {
        var reader = TimeReader(head)
        while !reader.isAtEnd {
            if reader.isAtWord, let time = time(&reader) { return time }
            reader.advance()
        }
        return nil
    }

    private func time(_ reader: inout TimeReader) -> Int64? {
        let start = reader.position
        for form in [Self.calendar, Self.commonLog, syslog, Self.epoch] {
            reader.position = start
            if let time = form(&reader) { return time }
        }
        reader.position = start
        return nil
    }

    /// `2026-01-01T00:00:00.123Z`
    private static func calendar(_ reader: inout TimeReader) -> Int64? {
        guard let year = reader.number(digits: 4), let mark = reader.take(of: "-/"),
            let month = reader.number(digits: 2), reader.take(of: [mark]) != nil,
            let day = reader.number(digits: 2), reader.take(of: "T _") != nil,
            let clock = reader.clock()
        else { return nil }
        return instant(year, month, day, clock, zone: reader.zone())
    }

    /// `01/Jan/2026:00:00:00.123 +0000`
    private static func commonLog(_ reader: inout TimeReader) -> Int64? {
        guard let day = reader.number(digits: 2), reader.take(of: "/") != nil,
            let month = reader.month(), reader.take(of: "/") != nil,
            let year = reader.number(digits: 4), reader.take(of: ":") != nil,
            let clock = reader.clock()
        else { return nil }
        return instant(year, month, day, clock, zone: reader.zone())
    }

    /// `Jan  1 00:00:00`, with ` 2026` behind it in Apache's form.
    private func syslog(_ reader: inout TimeReader) -> Int64? {
        guard let month = reader.month(), reader.take(of: " ") != nil else { return nil }
        _ = reader.take(of: " ")
        guard let day = reader.number(digits: 2) ?? reader.number(digits: 1),
            reader.take(of: " ") != nil, let clock = reader.clock()
        else { return nil }
        let mark = reader.position
        if reader.take(of: " ") != nil, let year = reader.number(digits: 4), year > 1970 {
            return Self.instant(year, month, day, clock, zone: 0)
        }
        reader.position = mark
        let year = CivilDate.parts(ofDay: CivilDate.floorDivide(now / Self.second, Self.day)).year
        guard let time = Self.instant(year, month, day, clock, zone: 0) else { return nil }
        // A clock may run ahead of ours, or its zone: a day is no reason to think of last year.
        if time <= now + Self.day * Self.second { return time }
        return Self.instant(year - 1, month, day, clock, zone: 0)
    }

    /// `1767225600.123`, seconds of this century, at the line's beginning.
    private static func epoch(_ reader: inout TimeReader) -> Int64? {
        guard reader.position == 0, let seconds = reader.number(digits: 10),
            seconds >= 946_684_800
        else { return nil }
        return seconds * second + reader.fraction()
    }

    private static func instant(
        _ year: Int64, _ month: Int64, _ day: Int64, _ clock: Int64, zone: Int64
    ) -> Int64? {
        guard (1...12).contains(month), (1...31).contains(day), (1970...2200).contains(year) else {
            return nil
        }
        let midnight = CivilDate.day(year: year, month: month, day: day) * Self.day
        return (midnight - zone) * second + clock
    }
}
