public import Casebook

/// `host.proc.slots-exhausted` from a web server's own status page.
public struct ServiceSlotsCheck: HostCheck {
    public static let finding: FactID = "host.proc.slots-exhausted"

    public let name = "service-slots"
    public let establishes = [Self.finding]
    let first: Observed<StatusPage>
    let second: Observed<StatusPage>?

    public func run(_ host: HostContext) -> [Evidence] {
        guard case .known(let page) = second ?? first else {
            let obstacle = (second ?? first).obstacle ?? Obstacle(.missing, "the status page")
            return [host.unknown(Self.finding, obstacle)]
        }
        return [page.number("BusyWorkers") != nil ? apache(page, host) : nginx(page, host)]
    }

    /// The request for the page itself takes one worker, so all others are busy at `idle` 0.
    private func apache(_ page: StatusPage, _ host: HostContext) -> Evidence {
        let busy = page.number("BusyWorkers") ?? 0
        let idle = page.number("IdleWorkers") ?? 0
        // Slots in which no process was started yet: the server can still grow.
        let open = page.values["Scoreboard"]?.utf8.count { $0 == UInt8(ascii: ".") } ?? 0
        let share = busy + idle > 0 ? 100 * busy / (busy + idle) : 0
        let figures = "\(Int(busy)) workers of \(page.url) are busy, \(Int(idle)) are idle"
        let measure = Evidence.Measure(value: share, unit: "percent")
        if idle == 0, open == 0 {
            return host.present(Self.finding, figures + ".", measure: measure)
        }
        return host.absent(Self.finding, figures + ".", measure: measure)
    }

    /// A connection that was accepted and not handled met the limit worker_connections.
    private func nginx(_ page: StatusPage, _ host: HostContext) -> Evidence {
        func refused(_ page: StatusPage?) -> Double? {
            guard let page, let accepts = page.number("accepts"),
                let handled = page.number("handled")
            else { return nil }
            return accepts - handled
        }
        let now = refused(page) ?? 0
        if second != nil, let before = refused(first.value), now > before {
            return host.present(
                Self.finding,
                "nginx at \(page.url) accepted \(Int(now - before)) connections between the looks "
                    + "that it had no slot for.", count: Int(now - before))
        }
        if second != nil || now == 0 {
            return host.absent(
                Self.finding, "nginx at \(page.url) had a slot for every connection it accepted.")
        }
        return host.unknown(
            Self.finding,
            Obstacle(
                .needsSecondLook, "whether nginx at \(page.url) lacks slots now",
                "\(Int(now)) connections met its limit since it was started"))
    }
}
