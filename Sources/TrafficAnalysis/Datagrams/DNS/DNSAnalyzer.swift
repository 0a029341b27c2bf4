internal import Casebook
internal import Dissection

/// Questions and answers of DNS over UDP; those over TCP are handed over at the end.
struct DNSAnalyzer: DatagramAnalyzer {
    static let establishes: [FactID] = dnsFindings.flatMap { $0.establishes }

    private struct Key: Hashable {
        var client: IPAddress
        var clientPort: UInt16
        var server: IPAddress
        var id: UInt16
    }

    private var exchanges: [DNSExchange] = []
    private var overTCP: [DNSExchange] = []
    /// The newest question of a key.
    private var open: [Key: Int] = [:]
    private var answers = 0
    private static let limit = 100_000

    mutating func visit(_ datagram: Datagram, _ bytes: RawSpan) {
        guard case .ip(17) = datagram.kind, let header = UDPHeader(bytes),
            header.sourcePort == 53 || header.destinationPort == 53,
            // An answer is one also where the snap length left only its beginning.
            let message = try? DNSMessage(
                bytes.extracting(UDPHeader.size..<bytes.byteCount),
                mayBeCut: header.sourcePort == 53),
            let question = message.questions.first
        else { return }
        if message.flags.contains(.response), header.sourcePort == 53 {
            answers += 1
            let key = Key(
                client: datagram.destination, clientPort: header.destinationPort,
                server: datagram.source, id: message.id)
            guard let place = open[key], exchanges[place].name == question.name else { return }
            exchanges[place].take(message, at: datagram.time)
        } else if header.destinationPort == 53, exchanges.count < Self.limit {
            let key = Key(
                client: datagram.source, clientPort: header.sourcePort,
                server: datagram.destination, id: message.id)
            open[key] = exchanges.count
            let origin = DNSExchange.Origin(
                transport: .udp, client: datagram.source, clientPort: header.sourcePort,
                server: datagram.destination, packet: datagram.number, time: datagram.time)
            exchanges.append(DNSExchange(origin, message, question))
        }
    }

    /// Every flow was read.
    mutating func take(_ streams: DNSOverTCP) {
        overTCP = streams.exchanges
        joinTruncated()
    }

    /// Truncated answers and the questions over TCP that they led to (RFC 7766 §5): of the same
    /// client, to the same server, for the same name and type.
    private mutating func joinTruncated() {
        var asked: [DNSTraffic.Path: [Int]] = [:]
        for (place, exchange) in overTCP.enumerated() {
            asked[DNSTraffic.Path(exchange), default: []].append(place)
        }
        guard !asked.isEmpty else { return }
        for place in exchanges.indices where exchanges[place].isTruncated {
            let answered = exchanges[place].answered ?? 0
            let path = DNSTraffic.Path(exchanges[place])
            guard
                let later = asked[path]?.firstIndex(where: {
                    (answered...answered + DNSTraffic.patience).contains(overTCP[$0].time)
                }), let found = asked[path]?.remove(at: later)
            else { continue }
            exchanges[place].counterpart = overTCP[found].packet
            overTCP[found].counterpart = exchanges[place].packet
        }
    }

    func traffic(end: Int64, _ flows: FlowNotes) -> DNSTraffic {
        DNSTraffic(exchanges: exchanges, overTCP: overTCP, end: end, flows: flows)
    }

    func conclude(_ capture: CaptureContext, _ flows: FlowNotes) -> [Evidence] {
        let traffic = traffic(end: capture.last, flows)
        // A capture of one direction cannot tell what was answered.
        guard answers > 0 || overTCP.contains(where: { $0.answered != nil }) else {
            return DNSWaits.unanswered(traffic, capture)
        }
        return dnsFindings.flatMap { $0.conclude(traffic, capture) }
    }
}

/// All exchanges of a capture, in the order of the questions.
struct DNSTraffic {
    /// Over UDP.
    let exchanges: [DNSExchange]
    let overTCP: [DNSExchange]
    let end: Int64
    let flows: FlowNotes

    struct Asker: Hashable {
        var client: IPAddress
        var name: DNSName
        var type: DNSType

        init(_ exchange: DNSExchange) {
            client = exchange.client
            name = exchange.name
            type = exchange.type
        }
    }

    /// Who asks whom for what.
    struct Path: Hashable {
        var asker: Asker
        var server: IPAddress

        init(_ exchange: DNSExchange) {
            asker = Asker(exchange)
            server = exchange.server
        }
    }

    /// Over both transports, in the order of the questions.
    var all: [DNSExchange] {
        if overTCP.isEmpty { return exchanges }
        return (exchanges + overTCP).sorted { $0.packet < $1.packet }
    }

    /// Over UDP, by client, each in order of time; only those clients whose exchanges are worth it.
    ///
    /// - Parameter wanted: asked of every exchange; a client needs one.
    func byClient(where wanted: (DNSExchange) -> Bool) -> [[DNSExchange]] {
        var clients: [IPAddress: [DNSExchange]] = [:]
        for exchange in exchanges where wanted(exchange) { clients[exchange.client] = [] }
        if clients.isEmpty { return [] }
        for exchange in exchanges { clients[exchange.client]?.append(exchange) }
        return Array(clients.values)
    }

    /// A question asked this long before the end could have been answered.
    static let patience: Int64 = 5_000_000_000
}

/// A finding, or several of one kind, told from all exchanges; one file and one line in the list.
protocol DNSFinding: SendableMetatype {
    static var establishes: [FactID] { get }
    static func conclude(_ traffic: DNSTraffic, _ capture: CaptureContext) -> [Evidence]
}

/// Every finding of DNS, in the order in which they are listed.
let dnsFindings: [any DNSFinding.Type] = [
    DNSRetries.self, DNSWaits.self, DNSPairs.self, DNSCodes.self, DNSSearchList.self,
    DNSTruncation.self, DNSEDNS.self, DNSSerialised.self, DNSReverse.self, DNSFallback.self,
]
