internal import Dissection

/// What flows refer to by index: rare facts, TLS facts, reassembly buffers, interned names.
struct SideTables {
    var rare = Chunked<RareFacts>()
    var tls = Chunked<TLSFlow>()
    var pace = Chunked<PaceFacts>()
    var http = Chunked<HTTPFacts>()
    private var freePace: [Int32] = []
    private var freeHTTP: [Int32] = []
    private var freeRare: [Int32] = []
    private var freeTLS: [Int32] = []
    var pool = StreamPool()
    private(set) var names: [String] = []
    private var nameIndex: [String: Int32] = [:]
    var capturedTwice = 0
    /// Directions of which bytes were acknowledged that the capture has not.
    var missedBytes = 0
    var payloadPackets = 0
    /// Payload packets none of whose bytes was new.
    var repeatedPayloadPackets = 0
    var clientHellos = 0
    var serverHellos = 0
    /// Alerts in clear.
    var alerts = 0
    var oversized = Sightings()
    /// SYNs on a 4-tuple whose former flow was seen not long before; the value is how long.
    var reused = Sightings()
    var checksums = ChecksumTally()
    var chains = CertificateChains()
    private var fingerprints: [ClientFingerprint: Int32] = [:]
    private var fingerprintTexts: [String] = []
    /// Only while somebody wants rows.
    var rows: TrafficRows?
    var timeline = TrafficTimeline()
    /// Only while the packets of one flow are traced.
    var journal: FlowJournal?

    /// Names come from captures; a hostile one could invent millions, each is kept once.
    static let nameLimit = 1 << 20

    mutating func intern(_ name: String) -> Int32 {
        if let index = nameIndex[name] { return index }
        guard names.count < Self.nameLimit else { return -1 }
        names.append(name)
        nameIndex[name] = Int32(names.count - 1)
        return Int32(names.count - 1)
    }

    /// A client's fingerprint is computed once: hashing takes longer than reading the hello.
    mutating func intern(_ fingerprint: ClientFingerprint) -> Int32 {
        if let index = fingerprints[fingerprint] { return index }
        guard fingerprintTexts.count < Self.fingerprintLimit else { return -1 }
        fingerprintTexts.append(fingerprint.text)
        fingerprints[fingerprint] = Int32(fingerprintTexts.count - 1)
        return Int32(fingerprintTexts.count - 1)
    }

    /// Real traffic has some hundred.
    private static let fingerprintLimit = 1 << 16

    func fingerprint(_ index: Int32) -> String? {
        index < 0 ? nil : fingerprintTexts[Int(index)]
    }

    func name(_ index: Int32) -> String? {
        index < 0 ? nil : names[Int(index)]
    }

    /// The index of a flow's rare facts, made when it has none yet.
    mutating func rareIndex(_ flow: inout Flow) -> Int {
        if flow.rare < 0 {
            if let index = freeRare.popLast() {
                flow.rare = index
            } else {
                rare.append(RareFacts())
                flow.rare = Int32(rare.count - 1)
            }
        }
        return Int(flow.rare)
    }

    mutating func tlsIndex(_ flow: inout Flow) -> Int {
        if flow.tls < 0 {
            if let index = freeTLS.popLast() {
                flow.tls = index
            } else {
                tls.append(TLSFlow())
                flow.tls = Int32(tls.count - 1)
            }
        }
        return Int(flow.tls)
    }

    mutating func paceIndex(_ flow: inout Flow) -> Int {
        if flow.pace < 0 {
            if let index = freePace.popLast() {
                flow.pace = index
            } else {
                pace.append(PaceFacts())
                flow.pace = Int32(pace.count - 1)
            }
        }
        return Int(flow.pace)
    }

    mutating func httpIndex(_ flow: inout Flow) -> Int {
        if flow.http < 0 {
            if let index = freeHTTP.popLast() {
                flow.http = index
            } else {
                http.append(HTTPFacts())
                flow.http = Int32(http.count - 1)
            }
        }
        return Int(flow.http)
    }

    /// Takes back what a flow that is over had.
    mutating func giveBack(_ flow: inout Flow) {
        for d in 0...1 { pool.giveBack(&flow.directions[d].tls.stream) }
        if flow.rare >= 0 {
            rare[Int(flow.rare)] = RareFacts()
            freeRare.append(flow.rare)
            flow.rare = -1
        }
        if flow.tls >= 0 {
            tls[Int(flow.tls)] = TLSFlow()
            freeTLS.append(flow.tls)
            flow.tls = -1
        }
        if flow.pace >= 0 {
            pace[Int(flow.pace)] = PaceFacts()
            freePace.append(flow.pace)
            flow.pace = -1
        }
        if flow.http >= 0 {
            http[Int(flow.http)] = HTTPFacts()
            freeHTTP.append(flow.http)
            flow.http = -1
        }
    }
}
