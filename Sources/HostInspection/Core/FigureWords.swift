// How figures are written in the sentences of checks.

/// `12.3`, without a point when whole.
func decimal(_ value: Double) -> String {
    let tenths = Int64((min(max(value, -1e15), 1e15) * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
}

/// `1 socket`, `3 sockets`.
///
/// - Parameter many: where it is not the noun and an s.
func counted(_ count: Int, _ noun: String, _ many: String? = nil) -> String {
    "\(count) \(count == 1 ? noun : many ?? noun + "s")"
}

/// `38 min to 40 min`, or one figure where both are the same to a person.
func durations(_ least: UInt32, _ most: UInt32) -> String {
    let (least, most) = (duration(least), duration(most))
    return least == most ? most : "\(least) to \(most)"
}

/// Milliseconds for a person: `40 s`, `12 min`, `3 h`, `8 d`.
func duration(_ milliseconds: UInt32) -> String {
    let seconds = milliseconds / 1000
    switch seconds {
    case ..<120: return "\(seconds) s"
    case ..<7200: return "\(seconds / 60) min"
    case ..<172_800: return "\(seconds / 3600) h"
    default: return "\(seconds / 86_400) d"
    }
}
