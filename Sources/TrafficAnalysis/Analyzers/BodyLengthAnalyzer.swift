internal import Casebook

/// Answers that end before the length they announce: the server went, and the client has to treat
/// them as incomplete (RFC 9112 §8), or it says nothing more.
struct BodyLengthAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.http.body-shorter-than-length", "capture.http.answer-stalls",
    ]

    static let stall: Int64 = 3_000_000_000

    private var short = Tally()
    private var most = 0
    private var stalled = Tally()
    private var servers = ServerCounts<UInt32>()
    private var longest: Int64 = 0

    mutating func visit(_ f: FlowFacts) {
        // Without the requests nobody knows which answer has no body (to HEAD).
        guard let end = f.bodyEnd(f.flow.server), f.serverBytes == .whole, f.clientBytes == .whole,
            f.client.payloadBytes > 0
        else { return }
        let missing = Int(Int32(bitPattern: end &- f.server.next))
        noteStall(f, missing)
        guard f.flow.closeBegan else { return }
        short.opportunities += 1
        // Who has enough may go.
        guard missing > 0, f.closedByServer else { return }
        most = max(most, missing)
        short.add(f.place(f.firstClose.packet, f.firstClose.time))
    }

    private mutating func noteStall(_ f: FlowFacts, _ missing: Int) {
        stalled.opportunities += 1
        let silence = f.end - max(f.server.lastPayloadTime, f.client.highestACKTime)
        guard missing > 0, !f.closedByServer, silence >= Self.stall,
            f.client.highestACK == f.server.next, f.client.lastWindow > 0
        else { return }
        longest = max(longest, silence)
        servers.add(f.serverNumber)
        stalled.add(f.place(f.server.lastMessagePacket, f.server.lastMessageTime))
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        short.evidence(
            "capture.http.body-shorter-than-length", capture,
            present: "\(counted(short.count, "answer")) ended up to \(most) bytes before what "
                + "Content-Length says: the server went in the middle",
            absent: "answers were as long as Content-Length says",
            measure: Evidence.Measure(value: Double(most), unit: "bytes"))
            + stalled.evidence(
                "capture.http.answer-stalls", capture,
                present: "\(counted(stalled.count, "answer"))\(servers.words(capture, "of")) "
                    + "stopped in the middle, for up to \(duration(longest)): nothing was lost, and "
                    + "the client's window was open",
                absent: "no answer stopped in the middle", measure: measured(longest))
    }
}
