internal import Casebook

/// ClientHellos that nobody answers, and those that never come.
struct ClientHelloAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tls.client-hello-unanswered", "capture.tls.client-hello-acked-unanswered",
        "capture.tls.all-hellos-unanswered-since", "capture.tls.client-hello-never-sent",
        "capture.tls.client-hello-split", "capture.tls.cut-after-hello",
    ]

    /// How long a client that left has to have waited before "unanswered" is said, and the wait
    /// after which an answer comes too late to count (finding's definition: 3 s).
    static let patience: Int64 = 1_000_000_000
    static let deadline: Int64 = 3_000_000_000

    private var unanswered = Tally()
    private var acked = Tally()
    private var split = Tally()
    private var cut = Tally()
    private var longestWait: Int64 = 0
    private var longestACKedWait: Int64 = 0
    private var servers = ByNumber(initially: AnswersInOrder())
    private var neverSent: [UInt32: Tally] = [:]

    mutating func visit(_ f: FlowFacts) {
        guard let tls = f.tls, tls.clientHellos > 0 else {
            if f.isEstablished, f.clientBytes != .missed, f.client.payloadBytes == 0,
                f.server.payloadBytes == 0,
                f.closedByServer
            {
                neverSent[f.serverNumber, default: Tally()].add(
                    f.place(f.firstClose.packet, f.firstClose.time))
            }
            return
        }
        let place = f.place(tls.clientHelloPacket, tls.clientHelloTime)
        split.opportunities += 1
        if tls.clientHelloSegments > 1 { split.add(place) }
        guard f.serverIsVisible, !tls.facts.contains(.plainAnswer) else { return }
        visitHello(f, tls, place)
    }

    private mutating func visitHello(_ f: FlowFacts, _ tls: TLSFlow, _ place: Place) {
        // A flight of which only later bytes arrived is an answer, too; it is lost, not missing.
        let answerTime =
            tls.serverRecordTime != 0 ? tls.serverRecordTime : f.server.firstPayloadTime
        let answered =
            answerTime != 0 && answerTime - tls.clientHelloTime < Self.deadline
            && !(f.closedByClient && f.firstClose.time < answerTime)
        let waited = f.end - tls.clientHelloTime
        if answered || waited >= Self.patience || f.closedByServer {
            unanswered.opportunities += 1
            acked.opportunities += 1
            cut.opportunities += 1
        }
        if !answered, answerTime == 0, f.closedByServer, waited < Self.patience {
            cut.add(f.place(f.firstClose.packet, f.firstClose.time))
        }
        guard answered || waited >= Self.patience else { return }
        servers[f.serverNumber].note(place, isAnswered: answerTime != 0)
        guard !answered else { return }
        let wait = answerTime == 0 ? waited : min(waited, answerTime - tls.clientHelloTime)
        unanswered.add(place)
        longestWait = max(longestWait, wait)
        guard tls.facts.contains(.helloACKed) else { return }
        acked.add(place)
        longestACKedWait = max(longestACKedWait, wait)
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        unanswered.evidence(
            "capture.tls.client-hello-unanswered", capture,
            present:
                "\(counted(unanswered.count, "ClientHello")) of \(unanswered.opportunities) got no "
                + "TLS record from the server within 3 s or while the client waited",
            absent: "every ClientHello was answered while the client waited",
            measure: measured(longestWait))
            + acked.evidence(
                "capture.tls.client-hello-acked-unanswered", capture,
                present:
                    "\(counted(acked.count, "ClientHello")) acknowledged by TCP and not answered: "
                    + "the host, or a box on the way, has it; the application has not answered",
                absent: "no ClientHello was acknowledged and left unanswered",
                measure: measured(longestACKedWait))
            + unansweredSince(capture)
            + neverSentEvidence(capture)
            + split.evidence(
                "capture.tls.client-hello-split", capture,
                present: "\(counted(split.count, "ClientHello")) came in two or more segments",
                absent: "every ClientHello came in one segment")
            + cut.evidence(
                "capture.tls.cut-after-hello", capture,
                present:
                    "the server closed or reset \(counted(cut.count, "connection")) within 1 s "
                    + "of the ClientHello, without an alert",
                absent: "no server closed right after the ClientHello")
    }

    private func unansweredSince(_ capture: CaptureContext) -> [Evidence] {
        var tally = Tally()
        var names: [String] = []
        tally.opportunities = servers.all.count { $0.count >= 3 }
        let silent = zip(capture.servers.values, servers.all.map(\.unansweredSince))
            .filter { $0.1.count >= 3 }.sorted { $0.1[0].packet < $1.1[0].packet }
        for (endpoint, places) in silent {
            names.append(endpoint.description)
            for place in places { tally.add(place) }
        }
        return tally.evidence(
            "capture.tls.all-hellos-unanswered-since", capture,
            present:
                "from one moment on no ClientHello to \(names.prefix(3).joined(separator: ", ")) "
                + "was answered, to the end of the capture (\(tally.count) of them)",
            absent: "no server stopped answering ClientHellos for good", atLeast: 3)
    }

    /// A port is taken for a TLS port when it is one by registration or TLS was seen on it.
    private func neverSentEvidence(_ capture: CaptureContext) -> [Evidence] {
        var tally = Tally()
        tally.opportunities = servers.all.contains { $0.count > 0 } ? 1 : 0
        for (server, flows) in neverSent
        where servers[server].count > 0 || TLSPorts.contains(capture.servers[server].port) {
            tally.add(flows)
        }
        return tally.evidence(
            "capture.tls.client-hello-never-sent", capture,
            present:
                "the server closed \(counted(tally.count, "connection")) on which no byte of the "
                + "client had come: the client was silent, or its ClientHello was lost",
            absent: "no server closed a connection without a ClientHello")
    }
}

/// Ports that are TLS from the first byte (IANA service names ending in -s, and the usual 8443).
enum TLSPorts {
    static func contains(_ port: UInt16) -> Bool { ports.contains(port) }
    private static let ports: Set<UInt16> = [
        443, 465, 563, 636, 853, 989, 990, 992, 993, 995, 5061, 6443, 8443,
    ]
}
