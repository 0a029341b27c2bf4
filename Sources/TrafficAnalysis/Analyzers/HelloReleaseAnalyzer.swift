internal import Casebook

/// ServerHellos that come the moment a silent connection to the same server ends: the server
/// handles one handshake at a time, and the silent client held it. Where it holds it to the end of
/// the capture, the ClientHellos that are waiting stand behind it.
///
/// Measured on three servers (lab of the project): 1.6 to 4.6 ms after the silent client's FIN,
/// after waits of seconds. A server that answers somebody while a silent connection is open, which
/// was accepted before, is not that server.
struct HelloReleaseAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tls.hello-released-by-silent-flow-end",
        "capture.tls.hellos-unanswered-behind-silent-flow",
    ]

    static let late: Int64 = 1_000_000_000
    static let leastHeld: Int64 = 500_000_000
    /// The release comes within this, ten round trips or a twentieth of the wait, whichever is
    /// longest: on a busy host the freed server takes its time.
    static let window: Int64 = 50_000_000
    static let windowShare: Int64 = 20

    struct Hello {
        /// Of the answer; of a hello without one, of the hello.
        var place: Place
        var established: Int64
        var time: Int64
        var roundTrip: UInt32
        var server: UInt32

        var number: UInt32 { place.flow }
        var answer: Int64 { place.time }
    }

    private(set) var silent: [UInt32: [Silent]] = [:]
    private(set) var hellos = Chunked<Hello>()
    /// Those that waited for an answer in vain, by server.
    private(set) var unanswered: [UInt32: [Hello]] = [:]
    /// By server: the first client's pair, and whether there are others.
    private(set) var clients = ByNumber(initially: Clients())

    struct Clients {
        var first: UInt32?
        var areSeveral = false
    }

    mutating func visit(_ f: FlowFacts) {
        guard f.isEstablished else { return }
        let first = clients[f.serverNumber].first
        if first == nil {
            clients[f.serverNumber].first = f.pairNumber
        } else if first != f.pairNumber {
            clients[f.serverNumber].areSeveral = true
        }
        if let tls = f.tls, tls.clientHellos > 0 { visit(tls, f) }
        if let end = f.silenceEnd, end - f.flow.establishedTime >= Self.leastHeld {
            silent[f.serverNumber, default: []].append(
                Silent(
                    place: f.place(f.flow.firstPacket, f.flow.firstTime),
                    start: f.flow.establishedTime, end: end))
        }
    }

    private mutating func visit(_ tls: TLSFlow, _ f: FlowFacts) {
        var hello = Hello(
            place: f.place(tls.serverRecordPacket, tls.serverRecordTime),
            established: f.flow.establishedTime, time: tls.clientHelloTime,
            roundTrip: UInt32(clamping: f.roundTrip), server: f.serverNumber)
        if tls.serverRecordTime != 0 {
            hellos.append(hello)
        } else if f.end - tls.clientHelloTime >= Self.late, f.serverIsVisible {
            hello.place = f.place(tls.clientHelloPacket, tls.clientHelloTime)
            unanswered[f.serverNumber, default: []].append(hello)
        }
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        var released = Tally()
        var longest: Int64 = 0
        var servers: [String] = []
        let hellos = grouped(hellos, by: \.server, flow: \.place.flow)
        for asked in hellos {
            guard let server = asked.first?.server, let held = silent[server] else { continue }
            let judged = judge(asked, SilentConnections(held))
            if judged.opportunity { released.opportunities += 1 }
            guard judged.holds else { continue }
            servers.append(capture.servers[server].description)
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
                + "up to \(duration(longest))",
            absent: "no ServerHello waited for a silent connection to end",
            measure: measured(longest)) + held(hellos, capture)
    }

    private static func window(_ hello: Hello) -> Int64 {
        let wait = hello.answer - hello.time
        return max(window, 10 * Int64(hello.roundTrip), wait / windowShare)
    }

    private func judge(
        _ asked: ArraySlice<Hello>, _ held: SilentConnections
    ) -> (holds: Bool, opportunity: Bool, released: [Hello]) {
        var released: [Hello] = []
        var unexplained = 0
        var servedMeanwhile = 0
        var overlaps = false
        // The freed server works off its queue: who waits behind the first is answered soon after
        // the one before, and all of them waited when the silent connection ended.
        var chain: (answer: Int64, end: Int64)?
        for hello in asked.sorted(by: { $0.answer < $1.answer }) {
            let window = Self.window(hello)
            let isLate = hello.answer - hello.time >= Self.late
            let lastEnd = held.lastEnd(openedUntil: hello.time, except: hello.number)
            if lastEnd >= hello.time { overlaps = true }
            let earliest = max(hello.answer - window, hello.time + Self.leastHeld)
            if isLate,
                let end = held.firstEnd(
                    from: earliest, to: hello.answer, openedUntil: hello.time, except: hello.number)
            {
                released.append(hello)
                chain = (hello.answer, end)
            } else if isLate, let last = chain, hello.answer - last.answer <= window,
                hello.time + Self.leastHeld <= last.end
            {
                released.append(hello)
                chain = (hello.answer, last.end)
            } else if held.lastEnd(openedUntil: hello.established - 1, except: hello.number)
                > hello.answer + window
            {
                servedMeanwhile += 1
            } else if isLate {
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

extension FlowFacts {
    /// When the client ended its silence: by its hello, its FIN or its RST; a hello that is never
    /// finished counts as silence. `nil` for a client that speaks another protocol.
    var silenceEnd: Int64? {
        if let tls, tls.clientHellos > 0 { return tls.clientHelloTime }
        if client.payloadBytes > 0, tls == nil { return nil }
        return flow.closeBegan ? firstClose.time : .max
    }
}

/// A connection on which the client said nothing, from its handshake to the end of the silence.
struct Silent {
    var place: Place
    var start: Int64
    var end: Int64

    var number: UInt32 { place.flow }
}

/// The silent connections of one server, so ordered that asking about a hello does not take
/// looking at each: a capture may hold a hundred thousand of both.
private struct SilentConnections {
    private let byStart: [Silent]
    private let byEnd: [Silent]
    /// For each of `byStart`, the two latest ends up to it; a connection does not hold itself.
    private var latest: [(Silent, Silent?)] = []

    init(_ silent: [Silent]) {
        byStart = silent.sorted { ($0.start, $0.number) < ($1.start, $1.number) }
        byEnd = silent.sorted { ($0.end, $0.number) < ($1.end, $1.number) }
        latest.reserveCapacity(silent.count)
        for next in byStart {
            guard let (first, second) = latest.last else {
                latest.append((next, nil))
                continue
            }
            if next.end > first.end {
                latest.append((next, first))
            } else if next.end > second?.end ?? .min {
                latest.append((first, next))
            } else {
                latest.append((first, second))
            }
        }
    }

    /// When the last of those ended that were open at `time` or before; `.min` without any.
    func lastEnd(openedUntil time: Int64, except number: UInt32) -> Int64 {
        let index = byStart.partitioningIndex { $0.start > time }
        guard index > 0 else { return .min }
        let (first, second) = latest[index - 1]
        return first.number != number ? first.end : second?.end ?? .min
    }

    /// When the first of those ended that were open at `time` or before and ended in the span.
    func firstEnd(
        from first: Int64, to last: Int64, openedUntil time: Int64, except number: UInt32
    ) -> Int64? {
        var index = byEnd.partitioningIndex { $0.end >= first }
        while index < byEnd.count, byEnd[index].end <= last {
            if byEnd[index].start <= time, byEnd[index].number != number {
                return byEnd[index].end
            }
            index += 1
        }
        return nil
    }
}
