/// The certificates that a server sends (`openssl s_client -showcerts`), leaf first.
public struct ServerChain: Hashable, Sendable {
    let certificates: [CertificateSummary]

    /// Largest file that is a chain, in bytes.
    public static let sizeLimit = 1 << 20
    /// Certificates that are followed from the leaf.
    private static let mostSteps = 32

    /// - Parameter pem: RFC 7468; anything between the certificates is passed over.
    /// - Returns: `nil` when it holds no certificate that can be read.
    public init?(pem: String) {
        certificates = PEMCertificates.all(in: pem)
        if certificates.isEmpty { return nil }
    }

    /// What a store says of the chain.
    enum Verdict: Hashable {
        case trusted(root: String)
        /// A root of the name is there, and past its date.
        case expired(root: String)
        /// The store has none of the name that the chain ends in.
        case missing(root: String)
    }

    /// Goes from the leaf to the first issuer that the store holds, as OpenSSL does since 1.1.0
    /// (X509_V_FLAG_TRUSTED_FIRST).
    ///
    /// - Parameter time: seconds since 1970.
    func verdict(_ roots: [CertificateSummary], at time: Int64) -> Verdict {
        var expired: String?
        var last = certificates[0]
        for _ in 0..<Self.mostSteps {
            let named = roots.filter { $0.subjectKey == last.issuerKey }
            if named.contains(where: { !$0.isExpired(at: time) }) {
                return .trusted(root: last.issuer)
            }
            if !named.isEmpty { expired = last.issuer }
            let next = certificates.first { [last] certificate in
                certificate.subjectKey == last.issuerKey && certificate != last
            }
            guard let next, last.subjectKey != last.issuerKey else { break }
            last = next
        }
        return expired.map(Verdict.expired) ?? .missing(root: last.issuer)
    }
}
