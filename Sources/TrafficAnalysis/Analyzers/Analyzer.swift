internal import Casebook
internal import Dissection

/// Turns flows into findings: sees each flow once, when it is over, and at the end of the capture
/// says what it shows.
///
/// Flows come in no order that means anything: a long one ends after many that began later. What an
/// analyzer says must not depend on it, and what it keeps of a flow is small, since it is kept of
/// every flow of the capture.
///
/// One analyzer is one file and one line in `analyzers`. It says `absent` only when the capture had
/// the opportunity to show the finding; without opportunity it says nothing.
protocol Analyzer: SendableMetatype {
    /// The findings it can establish, with ids of `casebook/findings.yaml`.
    static var establishes: [FactID] { get }
    init()
    mutating func visit(_ flow: FlowFacts)
    func conclude(_ capture: CaptureContext) -> [Evidence]
}

/// Every analyzer, in the order in which findings are listed.
let analyzers: [any Analyzer.Type] = [
    SYNAnalyzer.self, SilentFlowAnalyzer.self, ClientHelloAnalyzer.self,
    ServerFlightAnalyzer.self, HelloReleaseAnalyzer.self, PlainOnTLSAnalyzer.self,
    AlertAnalyzer.self, ResumptionAnalyzer.self, CloseNotifyAnalyzer.self, ResetAnalyzer.self,
    CancelAnalyzer.self, SourceBlockAnalyzer.self, RequestAnalyzer.self, ServerFINAnalyzer.self,
    LateAnswerAnalyzer.self, SlowClientAnalyzer.self, RequestCrossesFINAnalyzer.self,
    AcknowledgementAnalyzer.self, PathAnalyzer.self, LossAnalyzer.self, StuckSegmentAnalyzer.self,
    IdleAnalyzer.self, OnlyIdleAnalyzer.self, WindowAnalyzer.self, TrafficShapeAnalyzer.self,
    CertificateAnalyzer.self, BigRecordAnalyzer.self, GreetingAnalyzer.self, ExpectGapAnalyzer.self,
    AmbiguousLengthAnalyzer.self, BodyLengthAnalyzer.self, GoAwayAnalyzer.self,
    SingleRequestAnalyzer.self,
    CommonEndAnalyzer.self, TupleReuseAnalyzer.self, DelayedACKAnalyzer.self,
    SlowRestartAnalyzer.self, LoadedRoundTripAnalyzer.self, FlightCapAnalyzer.self,
    EndlessWindowAnalyzer.self, ChecksumAnalyzer.self, OversizedSegmentAnalyzer.self,
    ChainOrderAnalyzer.self,
]

/// What holds for the capture as a whole.
struct CaptureContext {
    let file: String
    let first: Int64
    let last: Int64
    /// At least half of the flows show only one side of a conversation that has two.
    let isOneSided: Bool
    let payloadSegments: Int
    let repeatedPayloadSegments: Int
    let servers: Interned<Endpoint>
    let pairs: Interned<NumberedPair>
    let oversized: Sightings
    let reused: Sightings
    let checksums: ChecksumTally

    func pair(_ number: UInt32) -> Pair {
        Pair(client: pairs[number].client, server: servers[pairs[number].server])
    }
}

/// A pair in half of the bytes.
struct NumberedPair: Internable {
    var client: IPAddress
    /// Into `CaptureContext.servers`.
    var server: UInt32

    var seededHash: UInt64 { TrafficAnalysis.seededHash(client, UInt64(server)) }
}

/// A server's address and port.
struct Endpoint: Internable {
    var address: IPAddress
    var port: UInt16

    var seededHash: UInt64 { TrafficAnalysis.seededHash(address, UInt64(port)) }

    var description: String {
        address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}

/// A client's address and the server's endpoint it talks to; the order is only for stable output.
struct Pair: Hashable, Comparable {
    var client: IPAddress
    var server: Endpoint

    func hash(into hasher: inout Hasher) {
        hasher.combine(seededHash(client, seededHash(server.address, UInt64(server.port))))
    }

