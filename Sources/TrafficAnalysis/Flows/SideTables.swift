internal import Dissection

/// What flows refer to by index: rare facts, TLS facts, reassembly buffers, interned names.
struct SideTables {
    var rare = Slots(RareFacts())
    var tls = Slots(TLSFlow())
    var pace = Slots(PaceFacts())
    var http = Slots(HTTPFacts())
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
    var dns = DNSOverTCP()
    /// Whether somebody is going to list the clients' fingerprints; no finding needs them.
    var keepsFingerprints = false
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

    /// The index of a flow's rare facts, made when it has none yet; so the others.
    mutating func rareIndex(_ flow: inout Flow) -> Int { rare.place(&flow.rare) }
    mutating func tlsIndex(_ flow: inout Flow) -> Int { tls.place(&flow.tls) }
    mutating func paceIndex(_ flow: inout Flow) -> Int { pace.place(&flow.pace) }
    mutating func httpIndex(_ flow: inout Flow) -> Int { http.place(&flow.http) }

    /// Takes back what a flow that is over had.
    mutating func giveBack(_ flow: inout Flow) {
        for d in 0...1 { pool.giveBack(&flow.directions[d].tls.stream) }
        rare.giveBack(&flow.rare)
        tls.giveBack(&flow.tls)
        pace.giveBack(&flow.pace)
        http.giveBack(&flow.http)
    }
}
