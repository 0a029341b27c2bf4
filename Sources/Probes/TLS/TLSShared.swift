internal import Synchronization

/// SSL contexts and trust stores of one run, made once each.
final class TLSShared: Sendable {
    private let contexts = Mutex<[TLSConfiguration: TLSContext]>([:])
    private static let mostContexts = 64
    private let stores = Mutex<[String: TrustStore]>([:])

    func context(_ configuration: TLSConfiguration) throws(NetworkFailure) -> TLSContext {
        if let known = contexts.withLock({ $0[configuration] }) { return known }
        let made = try TLSContext(configuration)
        contexts.withLock {
            // Probes of suites make many that nobody asks for again.
            if $0.count >= Self.mostContexts { $0.removeAll() }
            $0[configuration] = made
        }
        return made
    }

    /// - Parameter file: PEM; `nil` is the system's.
    func trustStore(_ file: String?) throws(NetworkFailure) -> TrustStore {
        if let known = stores.withLock({ $0[file ?? ""] }) { return known }
        let made = try TrustStore(file: file)
        stores.withLock { $0[file ?? ""] = made }
        return made
    }
}