    static func < (left: Pair, right: Pair) -> Bool {
        (left.client, left.server.address, left.server.port)
            < (right.client, right.server.address, right.server.port)
    }
}

/// One word of an address and a number, seeded per process, so that `Hasher` has one word to take:
/// half of the analyzers' time was spent on hashing five.
func seededHash(_ address: IPAddress, _ number: UInt64) -> UInt64 {
    let a = (address.high ^ hashSeed).multipliedFullWidth(by: address.low | 1)
    return seededHash(a.high ^ a.low, number)
}

func seededHash(_ one: UInt64, _ other: UInt64) -> UInt64 {
    let a = (one ^ hashSeed).multipliedFullWidth(by: hashSeed | 1)
    let b = (a.high ^ a.low ^ other).multipliedFullWidth(by: hashSeed | 1)
    return b.high ^ b.low
}

private let hashSeed = UInt64.random(in: .min ... .max)

/// One flow as analyzers see it, with the questions that several of them ask. A class, for it is 3 kB
/// and many are asked.
final class FlowFacts {
    let number: Int
    let flow: Flow
    let key: FlowKey
    let tls: TLSFlow?
    let http: HTTPFacts?
    let rareRequests: RareRequests?
    let http2: HTTP2Facts?
    let lists: FlowLists?
    /// The server's certificates, where they came in clear.
    let chain: CertificateChain?
    /// Whether the certificates are for the name that the client asked for, and that name where
    /// they are not.
    let isForServerName: Bool?
    let wrongName: String?
    let captureEnd: Int64
    // Stored, since every analyzer asks for them.
    let client: Direction
    let server: Direction
    /// Whether there is anything but zeros in what the pace says.
    let hasPace: Bool
    let clientPace: PaceDirection
    let serverPace: PaceDirection
    let clientPaceEvents: PaceEvents?
    let serverPaceEvents: PaceEvents?
    let clientWindow: RawWindow?
    let serverWindow: RawWindow?
    /// The same of the rare facts.
    let hasRare: Bool
    let clientRare: RareDirection
    let serverRare: RareDirection
    let clientBytes: Completeness
    let serverBytes: Completeness
    /// Of the first packet.
    let clientMACs: MACPair
    let serverMACs: MACPair
    /// Zeros while there is none.
    let firstClose: FirstClose
    /// The client sends and waits for no answer: a log, metrics, an upload, a print job; or nobody
    /// knows, as with WebSocket.
    let asksNothing: Bool
    let endpoint: Endpoint
    let pair: Pair
    /// Into `CaptureContext.servers` and `.pairs`.
    let serverNumber: UInt32
    let pairNumber: UInt32

    /// More than a request has, where neither TLS nor HTTP says what it is.
    private static let upload: UInt64 = 65536

