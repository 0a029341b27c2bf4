internal import Dissection

/// What flows refer to by index: rare facts, TLS facts, reassembly buffers, interned names.
struct SideTables {
    var rare = Slots(RareDirection())
    var tls = Slots(TLSFlow())
    var pace = Slots(PaceDirection())
    var paceEvents = Slots(PaceEvents())
    var rawWindows = Slots(RawWindow())
    var http = Slots(HTTPFacts())
    var rareRequests = Slots(RareRequests())
    var http2 = Slots(HTTP2Facts())
    var lists = Slots(FlowLists())
    var closes = Slots(FirstClose())
    var macs = Interned<MACPair>()
    var pool = StreamPool()
    var names = InternedNames(limit: 1 << 20)
    /// Of ALPN.
    var protocols = InternedNames(limit: Int(Int16.max))
    var capturedTwice = 0
    /// Directions of which bytes were acknowledged that the capture has not.
    var missedBytes = 0
    /// Segments with payload, as many as there are on the wire (`Flow.wireSegments`).
    var payloadSegments = 0
    /// Those none of whose bytes was new.
    var repeatedPayloadSegments = 0
    var clientHellos = 0
    var serverHellos = 0
    /// Alerts in clear.
    var alerts = 0
    var oversized = Sightings()
    /// SYNs on a 4-tuple whose former flow was seen not long before; the value is how long.
    var reused = Sightings()
    var checksums = ChecksumTally()
    var chains = CertificateChains()
    private var namesAsked = Interned<NameAsked>()
    private var isRightName: [Bool] = []
    var dns = DNSOverTCP()
    /// Whether somebody is going to list the clients' fingerprints; no finding needs them.
    var keepsFingerprints = false
    private var fingerprints: [ClientFingerprint: Int16] = [:]
    private var fingerprintTexts: [String] = []
    /// Only while somebody wants rows.
    var rows: TrafficRows?
    var timeline = TrafficTimeline()
    /// Only while the packets of one flow are traced.
    var journal: FlowJournal?

    /// A client's fingerprint is computed once: hashing takes longer than reading the hello.
    mutating func intern(_ fingerprint: ClientFingerprint) -> Int16 {
        if let index = fingerprints[fingerprint] { return index }
        guard fingerprintTexts.count < Self.fingerprintLimit else { return -1 }
        fingerprintTexts.append(fingerprint.text)
        fingerprints[fingerprint] = Int16(fingerprintTexts.count - 1)
        return Int16(fingerprintTexts.count - 1)
    }

    /// Real traffic has some hundred.
    private static let fingerprintLimit = Int(Int16.max)

    func fingerprint(_ index: Int16) -> String? {
        index < 0 ? nil : fingerprintTexts[Int(index)]
    }

    func name(_ index: Int32) -> String? { names[index] }

    /// The first protocol that the client offered (ALPN) is one of requests and answers.
    func offersHTTP(_ tls: TLSFlow) -> Bool {
        guard tls.alpn >= 0, let name = protocols[Int32(tls.alpn)] else { return false }
        return name == "h2" || name.hasPrefix("http/")
    }

    /// Whether the server's certificates are for the name that the client asked for; `nil` without
    /// either. Clients ask for the same ones again and again, so each pair is looked at once.
    mutating func isForServerName(_ tls: TLSFlow) -> Bool? {
        guard tls.chain >= 0, tls.serverName >= 0 else { return nil }
        let asked = NameAsked(chain: Int32(tls.chain), name: tls.serverName)
        let number = Int(namesAsked.number(of: asked))
        if number == isRightName.count {
            let leaf = chains[tls.chain]?.leaf
            isRightName.append(names[tls.serverName].flatMap { leaf?.isFor($0) } ?? false)
        }
        return isRightName[number]
    }

    /// The same of what was looked at before.
    func knownForServerName(_ tls: TLSFlow) -> Bool? {
        guard tls.chain >= 0, tls.serverName >= 0 else { return nil }
        let asked = NameAsked(chain: Int32(tls.chain), name: tls.serverName)
        return namesAsked.find(asked).map { isRightName[Int($0)] }
    }

    /// A chain of certificates and the name that a client asked for, by their numbers.
    private struct NameAsked: Internable {
        var chain: Int32
        var name: Int32

        var seededHash: UInt64 {
            TrafficAnalysis.seededHash(
                UInt64(UInt32(bitPattern: chain)), UInt64(UInt32(bitPattern: name)))
        }
    }

    /// The index of a side's rare facts, made when it has none yet; so the others.
    mutating func rareIndex(_ flow: inout Flow, _ d: Int) -> Int { rare.place(&flow.rare[d]) }
    mutating func tlsIndex(_ flow: inout Flow) -> Int { tls.place(&flow.tls) }
    mutating func paceIndex(_ flow: inout Flow, _ d: Int) -> Int { pace.place(&flow.pace[d]) }
    mutating func httpIndex(_ flow: inout Flow) -> Int { http.place(&flow.http) }
    mutating func listsIndex(_ flow: inout Flow) -> Int { lists.place(&flow.lists) }

    /// The same of the pace at `index`.
    mutating func paceEventsIndex(_ index: Int) -> Int {
        paceEvents.place(&pace[index].events)
    }

    /// Zeros for a number that is none.
    func macs(_ number: UInt32) -> MACPair {
        number == MACPair.unknown ? MACPair() : macs[number]
    }

    @inline(__always)
    func isSame(_ pair: MACPair, _ number: UInt32) -> Bool {
        number != MACPair.unknown && macs[number] == pair
    }

    /// The head of an HTTP message of side `d` is read, or cannot be.
    mutating func forgetHead(of flow: inout Flow, _ d: Int) {
        if flow.lists < 0 { return }
        lists[Int(flow.lists)].sides[d].pendingHead = []
        // Of most flows there was nothing else.
        if lists[Int(flow.lists)].isEmpty { lists.giveBack(&flow.lists) }
    }

    /// Asks for what every analyzed flow has; see `Chunked`. Changes nothing.
    mutating func prefetch(_ flow: inout Flow) {
        pace.prefetch(flow.pace[0])
        pace.prefetch(flow.pace[1])
        tls.prefetch(flow.tls)
        http.prefetch(flow.http)
        closes.prefetch(flow.close)
    }

    /// Takes back what a flow that is over had.
    mutating func giveBack(_ flow: inout Flow) {
        for d in 0...1 {
            pool.giveBack(&flow.directions[d].tls.stream)
            if flow.pace[d] >= 0 {
                paceEvents.giveBack(&pace[Int(flow.pace[d])].events)
                rawWindows.giveBack(&pace[Int(flow.pace[d])].window)
            }
            pace.giveBack(&flow.pace[d])
            rare.giveBack(&flow.rare[d])
        }
        tls.giveBack(&flow.tls)
        if flow.http >= 0 {
            rareRequests.giveBack(&http[Int(flow.http)].rare)
            http2.giveBack(&http[Int(flow.http)].http2)
        }
        http.giveBack(&flow.http)
        lists.giveBack(&flow.lists)
        closes.giveBack(&flow.close)
    }
}
