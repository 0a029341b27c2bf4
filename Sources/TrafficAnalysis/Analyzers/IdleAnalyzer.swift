internal import Casebook

/// What happens after long silences and half closes.
struct IdleAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tcp.first-data-after-idle-lost", "capture.tcp.first-data-after-idle-reset",
        "capture.tcp.peer-never-closes",
    ]

    static let halfClosed: Int64 = 60_000_000_000

    private var lost = Tally()
    private var reset = Tally()
    private var neverCloses = Tally()
    private var longestSilence: Int64 = 0
    private var longestHalf: Int64 = 0

    mutating func visit(_ f: FlowFacts) {
        visitHalfClosed(f)
        guard let idle = f.lists?.afterIdle else { return }
        let fate = f.fateAfterIdle
        // A box that resets cannot be seen to be silent, nor the other way round.
        lost.opportunities += fate == .reset ? 0 : 1
        reset.opportunities += fate == .lost ? 0 : 1
        let place = f.place(idle.packet, idle.time)
        switch fate {
        case .reset: reset.add(place)
        case .lost: lost.add(place)
        case nil: return
        }
        longestSilence = max(longestSilence, idle.silence)
    }

    private mutating func visitHalfClosed(_ f: FlowFacts) {
        guard f.isEstablished, f.flow.closeBegan, !f.firstClose.isReset else { return }
        let closer = Int(f.firstClose.direction)
        let other = f.flow.directions[1 - closer]
        let waited = f.captureEnd - f.firstClose.time
        // Half closed for less than a minute is not known either way.
        guard f.flow.directions[closer].rst == 0 else { return }
        if other.fin > 0 || other.rst > 0 || waited >= Self.halfClosed {
            neverCloses.opportunities += 1
        }
        guard other.fin == 0, other.rst == 0,
            other.packets > 0, waited >= Self.halfClosed,
            Int32(bitPattern: other.highestACK &- f.flow.directions[closer].next) > 0
        else { return }
        longestHalf = max(longestHalf, waited)
        neverCloses.add(
            f.place(f.firstClose.packet, f.firstClose.time))
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        lost.evidence(
            "capture.tcp.first-data-after-idle-lost", capture,
            present: "the first data after \(duration(longestSilence)) of silence vanished on "
                + "\(counted(lost.count, "connection")): repeated, and no packet came back",
            absent: "data after long silences was answered", measure: measured(longestSilence))
            + reset.evidence(
                "capture.tcp.first-data-after-idle-reset", capture,
                present:
                    "the first data after \(duration(longestSilence)) of silence was answered by "
                    + "RST on \(counted(reset.count, "connection"))",
                absent: "data after long silences was not reset", measure: measured(longestSilence))
            + neverCloses.evidence(
                "capture.tcp.peer-never-closes", capture,
                present: "on \(counted(neverCloses.count, "connection")) one side's FIN was "
                    + "acknowledged and the other never closed, for \(duration(longestHalf)) so far",
                absent: "both sides closed", measure: measured(longestHalf))
    }
}

extension FlowFacts {
    /// How a connection died of its last long silence.
    enum FateAfterIdle { case reset, lost }

    /// What became of the first data after the last silence of 60 s or more; `nil` when somebody
    /// answered it, or there was none.
    var fateAfterIdle: FateAfterIdle? {
        guard let idle = lists?.afterIdle else { return nil }
        let answer = rare(1 - idle.direction).reset
        if answer.packet > idle.packet, answer.time - idle.time < 5_000_000_000 { return .reset }
        let isSilent = flow.directions[1 - idle.direction].lastTime < idle.time
        return isSilent && rare(idle.direction).longestRun.repeats >= 2 ? .lost : nil
    }
}