    /// - Parameter captureEnd: the last time seen so far; only asked for while a flow is open.
    init(
        _ flow: Flow, _ key: FlowKey, _ tables: inout SideTables, captureEnd: Int64,
        server number: UInt32, pair: UInt32
    ) {
        serverNumber = number
        pairNumber = pair
        self.number = Int(flow.number)
        self.flow = flow
        self.key = key
        tls = flow.tls >= 0 ? tables.tls[Int(flow.tls)] : nil
        hasPace = flow.pace[0] >= 0 || flow.pace[1] >= 0
        // Each copied once: by a number that is not known here, both sides would be copied first,
        // and what a function returns twice.
        let (c, s) = (flow.client, flow.server)
        clientPace = flow.pace[c] < 0 ? PaceDirection() : tables.pace[Int(flow.pace[c])]
        serverPace = flow.pace[s] < 0 ? PaceDirection() : tables.pace[Int(flow.pace[s])]
        clientPaceEvents = tables.paceEvents.record(clientPace.events)
        serverPaceEvents = tables.paceEvents.record(serverPace.events)
        clientWindow = tables.rawWindows.record(clientPace.window)
        serverWindow = tables.rawWindows.record(serverPace.window)
        http = flow.http >= 0 ? tables.http[Int(flow.http)] : nil
        rareRequests = http.flatMap { tables.rareRequests.record($0.rare) }
        http2 = http.flatMap { tables.http2.record($0.http2) }
        lists = flow.lists >= 0 ? tables.lists[Int(flow.lists)] : nil
        chain = tls.flatMap { tables.chains[$0.chain] }
        isForServerName = tls.flatMap { tables.isForServerName($0) }
        wrongName = isForServerName == false ? tls.flatMap { tables.name($0.serverName) } : nil
        self.captureEnd = captureEnd
        client = c == 0 ? flow.directions[0] : flow.directions[1]
        server = c == 0 ? flow.directions[1] : flow.directions[0]
        hasRare = flow.rare[0] >= 0 || flow.rare[1] >= 0
        clientRare = flow.rare[c] < 0 ? RareDirection() : tables.rare[Int(flow.rare[c])]
        serverRare = flow.rare[s] < 0 ? RareDirection() : tables.rare[Int(flow.rare[s])]
        clientBytes =
            Completeness(client, peer: server)
            ?? Completeness(client, clientRare, lists?.sides[c].holes, peer: server)
        serverBytes =
            Completeness(server, peer: client)
            ?? Completeness(server, serverRare, lists?.sides[s].holes, peer: client)
        clientMACs = tables.macs(client.macs)
        serverMACs = tables.macs(server.macs)
        firstClose = tables.closes.recordOrInitial(flow.close)
        // Of a server that answers some things may be asked ahead; one that takes in a stream says
        // something now and then (a ping).
        let isSending =
            server.payloadBytes == 0 && client.payloadBytes >= Self.upload
            || server.answers == 0 && client.wentOn >= 3
            || client.wentOn >= 8 && client.wentOn > server.answers
        let mayAnswerNothing = http == nil && !(tls.map { tables.offersHTTP($0) } ?? false)
        asksNothing = http?.isUpgraded ?? false || isSending && mayAnswerNothing
        endpoint = Endpoint(address: key.address(s), port: key.port(s))
        self.pair = Pair(client: key.address(c), server: endpoint)
    }

    var retransmitted: Int { Int(clientRare.retransmitted) + Int(serverRare.retransmitted) }

    func pace(_ d: Int) -> PaceDirection { d == flow.client ? clientPace : serverPace }
    func paceEvents(_ d: Int) -> PaceEvents? {
        d == flow.client ? clientPaceEvents : serverPaceEvents
    }
    func window(_ d: Int) -> RawWindow? { d == flow.client ? clientWindow : serverWindow }
    func macs(_ d: Int) -> MACPair { d == flow.client ? clientMACs : serverMACs }

    /// The rare facts of direction `d`.
    func rare(_ d: Int) -> RareDirection { d == flow.client ? clientRare : serverRare }

    var isEstablished: Bool { flow.seen.contains(.established) }
    var closedByClient: Bool {
        flow.closeBegan && Int(firstClose.direction) == flow.client
    }
    var closedByServer: Bool { flow.closeBegan && !closedByClient }
    /// What is open when the capture ends lasts to its end; what is closed, to its last packet.
    var lastSeen: Int64 { flow.closeBegan ? flow.lastTime : captureEnd }
    /// The first FIN or RST, else the end of the capture.
    var end: Int64 { flow.closeBegan ? firstClose.time : captureEnd }
    /// Round trip of the TCP handshake at the capture's place, at most 1 s; 0 when it was not seen
    /// or the clock went back.
    var roundTrip: Int64 {
        flow.synACKTime == 0
            ? 0 : min(max(flow.synACKTime - flow.firstTime, 0), 1_000_000_000)
    }

    /// "Nobody answered" can be said: both sides are in the capture, and it missed nothing that
    /// the client got.
    var serverIsVisible: Bool { server.packets > 0 && serverBytes != .missed }

