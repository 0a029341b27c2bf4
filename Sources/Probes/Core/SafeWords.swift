/// Bytes from outside as text that does no harm: what is not printable ASCII becomes a point.
func printable(_ bytes: some Sequence<UInt8>, atMost count: Int = 60) -> String {
    String(
        String.UnicodeScalarView(
            bytes.prefix(count).map { Unicode.Scalar((0x20...0x7E).contains($0) ? $0 : 0x2E) }))
}

/// Seconds with as many digits as matter to a reader: `0.0042 s`, `1.95 s`.
func secondsText(_ nanoseconds: Int64) -> String {
    let seconds = Double(nanoseconds) / 1e9
    let unit = seconds < 0.1 ? 1e4 : 1e2
    return "\((seconds * unit).rounded() / unit) s"
}

/// `2026-01-31T23:59:59Z`.
func dateText(_ seconds: Int64) -> String {
    // Days to date by H. Hinnant's “days_from_civil”, proleptic Gregorian.
    let days = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
    let clock = seconds - days * 86_400
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let civilMonth = month < 10 ? month + 3 : month - 9
    let year = yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0)
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(year)-\(two(civilMonth))-\(two(day))T\(two(clock / 3600)):"
        + "\(two(clock / 60 % 60)):\(two(clock % 60))Z"
}
