import Casebook
import HostInspection
import Triage

/// A look at a host, ready to be told: with pseudonyms where they were asked for.
struct HostRecord {
    let run: HostRun
    let redactor: Redactor
    let isRedacted: Bool

    /// Sockets of a host with few processes and many remotes fall into as many groups.
    static let groupLimit = 1000

    /// Most silent first, at most `groupLimit`.
    let groups: [SocketGroup]
    /// All, whether listed or not.
    let groupCount: Int

    init(_ run: HostRun, redact: Bool) {
        let list = run.context.latest.sockets.value?.groups(atMost: Self.groupLimit)
        groups = list?.groups ?? []
        groupCount = list?.total ?? 0
        self.run = run
        isRedacted = redact
        redactor = Redactor(isOn: redact)
        let resolver = run.context.latest.network.resolver.value
        redactor.hide([run.name] + (resolver?.search ?? []))
        if let name = run.wish.scope.remote?.name { redactor.hide([name]) }
        redactor.hide(
            run.wish.services.statusPages.map(\.host).filter { IPAddress(text: $0) == nil })
    }

    var name: String { redactor.text(run.name) }
    var latest: HostSnapshot { run.context.latest }

    var findings: [Evidence] { run.findings.map(masked) }

    var warnings: [Warning] {
        run.warnings.map { Warning(id: $0.id, summary: redactor.text($0.summary)) }
    }

    private func masked(_ evidence: Evidence) -> Evidence {
        guard isRedacted else { return evidence }
        var evidence = evidence
        evidence.source = redactor.text(evidence.source)
        evidence.summary = redactor.text(evidence.summary)
        for index in evidence.locations.indices {
            evidence.locations[index].file = redactor.path(evidence.locations[index].file)
        }
        return evidence
    }

    /// `nil` unless a service was asked about and is there.
    var service: ServicePicture? {
        let scope = run.wish.scope
        guard scope.process != nil || scope.servicePort != nil else { return nil }
        return ServicePicture.of(run.context).value
    }

    /// Counters that moved between the looks.
    var moved: [CounterRate] { run.context.rates().filter { $0.increase > 0 } }

    /// Processes that were looked into: those in scope, or that own sockets in trouble.
    var processes: [ProcessRecord] {
        (latest.processes.value?.processes ?? []).filter { process in
            guard let detail = process.detail else { return false }
            return detail.threads.value != nil || detail.descriptorLimit.value != nil
        }
    }

    /// What could not be looked at, each reason once.
    var obstacles: [Obstacle] {
        var all = latest.counters.obstacles
        switch latest.sockets {
        case .unknown(let obstacle): all.append(obstacle)
        case .known(let table):
            all += [table.fallbackReason, table.ownersObstacle].compactMap(\.self)
        }
        all += [
            latest.processes.obstacle, latest.network.interfaces.obstacle,
            latest.network.routes.obstacle, latest.network.neighbours.obstacle,
            latest.network.conntrack.obstacle, latest.network.resolver.obstacle,
            latest.system.clock.obstacle, latest.system.trustStore.obstacle,
            latest.system.pressureObstacle,
        ].compactMap(\.self)
        var seen: Set<Obstacle> = []
        return all.filter { seen.insert($0).inserted }
    }
}
