/// What was asked of one server, in the order of asking, as far as it is needed to see that from one
/// moment on nothing was answered.
struct AnswersInOrder {
    private(set) var count = 0
    private var lastAnswered: Place?
    private var unanswered: [Place] = []

    var hasAnswered: Bool { lastAnswered != nil }

    /// Those that were asked after the last that was answered, in order.
    var unansweredSince: [Place] { unanswered.filter { !isBefore($0) }.sorted() }
    var unansweredBefore: Int { unanswered.count { isBefore($0) } }

    mutating func note(_ place: Place, isAnswered: Bool) {
        count += 1
        if !isAnswered {
            unanswered.append(place)
        } else if lastAnswered.map({ Self.isAsked($0, before: place) }) ?? true {
            lastAnswered = place
        }
    }

    private func isBefore(_ place: Place) -> Bool {
        lastAnswered.map { Self.isAsked(place, before: $0) } ?? false
    }

    private static func isAsked(_ one: Place, before other: Place) -> Bool {
        (one.time, one) < (other.time, other)
    }
}
