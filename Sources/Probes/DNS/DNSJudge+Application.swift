internal import Casebook
internal import Dissection

/// What a lookup costs the application that waits for it.
extension DNSJudge {
    /// Nanoseconds (probe.dns.slow): for a name that the resolver has to ask for, and for one that
    /// it has just told.
    private static let slow: (first: Int64, cached: Int64) = (1_000_000_000, 100_000_000)

    var slowLookup: Evidence {
        let id = "probe.dns.slow"
        guard let living = answering.first else {
            return context.evidence(id, .unknown, "no name server answered")
        }
        let waits = living.plain.exchanges.filter { $0.answer != nil }.map(\.duration)
        // Both families, so that one late datagram is no slow server.
        let again = living.small.map { $0.exchanges.filter { $0.answer != nil } } ?? []
        let cached = again.map(\.duration).min() ?? 0
        func found(_ state: FactState, _ wait: Int64, _ text: String) -> Evidence {
            context.evidence(
                id, state, text, measure: .init(value: Double(wait) / 1e9, unit: "s"))
        }
        if let first = resolvers.first, first.plain.isSilent, let wait = configuredTimeout {
            return found(
                .present, Int64(wait) * 1_000_000_000,
                "\(first.server) is silent: each lookup waits \(wait) s for the next server")
        }
        let longest = waits.max() ?? 0
        if longest >= Self.slow.first {
            return found(
                .present, longest,
                "\(living.server) took \(secondsText(longest)) for \(living.plain.name)")
        }
        if again.count > 1, cached >= Self.slow.cached {
            return found(
                .present, cached,
                "\(living.server) took \(secondsText(cached)) for an answer that it had just given")
        }
        return found(
            .absent, longest, "\(living.server) answered in \(secondsText(longest)) at most")
    }

    /// The count is of the questions that the C library sends until one is answered.
    var searchMultiplies: Evidence {
        let id = "probe.dns.search-multiplies"
        guard configuredTimeout != nil else {
            return context.evidence(id, .unknown, "the server was asked directly, without a search")
        }
        guard let living = answering.first else {
            return context.evidence(id, .unknown, "no name server answered")
        }
        guard living.plain.resolves else {
            return context.evidence(id, .unknown, "the name does not resolve")
        }
        let questions = living.tried * living.plain.exchanges.count
        guard living.plain.name == name, living.tried > 1, questions >= 4 else {
            return context.evidence(
                id, .absent, "\(living.plain.name) resolves after \(questions) questions",
                count: questions)
        }
        return context.evidence(
            id, .present,
            "\(questions) questions until \(name) resolves: the search list is tried first (ndots); "
                + "a dot at the end of the name saves them", count: questions)
    }
}
