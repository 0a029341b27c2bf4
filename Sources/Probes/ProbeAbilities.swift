internal import COpenSSL
internal import Glibc

/// What probes can do on this host, for this user.
public enum ProbeAbilities {
    /// "OpenSSL 3.0.19 27 Jan 2026", of the library that is loaded.
    public static var openSSL: String {
        unsafe OpenSSL_version(OPENSSL_VERSION).map { unsafe String(cString: $0) } ?? "OpenSSL"
    }

    /// Whether the kernel lets this process send packets that it made itself (CAP_NET_RAW), found
    /// out by asking.
    public static var maySendRaw: Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_RAW.rawValue), Int32(IPPROTO_ICMP))
        guard descriptor >= 0 else { return false }
        close(descriptor)
        return true
    }
}