    /// The capture missed nothing that one of the two got.
    var isCaptured: Bool { clientBytes != .missed && serverBytes != .missed }
    /// And nothing was lost before it came here.
    var isWhole: Bool { clientBytes == .whole && serverBytes == .whole }

    /// A RST whose TTL is 3 or more away from every other packet's of its sender.
    func hasForeignTTL(_ reset: ResetFacts, direction d: Int) -> Bool {
        let own = flow.directions[d]
        guard own.packets > UInt32(own.rst) else { return false }
        // A scanner makes its SYNs by itself, and its system refuses the SYN-ACK.
        let refusesSYNACK = d == flow.client && own.packets == UInt32(own.syn) + UInt32(own.rst)
        if refusesSYNACK { return false }
        let others = [own.timeToLive] + (lists?.sides[d].otherPacketTTLs ?? [])
        let nearest = others.map { abs(Int($0) - Int(reset.timeToLive)) }.min() ?? 0
        return nearest >= 3
    }

    /// What the server says can be told from what is no answer: it is all there, and its records
    /// are not lost from sight.
    var answersAreRead: Bool {
        server.packets > 0 && serverBytes == .whole && server.tls.state != .lost
    }

    /// A fatal alert in clear: one side refused the handshake, and said why (RFC 8446 §6.2).
    var wasRefused: Bool { lists?.alerts.contains { $0.level == 2 } ?? false }

    /// The client's last request was not answered when the client closed.
    var cancelled: Bool {
        closedByClient && firstClose.sinceMessage >= 0
            && Int(firstClose.askedBy) == flow.client && client.lastMessageTime > 0
            && clientBytes == .whole && answersAreRead && !asksNothing
    }

    /// One past the last byte that direction `d` has announced by Content-Length.
    func bodyEnd(_ d: Int) -> UInt32? { http?.bodyEnd[d] }

    /// The client is still sending its request, and does not wait for leave to go on.
    var isAsking: Bool {
        guard let end = bodyEnd(flow.client), rareRequests?.expect.waits != true else {
            return false
        }
        return Int32(bitPattern: end &- client.next) > 0
    }

    func close(_ direction: Int) -> FlowRecord.Close {
        let isTLS13 = tls?.mayBeTLS13 ?? false
        return direction == flow.client
            ? client.closeVerdict(isTLS13: isTLS13) : server.closeVerdict(isTLS13: isTLS13)
    }

    /// What direction `d` sent.
    func side(_ d: Int) -> Direction { d == flow.client ? client : server }

    func place(_ packet: UInt32, _ time: Int64? = nil) -> Place {
        Place(flow: UInt32(truncatingIfNeeded: number), packet: packet, time: time ?? -1)
    }
}

/// Where an instance was seen, in few bytes; becomes an `Evidence.Location` when it is told.
struct Place: Comparable {
    var flow: UInt32
    var packet: UInt32
    /// -1 where only the packet is known.
    var time: Int64

    /// By the flow's first packet, then by packet.
    static func < (left: Place, right: Place) -> Bool {
        left.flow != right.flow ? left.flow < right.flow : left.packet < right.packet
    }
}

/// Counts instances of a finding and keeps the first places of the capture.
struct Tally {
    private(set) var count = 0
    private(set) var places: [Place] = []
    /// How often the finding could have shown itself.
    var opportunities = 0

    /// Enough to look at; a list of thousands helps nobody.
    static let placeLimit = 10

    /// In any order: of more than `placeLimit` those are kept that come first in the capture.
    ///
    /// - Parameter times: how many instances the one place stands for; none is no place.
    mutating func add(_ place: Place, times: Int = 1) {
        guard times > 0 else { return }
        count += times
        Self.keep(place, in: &places)
    }

    /// Of more than `placeLimit` those that come first in the capture, in their order.
    static func keep(_ place: Place, in places: inout [Place]) {
        if places.count == placeLimit {
            guard place < places[placeLimit - 1] else { return }
            places.removeLast()
        }
        let index = places.lastIndex { !(place < $0) }.map { $0 + 1 } ?? 0
        places.insert(place, at: index)
    }

