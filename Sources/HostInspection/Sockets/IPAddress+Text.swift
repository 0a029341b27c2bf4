internal import Glibc

extension IPAddress {
    /// Dotted IPv4, or IPv6 without brackets and without a zone.
    public init?(text: some StringProtocol) {
        let text = String(text)
        var bytes4 = in_addr()
        if unsafe inet_pton(AF_INET, text, &bytes4) == 1 {
            self.init(ipv4: UInt32(bigEndian: bytes4.s_addr))
            return
        }
        var bytes6 = in6_addr()
        guard unsafe inet_pton(AF_INET6, text, &bytes6) == 1 else { return nil }
        let words = unsafe withUnsafeBytes(of: bytes6) { raw in
            (0..<2).map {
                unsafe UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self))
            }
        }
        self.init(high: words[0], low: words[1])
    }
}
