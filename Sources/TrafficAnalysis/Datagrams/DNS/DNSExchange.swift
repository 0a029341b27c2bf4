internal import Dissection

/// One question, and what became of it.
struct DNSExchange {
    enum Transport: String { case udp, tcp }

    let transport: Transport
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
    /// After a truncated answer: the packet of the same question over TCP; of that question: the
    /// packet of the one that was answered in part.
    var counterpart: UInt32?

    /// Who asks whom, and where the question was seen.
    struct Origin {
        var transport: Transport
        var client: IPAddress
        var clientPort: UInt16
        var server: IPAddress
        var packet: UInt32
        var time: Int64
    }

    init(_ origin: Origin, _ message: DNSMessage, _ question: DNSMessage.Question) {
        transport = origin.transport
        client = origin.client
        clientPort = origin.clientPort
        server = origin.server
        name = question.name
        type = question.type
        hasEDNS = message.edns != nil
        packet = origin.packet
        time = origin.time
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
