internal import Dissection

/// What flows refer to by index: rare facts, TLS facts, reassembly buffers, interned names.
struct SideTables {
    var rare = Chunked<RareFacts>()
    var tls = Chunked<TLSFlow>()
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
            rare.append(RareFacts())
            flow.rare = Int32(rare.count - 1)
        }
        return Int(flow.rare)
    }

    mutating func tlsIndex(_ flow: inout Flow) -> Int {
        if flow.tls < 0 {
            tls.append(TLSFlow())
            flow.tls = Int32(tls.count - 1)
        }
        return Int(flow.tls)
    }
}
