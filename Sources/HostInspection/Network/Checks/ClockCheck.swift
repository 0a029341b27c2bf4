internal import Casebook

/// Whether the clock can be trusted for certificates and tokens.
struct ClockCheck: HostCheck {
    let name = "clock"
    let establishes: [FactID] = ["host.clock.unsynchronised"]

    /// Seconds (the finding's definition).
    private static let offset = 1.0

    func run(_ host: HostContext) -> [Evidence] {
        let id = establishes[0]
        switch host.latest.system.clock {
        case .unknown(let obstacle): return [host.unknown(id, obstacle)]
        case .known(let clock):
            let measure = Evidence.Measure(value: abs(clock.offset), unit: "s")
            guard abs(clock.offset) <= Self.offset else {
                return [
                    host.present(
                        id, "the clock is off by \(decimal(abs(clock.offset))) s", measure: measure)
                ]
            }
            // How far it is off nobody knows then.
            guard clock.isSynchronised else {
                return [
                    host.present(
                        id,
                        "no time service keeps this host's clock right: certificates and tokens "
                            + "may seem not yet valid or expired")
                ]
            }
            return [host.absent(id, "the clock is synchronised", measure: measure)]
        }
    }
}
