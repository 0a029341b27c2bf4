internal import Casebook
internal import Dissection

/// Questions and answers of DNS over UDP.
struct DNSAnalyzer: DatagramAnalyzer {
    static let establishes: [FactID] = dnsFindings.flatMap { $0.establishes }

    private struct Key: Hashable {
        var client: IPAddress
        var clientPort: UInt16
        var server: IPAddress
        var id: UInt16
    }

    private(set) var exchanges: [DNSExchange] = []
    /// The newest question of a key.
    private var open: [Key: Int] = [:]
    private var answers = 0
    private static let limit = 100_000

    mutating func visit(_ datagram: Datagram, _ bytes: RawSpan) {
        guard case .ip(17) = datagram.kind, let header = UDPHeader(bytes),
            header.sourcePort == 53 || header.destinationPort == 53,
            let message = try? DNSMessage(bytes.extracting(UDPHeader.size..<bytes.byteCount)),
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
            exchanges.append(DNSExchange(datagram, header, message, question))
        }
    }

    func conclude(_ capture: CaptureContext, _ flows: FlowNotes) -> [Evidence] {
        // A capture of one direction cannot tell what was answered.
        guard answers > 0 else { return [] }
        let traffic = DNSTraffic(exchanges: exchanges, end: capture.last, flows: flows)
        return dnsFindings.flatMap { $0.conclude(traffic, capture) }
    }
}

/// One question, and what became of it.
struct DNSExchange {
    let client: IPAddress
    let clientPort: UInt16
    let server: IPAddress
    let name: DNSName
    let type: DNSType
    let hasEDNS: Bool
    let packet: UInt32
    let time: Int64
    private(set) var answered: Int64?
    private(set) var code = DNSResponseCode.noError
    private(set) var isTruncated = false
    /// A and AAAA of the answer, the first ones.
    private(set) var addresses: [IPAddress] = []

    init(
        _ datagram: Datagram, _ header: UDPHeader, _ message: DNSMessage,
        _ question: DNSMessage.Question
    ) {
        client = datagram.source
        clientPort = header.sourcePort
        server = datagram.destination
        name = question.name
        type = question.type
        hasEDNS = message.edns != nil
        packet = datagram.number
        time = datagram.time
    }

    mutating func take(_ answer: DNSMessage, at time: Int64) {
        guard answered == nil else { return }
        answered = time
        code = answer.responseCode
        isTruncated = answer.flags.contains(.truncated)
        addresses = answer.answers.prefix(16).compactMap { record in
            if case .address(let address) = record.content { address } else { nil }
        }
    }

    /// Unanswered for so long after it was asked.
    func isSilent(until time: Int64) -> Bool { answered.map { $0 >= time } ?? true }
}

/// All exchanges of a capture, in the order of the questions.
struct DNSTraffic {
    let exchanges: [DNSExchange]
    let end: Int64
    let flows: FlowNotes

    struct Asker: Hashable {
        var client: IPAddress
        var name: DNSName
        var type: DNSType
    }

    /// By client, name and type, each in order of time.
    func byQuestion() -> [[DNSExchange]] {
        Dictionary(grouping: exchanges) {
            Asker(client: $0.client, name: $0.name, type: $0.type)
        }.values.sorted { ($0.first?.packet ?? 0) < ($1.first?.packet ?? 0) }
    }

    /// By client, each in order of time.
    func byClient() -> [[DNSExchange]] {
        Dictionary(grouping: exchanges, by: \.client).values.sorted {
            ($0.first?.packet ?? 0) < ($1.first?.packet ?? 0)
        }
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
    DNSRetries.self, DNSPairs.self, DNSCodes.self, DNSSearchList.self, DNSTruncation.self,
    DNSEDNS.self, DNSSerialised.self, DNSReverse.self, DNSFallback.self,
]
