internal import Casebook

/// Whether one processor does little else than take in packets.
struct SoftirqCheck: HostCheck {
    let name = "softirq"
    let establishes: [FactID] = ["host.cpu.softirq-saturated"]

    /// The finding's definition.
    private static let saturated = 0.8

    func run(_ host: HostContext) -> [Evidence] {
        let id = establishes[0]
        guard let second = host.second else {
            return [host.unknown(id, Obstacle(.needsSecondLook, "time in softirq"))]
        }
        guard case .known(let before) = host.first.system.processors,
            case .known(let now) = second.system.processors
        else {
            return [
                host.unknown(
                    id, second.system.processors.obstacle ?? Obstacle(.missing, "/proc/stat"))
            ]
        }
        let shares = now.compactMap { processor -> (Int, Double)? in
            guard let old = before.first(where: { $0.processor == processor.processor }),
                processor.all > old.all, processor.softirq >= old.softirq
            else { return nil }
            return (
                processor.processor,
                Double(processor.softirq - old.softirq) / Double(processor.all - old.all)
            )
        }
        guard let (processor, share) = shares.max(by: { $0.1 < $1.1 }) else {
            return [
                host.unknown(
                    id, Obstacle(.needsSecondLook, "time in softirq", "no tick between the looks"))
            ]
        }
        let percent = (share * 1000).rounded() / 10
        let measure = Evidence.Measure(value: percent, unit: "percent")
        let text = "processor \(processor) spent \(decimal(percent)) % of its time in softirq"
        return [
            share >= Self.saturated
                ? host.present(id, text, measure: measure)
                : host.absent(id, text, measure: measure)
        ]
    }
}
