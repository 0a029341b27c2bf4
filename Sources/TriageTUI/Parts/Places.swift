import TerminalUI
import Triage

/// Screens that can be opened from anywhere, one line each.
enum Places {
    struct Place: Sendable {
        /// After `:`.
        var word: String
        var key: Character
        var help: String
        /// Whether the last line of every screen has room for it.
        var isHinted = true
        var open: @Sendable (inout Model) -> [Effect]
    }

    static let all: [Place] = [
        Place(word: "traffic", key: "t", help: "Flows, times and findings of the captures.") {
            $0.open(TrafficScreen())
        },
        Place(word: "host", key: "H", help: "This host, live: sockets, counters, limits.") {
            $0.open(HostScreen())
        },
        Place(
            word: "live", key: "L", help: "Capture on an interface, findings as they arise.",
            isHinted: false
        ) { $0.open(LiveScreen()) },
        Place(
            word: "points", key: "P", help: "Captures of several points, compared.",
            isHinted: false
        ) { $0.open(PointsScreen()) },
        Place(word: "incidents", key: "i", help: "Open incidents, and those that were resolved.") {
            $0.open(IncidentsScreen())
        },
    ]

    static let keys: [Keys.Binding] = all.map {
        .init(
            [.character($0.key)], .show($0.word), hint: $0.isHinted ? $0.word : "", help: $0.help)
    }
}

extension Model {
    mutating func show(_ word: String) -> [Effect] {
        guard let place = Places.all.first(where: { $0.word == word }) else { return [] }
        if case .part(let part) = screen, part.title == word { return [] }
        if case .start = screen, !conversation.evidence.isEmpty { showTriage() }
        return place.open(&self)
    }
}
