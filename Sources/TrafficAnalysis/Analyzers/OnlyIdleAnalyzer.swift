internal import Casebook

/// Connections that die of silence while older ones, in use, go on: somebody between forgets what is
/// idle. Had the peer crashed, none of those that were open then would go on.
struct OnlyIdleAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.tcp.only-idle-connections-die"]

    /// As many together; fewer can be chance where a balancer spreads them over hosts.
    private static let enough = 3

    private struct Death {
        var pair: UInt32
        var silence: Int64
        /// Of the data that nobody answered.
        var time: Int64
        var place: Place
    }

    /// A connection that lasted longer than a silence.
    private struct Life {
        var first: Int64
        /// Of the peer's last payload.
        var answered: Int64
        /// The last long one.
        var silence: Int64
    }

    private var deaths = Chunked<Death>()
    private var lives: [UInt32: [Life]] = [:]
    /// By pair: connections that died in use.
    private var othersDied: [UInt32: Int] = [:]
    /// Of one pair that are compared with each other; more tell nothing more.
    private static let most = 1000

    mutating func visit(_ f: FlowFacts) {
        guard f.isEstablished else { return }
        if let idle = f.lists?.afterIdle, f.fateAfterIdle != nil {
            deaths.append(
                Death(
                    pair: f.pairNumber, silence: idle.silence, time: idle.time,
                    place: f.place(idle.packet, idle.time)))
        } else if f.isUnheard {
            othersDied[f.pairNumber, default: 0] += 1
        } else if f.server.lastPayloadTime - f.flow.firstTime >= Flow.longSilence,
            lives[f.pairNumber, default: []].count < Self.most
        {
            lives[f.pairNumber, default: []].append(
                Life(
                    first: f.flow.firstTime, answered: f.server.lastPayloadTime,
                    silence: f.lists?.afterIdle?.silence ?? 0))
        }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        var tally = Tally()
        var shortest = Int64.max
        var survivors = 0
        let pairs = grouped(deaths, by: \.pair, flow: \.place.flow)
        for deaths in pairs {
            guard let pair = deaths.first?.pair else { continue }
            let silence = deaths.reduce(.max) { min($0, $1.silence) }
            let living = (lives[pair] ?? []).filter { life in
                // Open before the silence, answered after it.
                life.silence < silence
                    && deaths.prefix(Self.most).contains {
                        life.first < $0.time - $0.silence && life.answered > $0.time
                    }
            }
            let inUse = othersDied[pair] ?? 0
            guard deaths.count + living.count + inUse >= Self.enough, living.count + inUse > 0
            else { continue }
            tally.opportunities += 1
            if inUse > 0 { continue }
            for death in deaths { tally.add(death.place) }
            shortest = min(shortest, silence)
            survivors += living.count
        }
        return tally.evidence(
            "capture.tcp.only-idle-connections-die", capture,
            present: "\(counted(tally.count, "connection")) died of a silence of "
                + "\(duration(shortest)) or more, while \(survivors) older "
                + "\(survivors == 1 ? "one" : "ones") between the same two hosts went on: the peer "
                + "lives, and something between forgets what is idle",
            absent: "connections died that had not been idle", measure: measured(shortest))
    }
}

extension FlowFacts {
    /// One side repeats data, and has heard nothing since.
    fileprivate var isUnheard: Bool {
        (0...1).contains { d in
            flow.directions[d].has.contains(.repeatedRun) && rare(d).run.repeats >= 3
                && rare(d).run.answers == 0
        }
    }
}
