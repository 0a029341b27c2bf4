internal import Casebook

/// Whether the presented certificates are fit: validity, name, path to a root.
enum ChainJudge {
    static let findings: [FactID] = [
        "probe.tls.leaf-expired", "probe.tls.leaf-not-yet-valid", "probe.tls.name-mismatch",
        "probe.tls.chain-incomplete",
        "probe.tls.root-untrusted", "probe.tls.chain-carries-expired",
    ]

    /// Issuers fetched for one chain.
    static let mostFetches = 4

    /// The path from the leaf, as far as it goes.
    enum Path: Hashable, Sendable {
        /// Ends in a trusted root.
        case trusted
        /// Ends in a self-signed certificate that is not trusted; its subject.
        case untrustedRoot(String)
        /// The issuers that were missing, fetched from where the certificates say, complete it.
        case completedByIssuers([String])
        /// No issuer to be had: why.
        case broken(String)
    }

    struct View: Sendable {
        var leaf: Certificate?
        var presented: [Certificate] = []
        var path: Path = .broken("no certificate came")
        /// With validity periods, and only certificates in force; looked at where some are not.
        var isTrustedWithoutExpired = false
        var time: Int64
        var expectedName: String
        /// The target is an address and no name was asked for.
        var isAddressOnly: Bool
        var reason: String

        init(_ attempt: TLSAttempt, _ context: ProbeContext) {
            time = (context.options.referenceTime ?? wallClock()) / 1_000_000_000
            expectedName = context.expectedName
            isAddressOnly = context.options.tls.serverName == .host && context.serverName == nil
            reason = attempt.summary
            presented = attempt.certificates
            leaf = presented.first
            guard let leaf else { return }
            let others = Array(presented.dropFirst())
            do throws(NetworkFailure) {
                let store = try context.shared.tls.trustStore(context.options.tls.trustFile)
                path = ChainJudge.path(leaf, others, store, context)
                let current = others.filter { !$0.isExpired(at: time) }
                // Only an expired extra makes anybody ask.
                if current.count < others.count {
                    isTrustedWithoutExpired = store.verify(leaf, with: current, at: time).isTrusted
                }
            } catch {
                path = .broken("\(error)")
            }
        }
    }

    /// Validity periods are left out here: an expired leaf may have a complete path.
    private static func path(
        _ leaf: Certificate, _ others: [Certificate], _ store: TrustStore, _ context: ProbeContext
    ) -> Path {
        var known = others
        var fetched: [String] = []
        while true {
            let verdict = store.verify(leaf, with: known, at: nil)
            if verdict.isTrusted {
                return fetched.isEmpty ? .trusted : .completedByIssuers(fetched)
            }
            guard let top = verdict.path.last else { return .broken(verdict.words) }
            if verdict.endsInUntrustedRoot { return .untrustedRoot(top.subject) }
            guard verdict.lacksIssuer else { return .broken(verdict.words) }
            guard fetched.count < mostFetches else {
                return .broken("too many issuers are missing")
            }
            guard let url = top.issuerURLs.first(where: { $0.hasPrefix("http://") }) else {
                return .broken(
                    "\(verdict.words); \(printable(top.subject.utf8)) does not say where its issuer is"
                )
            }
            guard context.options.tls.fetchesIssuers else {
                return .broken("\(verdict.words); issuers are not to be fetched")
            }
            switch IssuerFetch.certificate(at: url, context) {
            case .success(let issuer):
                guard !known.contains(issuer) else { return .broken(verdict.words) }
                known.append(issuer)
                fetched.append(issuer.subject)
            case .failure(let reason): return .broken("\(verdict.words); \(reason.text)")
            }
        }
    }
}

extension ChainJudge.View {
    func judge(_ id: FactID) -> Judgement? {
        guard ChainJudge.findings.contains(id) else { return nil }
        guard let leaf else { return .unknown("no certificate came: \(reason)") }
        return switch id {
        case "probe.tls.leaf-expired": expiry(leaf)
        case "probe.tls.leaf-not-yet-valid": beginning(leaf)
        case "probe.tls.name-mismatch": name(leaf)
        case "probe.tls.chain-incomplete": completeness
        case "probe.tls.root-untrusted": trust
        default: expiredExtras
        }
    }

    var summary: String {
        switch path {
        case .trusted: "trusted"
        case .untrustedRoot(let root): "ends in an untrusted root: \(root)"
        case .completedByIssuers(let issuers):
            "incomplete; these were fetched: \(issuers.joined(separator: ", "))"
        case .broken(let reason): reason
        }
    }

    private func expiry(_ leaf: Certificate) -> Judgement {
        guard leaf.isExpired(at: time) else {
            return .absent("the leaf is valid until \(dateText(leaf.notAfter))")
        }
        return .present(
            "the leaf expired at \(dateText(leaf.notAfter))",
            .init(value: Double(time - leaf.notAfter), unit: "s"))
    }

    private func beginning(_ leaf: Certificate) -> Judgement {
        guard leaf.notBefore > time else {
            return .absent("the leaf is valid since \(dateText(leaf.notBefore))")
        }
        return .present(
            "the leaf is valid from \(dateText(leaf.notBefore)) on",
            .init(value: Double(leaf.notBefore - time), unit: "s"))
    }

    private func name(_ leaf: Certificate) -> Judgement {
        let wanted = printable(expectedName.utf8, atMost: 253)
        if leaf.covers(expectedName) { return .absent("the leaf covers \(wanted)") }
        // A common name is no name to a client: RFC 9525, section 2.
        let names =
            leaf.alternativeNames.isEmpty
            ? "no name: it has no subjectAltName"
            : printable(leaf.alternativeNames.joined(separator: ", ").utf8, atMost: 200)
        guard !isAddressOnly else {
            return .unknown(
                "asked by address; the leaf is for \(names); --sni NAME gives the name that counts")
        }
        return .present("no name of the leaf covers \(wanted); it is for \(names)")
    }

    private var completeness: Judgement {
        switch path {
        case .trusted: .absent("the presented certificates lead to a trusted root")
        case .untrustedRoot(let root):
            .absent("the chain is complete; its root is not trusted: \(printable(root.utf8))")
        case .completedByIssuers(let issuers):
            .present(
                "not presented, and completes the path: "
                    + printable(issuers.joined(separator: ", ").utf8, atMost: 200))
        case .broken(let reason): .unknown(reason)
        }
    }

    private var trust: Judgement {
        switch path {
        case .trusted: .absent("the chain ends in a trusted root")
        case .completedByIssuers: .absent("with the missing issuer the path ends in a trusted root")
        case .untrustedRoot(let root):
            .present("the chain ends in a root that is not trusted: \(printable(root.utf8))")
        case .broken(let reason): .unknown(reason)
        }
    }

    private var expiredExtras: Judgement {
        guard let old = presented.dropFirst().first(where: { $0.isExpired(at: time) }) else {
            return .absent("nothing behind the leaf has expired")
        }
        let text = "\(printable(old.subject.utf8)) expired at \(dateText(old.notAfter))"
        return isTrustedWithoutExpired
            ? .present("\(text); a valid path exists without it")
            : .absent("\(text), and no valid path exists without it")
    }
}
