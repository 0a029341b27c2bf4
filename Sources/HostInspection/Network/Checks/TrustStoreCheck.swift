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
        case .known(let store):
            let days = max(0, host.latest.time - store.modified) / 86_400_000_000_000
            let expired =
                store.expired.isEmpty
                ? "none expired"
                : "\(store.expired.count) expired: "
                    + store.expired.prefix(3).joined(separator: ", ")
            // Which roots the chain needs is for the chain to say.
            return [
                host.unknown(
                    id,
                    Obstacle(
                        .needsScope, "whether the chain's root is trusted",
                        "\(store.path) has \(store.certificates) roots (\(expired)), last changed "
                            + "\(days) days ago; compare with the server's chain"))
            ]
        }
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
