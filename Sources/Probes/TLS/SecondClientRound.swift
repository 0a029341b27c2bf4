internal import Casebook

/// What the other client met while, and after, the silent connection was held.
struct SecondClientRound {
    var attempt: TLSAttempt?
    var failure: String?
    /// Nanoseconds from the start of the other client to the release.
    var held: Int64 = 0
    var hold: Double

    var delay: Int64? { attempt?.heardTLS == true ? attempt?.answerDelay : nil }

    /// Nanoseconds after the release within which the other client is served if it waited for
    /// that; 2 to 8 ms were measured on idle servers, ten times as much on busy ones.
    static let prompt: Int64 = 500_000_000

    /// Not served before the release, and served soon after it. Connecting costs a little of
    /// the time that was held.
    var isBlocked: Bool { isHeldUp && !isLater }

    /// Served only long after the release: somebody else may hold the server at this moment.
    var isLater: Bool { isHeldUp && delay.map { $0 > held + Self.prompt } ?? false }

    private var isHeldUp: Bool {
        guard let delay else { return false }
        return Double(held) / 1e9 >= hold * 0.9 && Double(delay) >= Double(held) * 0.9
    }

    var summary: String {
        if let failure { return failure }
        guard let attempt else { return "no answer" }
        guard let delay else { return attempt.summary }
        return "first record after \(secondsText(delay)); held for \(secondsText(held))"
    }

    func judgement(_ usual: Int64) -> Judgement {
        if let failure { return .unknown("the silent connection: \(failure)") }
        guard let delay else {
            return .unknown(
                "beside the silent connection, and after its release: \(summary)")
        }
        if isLater {
            return .unknown("the other client was answered only long after: \(summary)")
        }
        let measure = Evidence.Measure(value: Double(delay) / 1e9, unit: "s")
        return isBlocked
            ? .present(
                "the other client's first record came after \(secondsText(delay)), when the "
                    + "silent connection was closed; without it after \(secondsText(usual))",
                measure)
            : .absent(
                "the other client was answered after \(secondsText(delay)), with the silent "
                    + "connection open", measure)
    }
}
