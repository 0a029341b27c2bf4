internal import Casebook
internal import Dissection

/// Turns what the servers said into findings; the definitions stand in casebook/findings.yaml.
struct DNSJudge {
    private let observed: DNSObservation
    let context: ProbeContext

    init(_ observed: DNSObservation, _ context: ProbeContext) {
        self.observed = observed
        self.context = context
    }

    var evidence: [Evidence] {
        [
            fails, firstNameserverDead, resolversDisagree, answerEmpty, negativeCached,
            truncatedTCPFails, ednsSizeFails, validationFails, slowLookup, searchMultiplies,
        ]
    }

    var resolvers: [ResolverView] { observed.resolvers }
    var authority: AuthoritativeView { observed.authority }
    /// Seconds until the next server is asked; `nil` where the search list has no say.
    var configuredTimeout: Int? { observed.timeout }
    var answering: [ResolverView] { resolvers.filter { !$0.plain.isSilent } }
    var name: DNSName { observed.name }

    /// The first server that answers decides, as it does for the C library.
    private var fails: Evidence {
        let id = "probe.dns.fails"
        guard let first = answering.first else {
            return context.evidence(
                id, .present, "none of \(resolvers.count) name servers answered for \(name)",
                count: resolvers.count)
        }
        if first.best.resolves {
            return context.evidence(id, .absent, "\(name) resolves to \(first.best.summary)")
        }
        if case .success(let list) = observed.application, !list.isEmpty {
            return context.evidence(
                id, .absent,
                "\(first.server): \(first.best.summary); yet the application gets "
                    + "\(texts(list)), from the hosts file or another source")
        }
        return context.evidence(
            id, .present, "\(first.server) on \(name): \(first.best.summary)", count: 1)
    }

    private var firstNameserverDead: Evidence {
        let id = "probe.dns.first-nameserver-dead"
        guard let first = resolvers.first else {
            return context.evidence(id, .unknown, "no name server is configured")
        }
        if !first.plain.isSilent {
            return context.evidence(id, .absent, "\(first.server), the first one, answers")
        }
        guard let living = answering.first else {
            return context.evidence(
                id, .unknown, "no name server answers, so the first one is no exception")
        }
        return context.evidence(
            id, .present,
            "\(first.server) gives no answer (\(first.plain.summary)), "
                + "\(living.server) does", count: resolvers.count - answering.count)
    }

    private var resolversDisagree: Evidence {
        let id = "probe.dns.resolvers-disagree"
        if let reason = authority.failure { return context.evidence(id, .unknown, reason) }
        let comparable = answering.filter { $0.best.resolves || $0.best.isNegative }
        guard !comparable.isEmpty else {
            return context.evidence(id, .unknown, "no resolver gave an answer to compare")
        }
        let truth = authority.addresses
        let different = comparable.filter { view in
            let given = view.addresses.filter { !isTranslated($0) }
            if !given.isSubset(of: truth) { return true }
            // Servers that hand out a part at a time are not contradicted by another part.
            return (authority.isStable || given.isEmpty) && given != truth
        }
        guard let first = different.first else {
            return context.evidence(
                id, .absent, "resolvers and authoritative servers give the same addresses")
        }
        return context.evidence(
            id, .present,
            "\(first.server) gives \(first.best.summary), the authoritative servers "
                + "\(texts(truth.sorted())); a CDN may do so on purpose", count: different.count)
    }

    /// Made up by DNS64 (RFC 6052 §2.1), not a contradiction.
    private func isTranslated(_ address: IPAddress) -> Bool {
        address.high == 0x0064_FF9B_0000_0000 && address.low >> 32 == 0
    }

    private var answerEmpty: Evidence {
        let id = "probe.dns.answer-empty"
        if let reason = authority.failure { return context.evidence(id, .unknown, reason) }
        let empty = authority.views.filter { view in
            let isEmpty = view.best.verdicts.allSatisfy {
                if case .empty = $0 { true } else { false }
            }
            return isEmpty && !view.best.verdicts.isEmpty
        }
        guard let first = empty.first else {
            return context.evidence(
                id, .absent, "the authoritative servers say: \(authority.views[0].best.summary)")
        }
        return context.evidence(
            id, .present, "\(first.server), authoritative, answers NOERROR without any address",
            count: empty.count)
    }

    private var negativeCached: Evidence {
        let id = "probe.dns.negative-cached"
        if let reason = authority.failure { return context.evidence(id, .unknown, reason) }
        guard !authority.addresses.isEmpty else {
            return context.evidence(id, .absent, "the authoritative servers have no record either")
        }
        guard !answering.isEmpty else {
            return context.evidence(id, .unknown, "no resolver answered")
        }
        let denying = answering.compactMap { view -> (ResolverView, UInt32)? in
            guard view.best.isNegative, let ttl = view.best.negativeTTL, ttl > 0 else {
                return nil
            }
            return (view, ttl)
        }
        guard let (view, ttl) = denying.first else {
            return context.evidence(id, .absent, "no resolver keeps a denial of the name")
        }
        return context.evidence(
            id, .present,
            "\(view.server) denies \(name) for another \(ttl) s; the authoritative "
                + "servers have it", count: denying.count,
            measure: .init(value: Double(ttl), unit: "s"))
    }

    private func texts(_ addresses: [IPAddress]) -> String {
        addresses.map(\.description).joined(separator: ", ")
    }
}
