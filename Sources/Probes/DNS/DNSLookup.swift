internal import Dissection

/// What one server says of a name's addresses: both families asked, one after the other.
struct DNSLookup: Sendable {
    /// What an answer to A or AAAA comes to.
    enum Verdict: Hashable, Sendable {
        /// In the order of the answer.
        case addresses([IPAddress])
        /// NOERROR with a CNAME that leads to a name of which nothing is said.
        case alias(DNSName)
        /// NOERROR without an address (NODATA); the TTL of the SOA, if one came along.
        case empty(negativeTTL: UInt32?)
        case nameError(negativeTTL: UInt32?)
        /// SERVFAIL, REFUSED and the like.
        case failure(DNSResponseCode)
        case none(DNSExchange.Failure)
    }

    /// A, then AAAA; one of them alone when a family was chosen.
    var exchanges: [DNSExchange]

    var name: DNSName { exchanges[0].query.question.name }

    var verdicts: [Verdict] { exchanges.map(Self.verdict) }

    /// Of both families.
    var addresses: Set<IPAddress> {
        Set(
            verdicts.flatMap { verdict -> [IPAddress] in
                if case .addresses(let list) = verdict { list } else { [] }
            })
    }

    var resolves: Bool { !addresses.isEmpty }

    /// Some bytes of an answer came back, be it an error.
    var isAnswered: Bool { exchanges.contains { $0.answer != nil } }

    /// An answer came with TC: it is not whole.
    var isTruncated: Bool {
        exchanges.contains { $0.answer?.flags.contains(.truncated) == true }
    }

    /// Neither an answer nor a refusal to any of the questions.
    var isSilent: Bool { !exchanges.isEmpty && exchanges.allSatisfy { $0.answer == nil } }

    /// The server answered that there is no address, in either of the two ways.
    var isNegative: Bool {
        !verdicts.isEmpty
            && verdicts.allSatisfy {
                switch $0 {
                case .empty, .nameError: true
                default: false
                }
            }
    }

    var failed: DNSResponseCode? {
        verdicts.lazy.compactMap { if case .failure(let code) = $0 { code } else { nil } }.first
    }

    /// The longest time that a "no" will still be remembered, in seconds.
    var negativeTTL: UInt32? {
        verdicts.compactMap {
            switch $0 {
            case .empty(let ttl), .nameError(let ttl): ttl
            default: nil
            }
        }.max()
    }

    /// Where an alias leads of which the server says nothing more.
    var alias: DNSName? {
        verdicts.lazy.compactMap { if case .alias(let name) = $0 { name } else { nil } }.first
    }

    /// One line for a person.
    var summary: String {
        let list = addresses.sorted().map(\.description)
        if !list.isEmpty { return list.joined(separator: ", ") }
        return zip(exchanges, verdicts).map { "\($0.query.question.type): \(Self.text($1))" }
            .joined(separator: "; ")
    }

    private static func text(_ verdict: Verdict) -> String {
        switch verdict {
        case .addresses(let list): list.map(\.description).joined(separator: ", ")
        case .alias(let name): "alias of \(name)"
        case .empty: "no such record"
        case .nameError: "NXDOMAIN"
        case .failure(let code): code.description
        case .none(let failure): failure.description
        }
    }

    static func verdict(_ exchange: DNSExchange) -> Verdict {
        switch exchange.outcome {
        case .failure(let failure): .none(failure)
        case .success(let message): verdict(message, exchange.query.question)
        }
    }

    private static func verdict(
        _ message: DNSMessage, _ question: DNSMessage.Question
    ) -> Verdict {
        switch message.responseCode {
        case .noError: break
        case .nameError: return .nameError(negativeTTL: negativeTTL(message))
        default: return .failure(message.responseCode)
        }
        let last = endOfChain(message, from: question.name)
        let addresses = message.answers.compactMap { record -> IPAddress? in
            guard record.type == question.type, record.name == last,
                case .address(let address) = record.content
            else { return nil }
            return address
        }
        if !addresses.isEmpty { return .addresses(addresses) }
        let ttl = negativeTTL(message)
        return last == question.name || ttl != nil ? .empty(negativeTTL: ttl) : .alias(last)
    }

    /// Follows CNAMEs inside the answer; a ring ends after as many steps as there are records.
    private static func endOfChain(_ message: DNSMessage, from name: DNSName) -> DNSName {
        var name = name
        for _ in message.answers {
            let next = message.answers.lazy.compactMap { record -> DNSName? in
                guard record.type == .cname, record.name == name,
                    case .name(let target) = record.content
                else { return nil }
                return target
            }.first
            guard let next else { break }
            name = next
        }
        return name
    }

    /// RFC 2308 §5: the resolver counts the SOA's own TTL down, so it is what remains.
    private static func negativeTTL(_ message: DNSMessage) -> UInt32? {
        message.authorities.lazy.compactMap { record -> UInt32? in
            guard case .authority(let soa) = record.content else { return nil }
            return min(record.ttl, soa.minimum)
        }.first
    }
}

extension DNSClient {
    /// Asks for the addresses of `name`, of the families wanted.
    func lookUp(
        _ name: DNSName, _ shape: DNSQueryShape = DNSQueryShape(),
        over transport: DNSExchange.Transport = .udp
    ) -> DNSLookup {
        let types: [DNSType] =
            switch context.options.family {
            case .any: [.a, .aaaa]
            case .ipv4: [.a]
            case .ipv6: [.aaaa]
            }
        return DNSLookup(exchanges: types.map { ask(shape.query(name, $0), over: transport) })
    }
}

/// All of a query but its question.
struct DNSQueryShape: Hashable, Sendable {
    var recursionDesired = true
    var checkingDisabled = false
    /// Bytes announced by EDNS; `nil` sends none.
    var payloadSize: UInt16?
    /// Answers with signatures are larger.
    var dnssecOK = false

    func query(_ name: DNSName, _ type: DNSType) -> DNSQuery {
        DNSQuery(
            question: .init(name: name, type: type), id: UInt16.random(in: .min ... .max),
            recursionDesired: recursionDesired, checkingDisabled: checkingDisabled,
            edns: payloadSize.map { .init(payloadSize: $0, dnssecOK: dnssecOK) })
    }
}
