internal import Casebook

/// ServerHellos that come the moment a silent connection to the same server ends: the server
/// handles one handshake at a time, and the silent client held it.
///
/// Measured on three servers (lab of the project): 1.6 to 4.6 ms after the silent client's FIN,
/// after waits of seconds. A server that answers somebody while a silent connection is open, which
/// was accepted before, is not that server.
struct HelloReleaseAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.tls.hello-released-by-silent-flow-end"]

    static let late: Int64 = 1_000_000_000
    static let leastHeld: Int64 = 500_000_000
    /// The release comes within this or ten round trips, whichever is longer.
    static let window: Int64 = 50_000_000

    private struct Silent {
        var number: Int
        var start: Int64
        var end: Int64
    }

    private struct Hello {
        var number: Int
        var established: Int64
        var time: Int64
        var answer: Int64
        var roundTrip: Int64
        var place: Place
    }

    private let capture: CaptureContext
    private var silent: [Endpoint: [Silent]] = [:]
    private var hellos: [Endpoint: [Hello]] = [:]

    init(_ capture: CaptureContext) { self.capture = capture }

    mutating func visit(_ f: FlowFacts) {
        guard f.isEstablished else { return }
        if let tls = f.tls, tls.clientHellos > 0 { visit(tls, f) }
        if let end = silenceEnd(f), end - f.flow.establishedTime >= Self.leastHeld {
            silent[f.endpoint, default: []].append(
                Silent(number: f.number, start: f.flow.establishedTime, end: end))
        }
    }

    private mutating func visit(_ tls: TLSFlow, _ f: FlowFacts) {
        guard tls.serverRecordTime != 0 else { return }
        // A hello that was answered at once tells something only beside a silent connection, and
        // flows are visited in the order in which they opened.
        let waited = tls.serverRecordTime - tls.clientHelloTime
        guard waited >= Self.leastHeld || silent[f.endpoint] != nil else { return }
        hellos[f.endpoint, default: []].append(
            Hello(
                number: f.number, established: f.flow.establishedTime, time: tls.clientHelloTime,
                answer: tls.serverRecordTime, roundTrip: f.roundTrip,
                place: f.place(tls.serverRecordPacket, tls.serverRecordTime)))
    }

    /// When the client ended its silence: by its hello, its FIN or its RST; a hello that is never
    /// finished counts as silence. `nil` for a client that speaks another protocol.
    private func silenceEnd(_ f: FlowFacts) -> Int64? {
        if let tls = f.tls, tls.clientHellos > 0 { return tls.clientHelloTime }
        if f.client.payloadBytes > 0, f.tls == nil { return nil }
        return f.flow.close.happened ? f.flow.close.time : .max
    }

    func conclude() -> [Evidence] {
        var released = Tally()
        var longest: Int64 = 0
        var servers: [String] = []
        let endpoints = hellos.keys.sorted { hellos[$0]![0].number < hellos[$1]![0].number }
        for endpoint in endpoints {
            guard let held = silent[endpoint], let asked = hellos[endpoint] else { continue }
            let judged = judge(asked, held)
            if judged.opportunity { released.opportunities += 1 }
            guard judged.holds else { continue }
            servers.append(endpoint.description)
            for hello in judged.released {
                released.add(hello.place)
                longest = max(longest, hello.answer - hello.time)
            }
        }
        return released.evidence(
            "capture.tls.hello-released-by-silent-flow-end", capture,
            present:
                "\(counted(released.count, "ServerHello")) of \(servers.joined(separator: ", ")) "
                + "came the moment another, silent connection to the same port ended, after "
                + "waiting "
                + "up to \(seconds(longest))",
            absent: "no ServerHello waited for a silent connection to end",
            measure: measured(longest))
    }

    private func judge(
        _ asked: [Hello], _ held: [Silent]
    ) -> (holds: Bool, opportunity: Bool, released: [Hello]) {
        var released: [Hello] = []
        var unexplained = 0
        var servedMeanwhile = 0
        var overlaps = false
        for hello in asked {
            let window = max(Self.window, 10 * hello.roundTrip)
            let others = held.filter { $0.number != hello.number && $0.start <= hello.time }
            if others.contains(where: { $0.end >= hello.time }) { overlaps = true }
            let isReleased = others.contains {
                $0.end <= hello.answer && hello.answer - $0.end <= window
                    && $0.end - hello.time >= Self.leastHeld
            }
            if isReleased, hello.answer - hello.time >= Self.late {
                released.append(hello)
            } else if others.contains(where: {
                $0.start < hello.established && $0.end > hello.answer + window
            }) {
                servedMeanwhile += 1
            } else if hello.answer - hello.time >= Self.late {
                unexplained += 1
            }
        }
        let enough =
            released.count >= 2
            || released.count == 1 && unexplained == 0
                && released[0].answer - released[0].time >= 2 * Self.late
        return (enough && servedMeanwhile * 4 <= released.count, overlaps, released)
    }
}
