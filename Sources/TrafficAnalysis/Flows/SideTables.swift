internal import Dissection

/// What flows refer to by index: rare facts, TLS facts, reassembly buffers, interned names.
struct SideTables {
    var rare = Chunked<RareFacts>()
    var tls = Chunked<TLSFlow>()
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
    }
}
