internal import COpenSSL
internal import Glibc

/// A certificate with its private key (`X509 *`, `EVP_PKEY *`), freed together.
@safe struct ServerCertificate: ~Copyable {
    fileprivate let certificate: OpaquePointer
    fileprivate let key: OpaquePointer

    fileprivate init(certificate: OpaquePointer, key: OpaquePointer) {
        unsafe (self.certificate, self.key) = unsafe (certificate, key)
    }

    deinit {
        unsafe X509_free(certificate)
        unsafe EVP_PKEY_free(key)
    }

    /// Makes a server present this certificate, and the authority that signed it be known.
    func install(in context: OpaquePointer) -> Bool {
        unsafe SSL_CTX_use_certificate(context, certificate) == 1
            && SSL_CTX_use_PrivateKey(context, key) == 1
    }

    /// Makes a server ask for a certificate of this authority and refuse who has none.
    func demandClients(in context: OpaquePointer) -> Bool {
        unsafe SSL_CTX_set_verify(
            context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
        return unsafe SSL_CTX_add_client_CA(context, certificate) == 1
    }

    /// Writes the certificate as PEM, for programs that are to trust it.
    func writePEM(to path: String) -> Bool {
        guard let file = unsafe BIO_new_file(path, "w") else { return false }
        defer { unsafe BIO_free(file) }
        return unsafe PEM_write_bio_X509(file, certificate) == 1
    }
}

/// A certificate authority that lives as long as this process and that nobody else knows.
struct LocalAuthority: ~Copyable {
    let root: ServerCertificate

    /// Seconds: checks run for minutes; a clock that is a day off still finds it valid.
    private static let day = 86_400

    /// - Returns: `nil` when OpenSSL refuses, which a build without EC keys would.
    init?() {
        guard
            let root = unsafe Self.make(
                name: "Inquest check-the-checker, valid for a day", extensions: Self.ofAuthority,
                signedBy: nil)
        else { return nil }
        self.root = root
    }

    /// - Parameter alternativeNames: as OpenSSL's configuration has them, `DNS:a,IP:127.0.0.1`.
    func issue(name: String, alternativeNames: String) -> ServerCertificate? {
        let extensions = [
            (NID_basic_constraints, "critical,CA:FALSE"),
            (NID_subject_alt_name, alternativeNames), (NID_ext_key_usage, "serverAuth"),
        ]
        return unsafe Self.make(
            name: name, extensions: extensions, signedBy: (root.certificate, root.key))
    }

    private static let ofAuthority: [(Int32, String)] = [
        (NID_basic_constraints, "critical,CA:TRUE"),
        (NID_key_usage, "critical,keyCertSign"), (NID_subject_key_identifier, "hash"),
    ]

    private static func make(
        name: String, extensions: [(Int32, String)],
        signedBy issuer: (certificate: OpaquePointer, key: OpaquePointer)?
    ) -> ServerCertificate? {
        guard let key = unsafe newKey() else { return nil }
        guard let certificate = unsafe X509_new() else {
            unsafe EVP_PKEY_free(key)
            return nil
        }
        let made = unsafe ServerCertificate(certificate: certificate, key: key)
        unsafe describe(certificate, name: name, key: key)
        let authority = unsafe issuer?.certificate ?? certificate
        guard
            unsafe X509_set_issuer_name(certificate, X509_get_subject_name(authority)) == 1,
            unsafe add(extensions, to: certificate, authority: authority),
            unsafe X509_sign(certificate, issuer?.key ?? key, EVP_sha256()) > 0
        else { return nil }
        return made
    }

    /// P-256, which every TLS library can verify.
    private static func newKey() -> OpaquePointer? {
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, "EC", nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard unsafe EVP_PKEY_keygen_init(context) == 1,
            unsafe EVP_PKEY_CTX_set_group_name(context, "P-256") == 1,
            unsafe EVP_PKEY_generate(context, &key) == 1
        else { return nil }
        return unsafe key
    }

    private static func describe(_ certificate: OpaquePointer, name: String, key: OpaquePointer) {
        unsafe X509_set_version(certificate, 2)
        // 63 random bits: positive (RFC 5280 section 4.1.2.2), and no two alike.
        let serial = UInt64.random(in: 1...UInt64(Int64.max))
        unsafe ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial)
        unsafe X509_gmtime_adj(X509_getm_notBefore(certificate), -day)
        unsafe X509_gmtime_adj(X509_getm_notAfter(certificate), day)
        unsafe X509_set_pubkey(certificate, key)
        let subject = unsafe X509_get_subject_name(certificate)
        unsafe X509_NAME_add_entry_by_txt(
            subject, "CN", MBSTRING_UTF8, Array(name.utf8), Int32(name.utf8.count), -1, 0)
    }

    private static func add(
        _ extensions: [(Int32, String)], to certificate: OpaquePointer, authority: OpaquePointer
    ) -> Bool {
        var context = unsafe X509V3_CTX()
        unsafe X509V3_set_ctx(&context, authority, certificate, nil, nil, 0)
        for (identifier, value) in extensions {
            guard let made = unsafe X509V3_EXT_conf_nid(nil, &context, identifier, value)
            else { return false }
            defer { unsafe X509_EXTENSION_free(made) }
            guard unsafe X509_add_ext(certificate, made, -1) == 1 else { return false }
        }
        return true
    }
}
