internal import Dissection

/// The certificates that a server sent in clear, TLS 1.2 and before; one for all flows that got the
/// same bytes.
final class CertificateChain: Sendable {
    let leaf: Certificate
    /// How many the server sent.
    let count: Int
    /// The first that ends, and the last that begins to be valid, of all that were read: seconds
    /// since 1970.
    let notAfter: Int64
    let notBefore: Int64
    /// Each is signed by the next, and the leaf does not stand alone where another signed it that is
    /// to be fetched.
    let isComplete: Bool
    /// No certificate stands elsewhere than behind the one that it directly certifies (RFC 5246
    /// §7.4.2).
    let isInOrder: Bool

    init?(_ message: CertificateMessage) {
        guard let leaf = message.certificates.first else { return nil }
        self.leaf = leaf
        count = message.count
        notAfter = message.certificates.map(\.notAfter).min() ?? leaf.notAfter
        notBefore = message.certificates.map(\.notBefore).max() ?? leaf.notBefore
        // Servers may send more than needed, in any order (RFC 8446 §4.4.2); what matters is that
        // the leaf's issuer is there.
        let others = message.certificates.dropFirst()
        isComplete =
            leaf.isSelfIssued || !leaf.namesIssuerLocation
            || others.contains { $0.subject == leaf.issuer }
        isInOrder = Self.isInOrder(message.certificates)
    }

    /// Certificates that are missing, or more than needed at the end, are no matter of order.
    private static func isInOrder(_ certificates: [Certificate]) -> Bool {
        for (place, certificate) in certificates.enumerated() where !certificate.isSelfIssued {
            let next = place + 1 < certificates.count ? certificates[place + 1] : nil
            if next?.subject == certificate.issuer { continue }
            if certificates.contains(where: { $0.subject == certificate.issuer }) { return false }
        }
        return true
    }
}

/// Every chain once: servers send the same to everybody, and reading one takes long.
struct CertificateChains {
    private var chains: [CertificateChain] = []
    private var numbers: [UInt64: Int16] = [:]
    private let seed = UInt64.random(in: .min ... .max)

    /// What hostile servers invent beyond is not read.
    private static let limit = 1 << 14

    subscript(number: Int16) -> CertificateChain? {
        number < 0 ? nil : chains[Int(number)]
    }

    /// The number of the chain in a Certificate message, or -1.
    mutating func number(of body: RawSpan) -> Int16 {
        let key = body.seededHash(0..<body.byteCount, seed: seed)
        if let number = numbers[key] { return number }
        guard numbers.count < Self.limit else { return -1 }
        guard let message = CertificateMessage(body: body), let chain = CertificateChain(message)
        else {
            numbers[key] = -1
            return -1
        }
        numbers[key] = Int16(chains.count)
        chains.append(chain)
        return Int16(chains.count - 1)
    }
}
