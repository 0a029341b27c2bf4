internal import Casebook

/// How connections open: answered, refused, late, or not at all.
struct SYNAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tcp.syn-unanswered", "capture.tcp.syn-retransmitted-then-ok",
        "capture.tcp.syn-refused", "capture.tcp.synack-never-acked",
        "capture.tcp.synack-repeated-despite-ack",
    ]

    private var unanswered = Tally()
    private var late = Tally()
    private var refused = Tally()
    private var neverACKed = Tally()
    private var repeatedDespiteACK = Tally()
    private var longestWait: Int64 = 0
    private var silentServers = ServerCounts<UInt32>()
    private var refusingServers = ServerCounts<UInt32>()
    /// By pair: connections that were given up before the third SYN.
    private var givenUp: [UInt32: (tally: Tally, server: UInt32)] = [:]

    /// How long a SYN has to have waited; Linux tries again after 1 s, proxies give up after a few.
    private static let patience: Int64 = 1_000_000_000
    /// A flood has a new source every time.
    private static let pairLimit = 10_000

    mutating func visit(_ f: FlowFacts) {
        guard f.flow.seen.contains(.syn) else {
            return
        }
        let place = f.place(f.flow.firstPacket, f.flow.firstTime)
        let tries = Int(f.client.syn)
        if f.server.packets == 0 {
            guard f.client.payloadBytes == 0 else { return }
            if tries >= 3 {
                unanswered.add(place)
                silentServers.add(f.serverNumber)
            } else if f.end - f.flow.firstTime >= Self.patience,
                givenUp.count < Self.pairLimit || givenUp[f.pairNumber] != nil
            {
                givenUp[f.pairNumber, default: (Tally(), f.serverNumber)].tally.add(place)
            }
            return
        }
        unanswered.opportunities += 1
        refused.opportunities += 1
        if f.hasRare, f.serverRare.reset.answersSYN {
            refused.add(place)
            refusingServers.add(f.serverNumber)
        }
        guard f.flow.seen.contains(.synACK) else { return }
        late.opportunities += 1
        let repeats = f.lists?.sides[f.flow.client].synTimes ?? []
        if let again = repeats.first, again < f.flow.synACKTime, !Self.bothWereAnswered(f, again) {
            late.add(place)
            longestWait = max(longestWait, f.flow.synACKTime - f.flow.firstTime)
        }
        neverACKed.opportunities += f.isEstablished ? 1 : 0
        if f.server.syn >= 3, !f.isEstablished, f.client.rst == 0 { neverACKed.add(place) }
        repeatedDespiteACK.opportunities += 1
        if f.hasRare, f.serverRare.synRepeatedAfterACK { repeatedDespiteACK.add(place) }
    }

    /// The answer is to the first SYN, and there is another, as far behind it as the SYNs are apart:
    /// on a path of a second none was lost.
    private static func bothWereAnswered(_ f: FlowFacts, _ again: Int64) -> Bool {
        guard f.clientRare.firstSYNCame else { return false }
        let apart = again - f.flow.firstTime
        let answers = f.lists?.sides[f.flow.server].synTimes ?? []
        return answers.contains { abs($0 - f.flow.synACKTime - apart) <= apart / 4 }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        var unanswered = unanswered
        var silentServers = silentServers
        for (tally, server) in givenUp.values where tally.count >= 3 {
            unanswered.add(tally)
            silentServers.add(server, times: tally.count)
        }
        if capture.isOneSided { unanswered.forget() }
        return unanswered.evidence(
            "capture.tcp.syn-unanswered", capture,
            present:
                "\(counted(unanswered.count, "connection"))\(silentServers.words(capture)) got no "
                + "answer at all to their SYNs",
            absent: "every SYN that was tried long enough was answered")
            + late.evidence(
                "capture.tcp.syn-retransmitted-then-ok", capture,
                present:
                    "\(counted(late.count, "connection")) opened only after the SYN was repeated, "
                    + "at worst \(duration(longestWait)) late",
                absent: "no SYN that was answered had to be repeated",
                measure: measured(longestWait))
            + refused.evidence(
                "capture.tcp.syn-refused", capture,
                present:
                    "\(counted(refused.count, "SYN"))\(refusingServers.words(capture)) answered by "
                    + "RST: refused by the system, or by a box before it",
                absent: "no SYN was answered by RST")
            + neverACKed.evidence(
                "capture.tcp.synack-never-acked", capture,
                present: "\(counted(neverACKed.count, "SYN-ACK")) repeated and never acknowledged",
                absent: "handshakes were completed by their clients")
            + repeatedDespiteACK.evidence(
                "capture.tcp.synack-repeated-despite-ack", capture,
                present: "the server repeated its SYN-ACK although the client's ACK is in the "
                    + "capture, on \(counted(repeatedDespiteACK.count, "connection"))",
                absent: "no SYN-ACK was repeated after the client's ACK")
    }
}
