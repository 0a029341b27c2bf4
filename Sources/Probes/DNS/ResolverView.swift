internal import Dissection

/// What one name server shows of a name when it is asked in several ways.
struct ResolverView: Sendable {
    var server: SocketAddress
    /// Without EDNS, as the C library asks unless told otherwise.
    var plain: DNSLookup
    /// Names asked for until one was known, as the search list says.
    var tried = 1
    /// With EDNS and 1232 bytes, the size that DNS Flag Day 2020 agreed on.
    var small: DNSLookup?
    /// With EDNS, 4096 bytes and signatures.
    var large: DNSLookup?
    /// With CD, when the plain question met SERVFAIL.
    var unchecked: DNSLookup?
    /// Over TCP: what was truncated, else the plain question.
    var stream: DNSLookup?

    static let smallSize: UInt16 = 1232
    static let largeSize: UInt16 = 4096

    /// Asks for `name`, or for the first of `candidates` that the server knows, as the C library
    /// does.
    static func ask(
        _ candidates: [DNSName], _ client: DNSClient, recursive: Bool = true
    ) -> ResolverView {
        var shape = DNSQueryShape(recursionDesired: recursive)
        var plain = client.lookUp(candidates[0], shape)
        var tried = 1
        for next in candidates.dropFirst() where plain.isNegative {
            tried += 1
            let found = client.lookUp(next, shape)
            // When nobody knows any of them, the name as it was written is the one to speak of.
            let isShorter = next.labels.count < plain.name.labels.count
            if !found.isNegative || isShorter { plain = found }
        }
        let name = plain.name
        var view = ResolverView(server: client.server, plain: plain, tried: tried)
        guard !plain.isSilent, !client.context.cancellation.isCancelled else { return view }
        if plain.failed == .serverFailure, recursive {
            shape.checkingDisabled = true
            view.unchecked = client.lookUp(name, shape)
            shape.checkingDisabled = false
        }
        shape.payloadSize = smallSize
        view.small = insist(client, name, shape)
        shape.payloadSize = largeSize
        shape.dnssecOK = true
        view.large = insist(client, name, shape)
        view.stream = client.lookUp(
            name, DNSQueryShape(recursionDesired: recursive), over: .tcp)
        return view
    }

    /// Asks once more when nothing came, so that loss is not taken for a size that fails.
    private static func insist(
        _ client: DNSClient, _ name: DNSName, _ shape: DNSQueryShape
    ) -> DNSLookup {
        let first = client.lookUp(name, shape)
        guard first.exchanges.contains(where: \.isUnanswered) else { return first }
        return client.lookUp(name, shape)
    }

    /// What a client that does as it should gets: over TCP what UDP cut off.
    var best: DNSLookup {
        guard plain.isTruncated, let stream, stream.isAnswered else { return plain }
        return stream
    }

    /// All that was answered in full; answers that rotate add up.
    var addresses: Set<IPAddress> {
        full.reduce(into: best.addresses) { $0.formUnion($1.addresses) }
    }

    /// Asked several times, it gave the same addresses.
    var isStable: Bool { full.allSatisfy { !$0.resolves || $0.addresses == best.addresses } }

    private var full: [DNSLookup] {
        [plain, small, large].compactMap(\.self).filter { !$0.isTruncated }
    }

    /// An answer over UDP came with TC.
    var isTruncated: Bool { [plain, small, large].contains { $0?.isTruncated == true } }

    /// An answer claims authority (AA).
    var isAuthoritative: Bool {
        plain.exchanges.contains { $0.answer?.flags.contains(.authoritative) == true }
    }

    /// The smallest size announced by EDNS to which the server is silent, though it answers without.
    var silentSize: UInt16? {
        guard !plain.exchanges.contains(where: \.isUnanswered) else { return nil }
        let failing = [small, large].compactMap(\.self).first { lookup in
            lookup.exchanges.contains(where: \.isUnanswered)
        }
        return failing?.exchanges.first?.query.edns?.payloadSize
    }
}
