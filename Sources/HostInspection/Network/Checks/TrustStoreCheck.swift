internal import Casebook

/// Whether the service may fail to verify chains that others verify.
struct TrustStoreCheck: HostCheck {
    let name = "trust-store"
    let establishes: [FactID] = ["host.trust.old-store"]

    func run(_ host: HostContext) -> [Evidence] {
        let id = establishes[0]
        if let (program, library) = oldLibrary(host) {
            return [host.present(id, "\(program) uses \(library): OpenSSL before 1.1.0")]
        }
        switch host.latest.system.trustStore {
        case .unknown(let obstacle): return [host.unknown(id, obstacle)]
        case .known(let store): return [evidence(host, store)]
        }
    }

    /// Which root is needed only the chain can say.
    private func evidence(_ host: HostContext, _ store: TrustStore) -> Evidence {
        let id = establishes[0]
        guard let chain = host.scope.chain else {
            return host.unknown(id, Obstacle(.needsScope, "the server's chain", "--chain FILE"))
        }
        let days = max(0, host.latest.time - store.modified) / 86_400_000_000_000
        let place = "\(store.path) (\(store.certificates) roots, changed \(days) days ago)"
        switch chain.verdict(store.roots, at: host.latest.time / 1_000_000_000) {
        case .missing(let root):
            return host.present(id, "\(place) lacks the root that the chain needs: \(root)")
        case .expired(let root):
            return host.present(id, "\(place) holds only an expired root of that name: \(root)")
        case .trusted(let root):
            if let obstacle = otherStore(host) { return host.unknown(id, obstacle) }
            return host.absent(id, "\(place) holds the root that the chain needs: \(root)")
        }
    }

    /// Why the program in scope may not use the host's store; `nil`: it does, or none is in scope.
    private func otherStore(_ host: HostContext) -> Obstacle? {
        guard case .known(let service) = ServiceView.of(host) else { return nil }
        let subject = "which trust store the program uses"
        for process in service.processes {
            guard let detail = process.detail else { continue }
            switch detail.tlsLibraries {
            case .unknown(let obstacle): return obstacle
            case .known(let names):
                if names.contains(where: { $0.hasPrefix("libnss3.") }) {
                    return Obstacle(.unsupported, subject, "NSS keeps its own")
                }
                let usesHosts = names.contains { name in
                    ["libssl.", "libgnutls."].contains { name.hasPrefix($0) }
                }
                if usesHosts { return nil }
            }
        }
        return Obstacle(
            .unsupported, subject,
            "it maps neither OpenSSL nor GnuTLS; Java and others bring their own")
    }

    /// libssl 0.9.8 and 1.0 build the chain by the peer's order and stop at an expired root.
    private func oldLibrary(_ host: HostContext) -> (String, String)? {
        for process in host.latest.processes.value?.processes ?? [] {
            let old = process.detail?.tlsLibraries.value?.first { name in
                name.hasPrefix("libssl.so.0.") || name.hasPrefix("libssl.so.1.0")
            }
            if let old { return ("\(process.name) (pid \(process.pid))", old) }
        }
        return nil
    }
}
