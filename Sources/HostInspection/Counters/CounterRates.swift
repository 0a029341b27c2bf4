extension HostContext {
    /// How each counter that is no level moved between the looks; empty with one look.
    public func rates() -> [CounterRate] {
        guard let second else { return [] }
        return second.counters.counters.compactMap { counter in
            guard !counter.isGauge, let before = first.counters[counter.name] else { return nil }
            return CounterRate(
                name: counter.name, first: before, second: counter.value, interval: interval)
        }
    }

    /// Of one counter; unknown with one look, or where the kernel does not keep it.
    func rate(_ name: String) -> Observed<CounterRate> {
        guard let second else { return .unknown(Obstacle(.needsSecondLook, name)) }
        guard let before = first.counters[name], let now = second.counters[name] else {
            let obstacles = second.counters.obstacles + first.counters.obstacles
            let obstacle = obstacles.first { $0.reason != .missing }
            return .unknown(obstacle ?? Obstacle(.missing, name, "not kept by this kernel"))
        }
        guard now >= before else {
            return .unknown(
                Obstacle(.malformed, name, "it went backwards: reset, or its file was cut short"))
        }
        return .known(CounterRate(name: name, first: before, second: now, interval: interval))
    }

    /// Of several counters as one; those that the kernel does not keep are left out, unknown
    /// only when it keeps none of them.
    func rate(sumOf names: [String]) -> Observed<CounterRate> {
        let rates = names.map(rate)
        let known = rates.compactMap(\.value)
        guard let one = known.first else {
            return rates.first ?? .unknown(Obstacle(.missing, "counters"))
        }
        // Increases are added, so that the reset of one does not hide the others.
        let increase = known.map(\.increase).reduce(0, &+)
        let backwards = rates.compactMap(\.obstacle).first { $0.reason == .malformed }
        if increase == 0, let backwards { return .unknown(backwards) }
        return .known(
            CounterRate(
                name: known.map(\.name).joined(separator: " + "), first: 0, second: increase,
                interval: one.interval))
    }
}
