internal import COpenSSL

/// Roots that are trusted (`X509_STORE`), read once.
@safe final class TrustStore: @unchecked Sendable {
    // Only read after `init`; OpenSSL locks it by itself.
    private let pointer: OpaquePointer

    /// - Parameter file: PEM; `nil` is where this OpenSSL keeps the system's roots.
    init(file: String?) throws(NetworkFailure) {
        OpenSSLErrors.clear()
        guard let made = unsafe X509_STORE_new() else { throw .tls(OpenSSLErrors.take()) }
        let loaded =
            if let file {
                unsafe X509_STORE_load_file(made, file)
            } else {
                unsafe Self.addSystemRoots(to: made)
            }
        guard loaded == 1 else {
            unsafe X509_STORE_free(made)
            throw .tls("trust store \(file ?? "of the system"): \(OpenSSLErrors.take())")
        }
        unsafe pointer = made
    }

    deinit { unsafe X509_STORE_free(pointer) }

    /// The file and the folder of hashed names that OpenSSL looks into, or SSL_CERT_FILE and
    /// SSL_CERT_DIR. Not X509_STORE_set_default_paths(3): since OpenSSL 3.0 that also reads the
    /// whole folder again for each issuer that is not there.
    private static func addSystemRoots(to store: OpaquePointer) -> Int32 {
        guard let file = unsafe X509_STORE_add_lookup(store, X509_LOOKUP_file()),
            let folder = unsafe X509_STORE_add_lookup(store, X509_LOOKUP_hash_dir())
        else { return 0 }
        // A host may have only one of them.
        let kind = Int(X509_FILETYPE_DEFAULT)
        unsafe X509_LOOKUP_ctrl(file, X509_L_FILE_LOAD, nil, kind, nil)
        unsafe X509_LOOKUP_ctrl(folder, X509_L_ADD_DIR, nil, kind, nil)
        OpenSSLErrors.clear()
        return 1
    }

    struct Verdict: Hashable, Sendable {
        /// X509_V_OK, or the first error met.
        var code: Int32
        var words: String
        /// The path that was built, leaf first.
        var path: [Certificate]

        var isTrusted: Bool { code == X509_V_OK }

        /// The path is complete up to a self-signed certificate that is not in the store.
        var endsInUntrustedRoot: Bool {
            code == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT
                || code == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN
        }

        /// The issuer of the last certificate of the path is not to be had.
        var lacksIssuer: Bool {
            [
                X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
                X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
            ].contains(code)
        }
    }

    /// Builds a path from the leaf with the help of `others` (RFC 5280 §6).
    ///
    /// - Parameter time: seconds since 1970; `nil` leaves validity periods out.
    func verify(_ leaf: Certificate, with others: [Certificate], at time: Int64?) -> Verdict {
        defer { OpenSSLErrors.clear() }
        guard let target = CertificateHandle(leaf.der),
            let stack = unsafe copenssl_sk_X509_new(), let run = unsafe X509_STORE_CTX_new()
        else { return Verdict(code: X509_V_ERR_OUT_OF_MEM, words: "out of memory", path: []) }
        defer {
            unsafe X509_STORE_CTX_free(run)
            unsafe copenssl_sk_X509_pop_free(stack)
        }
        for other in others {
            guard let handle = CertificateHandle(other.der) else { continue }
            unsafe _ = copenssl_sk_X509_push(stack, handle.shared())
        }
        unsafe X509_STORE_CTX_init(run, pointer, target.pointer, stack)
        unsafe X509_STORE_CTX_set_default(run, "ssl_server")
        let parameters = unsafe X509_STORE_CTX_get0_param(run)
        if let time {
            unsafe X509_VERIFY_PARAM_set_time(parameters, Int(time))
        } else {
            unsafe _ = X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_NO_CHECK_TIME))
        }
        unsafe X509_verify_cert(run)
        return unsafe Self.verdict(of: run)
    }

    private static func verdict(of run: OpaquePointer) -> Verdict {
        let code = unsafe X509_STORE_CTX_get_error(run)
        let path = unsafe X509_STORE_CTX_get0_chain(run)
        let count = unsafe path.map { unsafe copenssl_sk_X509_num($0) } ?? 0
        return unsafe Verdict(
            code: code, words: String(cString: X509_verify_cert_error_string(Int(code))),
            path: (0..<count).compactMap { index in
                unsafe Certificate(copenssl_sk_X509_value(path, index))
            })
    }
}
