internal import Glibc

/// Reads age and expired roots of the bundle that OpenSSL and GnuTLS use here.
struct TrustStoreReader {
    let reader: HostReader

    /// Debian, Fedora, SUSE, Alpine and the BSD-like.
    private static let bundles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ]
    private static let limit = 16 << 20

    func store() -> Observed<TrustStore> {
        for path in Self.bundles {
            switch reader.text(path, limit: Self.limit) {
            case .known(let text): return store(path, text)
            case .unknown(let obstacle):
                if obstacle.reason != .missing { return .unknown(obstacle) }
            }
        }
        return .unknown(Obstacle(.missing, "a bundle of trusted roots below /etc"))
    }

    private func store(_ path: String, _ text: String) -> Observed<TrustStore> {
        var status = stat()
        guard unsafe stat(reader.path(path), &status) == 0 else {
            return .unknown(Obstacle(errno: errno, path))
        }
        let now = Int64(time(nil))
        let roots = PEMCertificates.all(in: text)
        let expired = roots.filter { $0.isExpired(at: now) }
        var store = TrustStore(
            path: path, modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000,
            certificates: roots.count, expired: expired.prefix(32).map(\.subject))
        store.roots = roots
        return .known(store)
    }
}
