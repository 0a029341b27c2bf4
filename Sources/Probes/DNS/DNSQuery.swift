internal import Dissection

/// A question to a name server (RFC 1035 §4.1, RFC 6891 §6.1).
struct DNSQuery: Equatable, Sendable {
    var question: DNSMessage.Question
    /// Chosen at random for each exchange, so that answers to others are told apart.
    var id: UInt16
    /// Off when an authoritative server is asked.
    var recursionDesired = true
    /// CD: answer even when validation fails.
    var checkingDisabled = false
    /// `nil` sends no OPT record: answers then have 512 bytes at most.
    var edns: DNSMessage.EDNS?

    /// The message for UDP; TCP puts its length in two bytes before it.
    var bytes: [UInt8] {
        var flags: DNSFlags = []
        if recursionDesired { flags.insert(.recursionDesired) }
        if checkingDisabled { flags.insert(.checkingDisabled) }
        var bytes = word(id) + word(flags.rawValue) + word(1) + word(0) + word(0)
        bytes += word(edns == nil ? 0 : 1)
        bytes += question.name.wire + word(question.type.rawValue) + word(question.recordClass)
        guard let edns else { return bytes }
        // Root name, type OPT, size as class, TTL: extended code 0, version, DO; no options.
        bytes += [0] + word(DNSType.opt.rawValue) + word(edns.payloadSize)
        bytes += [0, edns.version] + word(edns.dnssecOK ? 0x8000 : 0) + word(0)
        return bytes
    }

    /// The answer belongs to this query: same id, a response, and the same question, as far as one
    /// is repeated (RFC 5452 §9.1; servers that cannot read a query leave the question out).
    func isAnswered(by message: DNSMessage) -> Bool {
        message.id == id && message.flags.contains(.response)
            && (message.questions == [question] || message.questions.isEmpty)
    }

    private func word(_ value: UInt16) -> [UInt8] {
        [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)]
    }
}

extension DNSQuery: CustomStringConvertible {
    /// `A www.example.test +edns=4096 +do +cd`, with dig's words.
    var description: String {
        var words = ["\(question.type) \(question.name)"]
        if let edns { words.append("+edns=\(edns.payloadSize)") }
        if edns?.dnssecOK == true { words.append("+do") }
        if checkingDisabled { words.append("+cd") }
        if !recursionDesired { words.append("+norecurse") }
        return words.joined(separator: " ")
    }
}
