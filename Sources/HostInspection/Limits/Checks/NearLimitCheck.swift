internal import Casebook

/// Whether one of several limits is nearly reached.
struct NearLimitCheck: HostCheck {
    let name: String
    let establishes: [FactID]
    /// Names of the limits that count.
    let limits: [String]
    /// 0 to 1.
    let share: Double
    /// What is used up, for the sentence.
    let what: String
    /// Whether others' processes may hide the one that matters.
    var needsAllProcesses = false

    func run(_ host: HostContext) -> [Evidence] {
        let id = establishes[0]
        let matching = host.latest.limits.filter { limits.contains($0.name) }
        if let fullest = matching.max(by: { ($0.share ?? -1) < ($1.share ?? -1) }),
            let share = fullest.share, share >= self.share
        {
            return [host.present(id, sentence(fullest, share), measure: measure(share))]
        }
        if let obstacle = obstacle(host, matching) { return [host.unknown(id, obstacle)] }
        guard
            let fullest = matching.filter({ $0.share != nil })
                .max(by: { ($0.share ?? 0) < ($1.share ?? 0) }), let share = fullest.share
        else { return [host.absent(id, "\(what): no limit is set")] }
        return [host.absent(id, sentence(fullest, share), measure: measure(share))]
    }

    private func sentence(_ limit: Limit, _ share: Double) -> String {
        let maximum = (limit.maximum.value ?? nil).map(String.init) ?? "?"
        let subject = limit.subject.isEmpty ? "" : " of \(limit.subject)"
        return "\(limit.used.value ?? 0) of \(maximum) \(what)\(subject) "
            + "(\(decimal((share * 1000).rounded() / 10)) %)"
    }

    private func measure(_ share: Double) -> Evidence.Measure {
        Evidence.Measure(value: (share * 1000).rounded() / 10, unit: "percent")
    }

    /// Nothing is said to be absent while something that counts is not known.
    private func obstacle(_ host: HostContext, _ matching: [Limit]) -> Obstacle? {
        if case .unknown(let obstacle) = host.latest.processes, needsAllProcesses {
            return obstacle
        }
        if needsAllProcesses, host.scope.process == nil, host.scope.servicePort == nil,
            let processes = host.latest.processes.value,
            processes.hidesOthers || processes.unreadable > 0
        {
            let some = "\(processes.unreadable) processes could not be read"
            return Obstacle(
                .notPermitted, what, processes.hidesOthers ? ProcessTable.hidden : some)
        }
        guard !matching.isEmpty else { return Obstacle(.missing, what) }
        for limit in matching {
            // Where there is no limit, how much is used does not matter.
            if case .known(nil) = limit.maximum { continue }
            if let obstacle = limit.used.obstacle ?? limit.maximum.obstacle,
                obstacle.reason != .vanished
            {
                return obstacle
            }
        }
        return nil
    }
}

extension NearLimitCheck {
    static let all: [NearLimitCheck] = [
        NearLimitCheck(
            name: "descriptors", establishes: ["host.fd.near-limit"], limits: ["files.process"],
            share: 0.9, what: "open files", needsAllProcesses: true),
        NearLimitCheck(
            name: "threads", establishes: ["host.proc.thread-limit"],
            limits: ["threads.host", "pids.host", "pids.cgroup", "threads.user"], share: 0.95,
            what: "threads and processes", needsAllProcesses: true),
        NearLimitCheck(
            name: "neighbours", establishes: ["host.neigh.near-limit"],
            limits: ["neighbours.ipv4", "neighbours.ipv6"], share: 0.9,
            what: "entries of the neighbour table"),
    ]
}
