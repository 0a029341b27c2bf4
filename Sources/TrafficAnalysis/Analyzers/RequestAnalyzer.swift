internal import Casebook

/// Requests that were taken and never answered, and how many of them pile up.
struct RequestAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tcp.request-never-answered", "capture.tcp.requests-unanswered-pile-up",
        "capture.tcp.all-requests-unanswered-since",
    ]

    /// Unanswered for this long counts while the connection is open, and this long when it closed.
    static let openPatience: Int64 = 5_000_000_000
    static let closedPatience: Int64 = 1_000_000_000

    private struct Waiting {
        var start: Int64
        var end: Int64
        var place: Place
    }

    private var never = Tally()
    private var silentServers = ServerCounts<UInt32>()
    private var servers = ByNumber(initially: AnswersInOrder())
    /// A server said nothing to who spoke: where that is a handshake, its requests never came.
    private var somebodySaidNothing = false
    private var waiting: [Pair: [Waiting]] = [:]
    private var longest: Int64 = 0
    private var answeredRequests = 0

    mutating func visit(_ f: FlowFacts) {
        let client = f.client
        if client.payloadBytes > 0, f.server.payloadBytes == 0 { somebodySaidNothing = true }
        guard client.lastMessageTime > 0, f.serverIsVisible, !f.asksNothing, !f.isAsking else {
            return
        }
        let place = f.place(client.lastMessagePacket, client.lastMessageTime)
        // What comes after the client has left answers nobody.
        if f.server.lastMessageTime > client.lastMessageTime, !f.cancelled {
            answeredRequests += 1
            never.opportunities += 1
            servers[f.serverNumber].note(place, isAnswered: true)
            return
        }
        let acknowledged = Int32(bitPattern: f.server.highestACK &- client.next) >= 0
        let wait = f.end - Self.taken(f)
        let patience = f.flow.closeBegan ? Self.closedPatience : Self.openPatience
        guard acknowledged, wait >= patience else { return }
        never.add(place)
        silentServers.add(f.serverNumber)
        servers[f.serverNumber].note(place, isAnswered: false)
        longest = max(longest, wait)
        guard wait >= Self.openPatience else { return }
        waiting[f.pair, default: []].append(
            Waiting(start: client.lastMessageTime, end: f.end, place: place))
    }

    /// When the server's TCP had the request, as seen from here: on a long path an answer cannot
    /// come sooner.
    private static func taken(_ f: FlowFacts) -> Int64 {
        let acknowledged = f.server.highestACKTime
        // That may be of the FIN.
        if acknowledged <= f.end { return max(f.client.lastMessageTime, acknowledged) }
        return f.client.lastMessageTime + f.roundTrip
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        // Of a one-sided capture nobody can say what was not answered.
        if capture.isOneSided { return [] }
        return never.evidence(
            "capture.tcp.request-never-answered", capture,
            present:
                "\(counted(never.count, "request"))\(silentServers.words(capture)) acknowledged "
                + "by TCP and never answered; the longest waited \(duration(longest))",
            absent: "every request was answered", measure: measured(longest))
            + unansweredSince(capture) + pileUp(capture)
    }

    private func unansweredSince(_ capture: CaptureContext) -> [Evidence] {
        var tally = Tally()
        var names: [String] = []
        var hasAnswered = false
        tally.opportunities = somebodySaidNothing ? 0 : servers.all.count { $0.count >= 3 }
        for (number, server) in servers.all.enumerated() {
            let since = server.unansweredSince
            // What stuck before others were answered was no end of all answers.
            guard since.count >= 3, since.count >= 10 * server.unansweredBefore else { continue }
            names.append(capture.servers[UInt32(number)].description)
            if server.hasAnswered { hasAnswered = true }
            for place in since { tally.add(place) }
        }
        return tally.evidence(
            "capture.tcp.all-requests-unanswered-since", capture,
            present: (hasAnswered ? "from one moment on no" : "no")
                + " request to \(names.prefix(3).joined(separator: ", ")) was answered, "
                + "\(hasAnswered ? "" : "from the beginning ")to the end of the capture "
                + "(\(tally.count) of them)",
            absent: "no server stopped answering requests for good")
    }

    private func pileUp(_ capture: CaptureContext) -> [Evidence] {
        var tally = Tally()
        tally.opportunities = answeredRequests >= 3 ? 1 : 0
        var most = 0
        var where_ = ""
        let groups = waiting.sorted { ($0.value.count, $1.key) > ($1.value.count, $0.key) }
        for (pair, requests) in groups {
            let atOnce = mostAtOnce(requests.map { ($0.start, $0.end) })
            guard atOnce >= 3, !Self.endAtOneAge(requests) else { continue }
            if atOnce > most {
                most = atOnce
                where_ = "\(pair.client) to \(pair.server.description)"
            }
            for request in requests { tally.add(request.place) }
        }
        return tally.evidence(
            "capture.tcp.requests-unanswered-pile-up", capture,
            present:
                "\(most) requests of \(where_) waited at the same time, asked and acknowledged "
                + "and not answered for 5 s or more",
            absent: "unanswered requests did not pile up",
            measure: Evidence.Measure(value: Double(most), unit: "count"), atLeast: 3)
    }

    /// All closed at one age although asked at different times: the client has a deadline.
    private static func endAtOneAge(_ requests: [Waiting]) -> Bool {
        let ages = requests.map { $0.end - $0.start }
        let starts = requests.map(\.start)
        guard let low = ages.min(), let high = ages.max(), let first = starts.min(),
            let last = starts.max()
        else { return false }
        let tolerance = max(high / 10, 40_000_000)
        return high - low <= tolerance && last - first > tolerance
    }
}
