/// What the `Date` of an answer says about this host's clock.
struct ClockReading: Sendable {
    /// Seconds that the server's clock is ahead of ours; good to half a second and the round trip.
    var offset: Double

    /// - Parameter asked: `wallClock()` before the request.
    init?(_ exchange: HTTPExchange, asked: Int64) {
        guard let date = exchange.response?.head.value(of: "date"), let seconds = Self.seconds(date)
        else { return nil }
        // The header is cut to whole seconds; our own time is taken in the middle of the exchange.
        let ours = Double(asked) / 1e9 + Double(exchange.firstByte ?? 0) / 2e9
        offset = ((Double(seconds) + 0.5 - ours) * 10).rounded() / 10
    }

    /// Seconds since 1970 of an IMF-fixdate (RFC 9110 §5.6.7), `Sun, 06 Nov 1994 08:49:37 GMT`; the
    /// two obsolete forms are not read.
    static func seconds(_ text: String) -> Int64? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = number(words[1], 1...31),
            let month = months.firstIndex(of: String(words[2])),
            let year = number(words[3], 1970...9999)
        else { return nil }
        let clock = words[4].split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 3, let hour = number(clock[0], 0...23),
            let minute = number(clock[1], 0...59), let second = number(clock[2], 0...60)
        else { return nil }
        return days(year, month + 1, day) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func number(_ text: Substring, _ range: ClosedRange<Int>) -> Int? {
        guard text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let value = Int(text) else { return nil }
        return range.contains(value) ? value : nil
    }

    /// Days since 1970-01-01 in the Gregorian calendar, counted from years that begin in March so
    /// that the leap day is the last.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let ofYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return Int64(365 * year + year / 4 - year / 100 + year / 400 + ofYear - 719_468)
    }
}
