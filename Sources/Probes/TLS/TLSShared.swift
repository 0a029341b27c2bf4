internal import Synchronization

/// SSL contexts and trust stores of one run, made once each.
final class TLSShared: Sendable {
    private let contexts = Mutex<[TLSConfiguration: TLSContext]>([:])
    private static let mostContexts = 64
    private let stores = Mutex<[String: TrustStore]>([:])

    /// Made under the lock: the workers of a run begin at once, and would each make their own.
    func context(_ configuration: TLSConfiguration) throws(NetworkFailure) -> TLSContext {
        try contexts.withLock { table throws(NetworkFailure) in
            if let known = table[configuration] { return known }
            let made = try TLSContext(configuration)
            // Probes of suites make many that nobody asks for again.
            if table.count >= Self.mostContexts { table.removeAll() }
            table[configuration] = made
            return made
        }
    }

    /// - Parameter file: PEM; `nil` is the system's.
    func trustStore(_ file: String?) throws(NetworkFailure) -> TrustStore {
        try stores.withLock { table throws(NetworkFailure) in
            if let known = table[file ?? ""] { return known }
            let made = try TrustStore(file: file)
            table[file ?? ""] = made
            return made
        }
    }
}