    /// Everything that another tally counted.
    mutating func add(_ other: Tally) {
        let total = count + other.count
        for place in other.places { add(place) }
        count = total
    }

    /// As if nothing had been seen of it.
    mutating func forget() {
        count = 0
        places = []
    }

    /// Present with instances, absent with opportunity, else nothing.
    func evidence(
        _ id: FactID, _ capture: CaptureContext, present: @autoclosure () -> String,
        absent: @autoclosure () -> String, measure: Evidence.Measure? = nil, atLeast: Int = 1
    ) -> [Evidence] {
        let source = "capture:\(capture.file)"
        if count >= atLeast {
            return [
                Evidence(
                    id: id, kind: .finding, state: .present, source: source, count: count,
                    summary: present(),
                    measure: measure ?? Evidence.Measure(value: Double(count), unit: "count"),
                    locations: places.map { place in
                        Evidence.Location(
                            file: capture.file, flow: Int(place.flow), packet: Int(place.packet),
                            time: place.time < 0 ? nil : place.time)
                    })
            ]
        }
        guard opportunities > 0 else { return [] }
        return [
            Evidence(
                id: id, kind: .finding, state: .absent, source: source, count: 0,
                summary: absent())
        ]
    }
}

/// To which servers something happened, for the words: most faults are one server's.
struct ServerCounts<Server: Hashable & Comparable> {
    private var counts: [Server: Int] = [:]
    private var others = 0

    /// Enough to say that it is many.
    private static var limit: Int { 1000 }

    mutating func add(_ server: Server, times: Int = 1) {
        if counts.count < Self.limit || counts[server] != nil {
            counts[server, default: 0] += times
        } else {
            others += times
        }
    }

    /// " to 192.0.2.1:443", " to 3 servers, most to 192.0.2.1:443 (12)", or nothing.
    func words(_ to: String = "to", name: (Server) -> String) -> String {
        let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
        guard let most else { return "" }
        let name = name(most.key)
        if counts.count == 1 { return " \(to) \(name)" }
        let number = others > 0 ? "more than \(counts.count)" : "\(counts.count)"
        let total = counts.values.reduce(others, +)
        return " \(to) \(number) servers"
            + (most.value * 2 >= total ? ", most \(to) \(name) (\(most.value))" : "")
    }
}

/// By number in `CaptureContext.servers`.
extension ServerCounts<UInt32> {
    func words(_ capture: CaptureContext, _ to: String = "to") -> String {
        words(to) { capture.servers[$0].description }
    }
}

/// Text for people: seconds with a sensible number of digits, counts with their noun.
func duration(_ nanoseconds: Int64) -> String {
    let milliseconds = Double(nanoseconds) / 1e6
    if milliseconds < 1 { return "\((milliseconds * 1000).rounded() / 1000) ms" }
    if milliseconds < 1000 { return "\((milliseconds * 10).rounded() / 10) ms" }
    let hours = milliseconds / 3_600_000
    if hours < 2 { return "\((milliseconds / 10).rounded() / 100) s" }
    if hours < 48 { return "\((hours * 10).rounded() / 10) hours" }
    return "\((hours / 24 * 10).rounded() / 10) days"
}

func counted(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}

func measured(_ nanoseconds: Int64) -> Evidence.Measure {
    Evidence.Measure(value: (Double(nanoseconds) / 1e6).rounded() / 1e3, unit: "s")
}

func percent(_ part: Int, of whole: Int) -> Evidence.Measure {
    let share = whole == 0 ? 0 : Double(part) * 100 / Double(whole)
    return Evidence.Measure(value: (share * 10).rounded() / 10, unit: "percent")
}

func median(_ values: [Int64]) -> Int64 {
    values.isEmpty ? 0 : values.sorted()[values.count / 2]
}
