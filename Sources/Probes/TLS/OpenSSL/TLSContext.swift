internal import COpenSSL

/// An `SSL_CTX`, freed when it goes out of scope.
@safe struct ContextHandle: ~Copyable {
    let pointer: OpaquePointer

    init?() {
        guard let made = unsafe SSL_CTX_new(TLS_client_method()) else { return nil }
        unsafe pointer = made
    }

    deinit { unsafe SSL_CTX_free(pointer) }
}

/// What connections of one configuration share. No trust store: chains are judged afterwards.
final class TLSContext: @unchecked Sendable {
    // SSL_new counts references atomically; nothing else is done after `init`.
    private let handle: ContextHandle
    let keyLog: KeyLog?

    /// GREASE (RFC 8701): an extension that every server has to ignore. OpenSSL keeps the padding
    /// extension (RFC 7685) to itself.
    private static let paddingType: UInt32 = 0x1A1A

    init(_ configuration: TLSConfiguration) throws(NetworkFailure) {
        guard let handle = ContextHandle() else { throw .tls(OpenSSLErrors.take()) }
        self.handle = handle
        keyLog = try configuration.keyLogFile.map { path throws(NetworkFailure) in
            try KeyLog(path: path)
        }
        let context = unsafe self.handle.pointer
        OpenSSLErrors.clear()
        try unsafe Self.setVersions(context, configuration)
        try unsafe Self.setLists(context, configuration)
        try unsafe Self.setClientCertificate(context, configuration)
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
        unsafe copenssl_SSL_CTX_disable_session_cache(context)
        unsafe copenssl_SSL_CTX_set_mode(context, Int(SSL_MODE_RELEASE_BUFFERS))
        unsafe SSL_CTX_set_options(context, copenssl_SSL_OP_for_asking())
        if !configuration.offersTickets {
            unsafe SSL_CTX_set_options(context, copenssl_SSL_OP_NO_TICKET())
        }
        unsafe SSL_CTX_set_msg_callback(context, HandshakeRecorder.callback)
        if keyLog != nil { unsafe SSL_CTX_set_keylog_callback(context, HandshakeRecorder.keyLog) }
        unsafe SSL_CTX_add_custom_ext(
            context, Self.paddingType, UInt32(SSL_EXT_CLIENT_HELLO), HandshakeRecorder.addPadding,
            HandshakeRecorder.freePadding, nil, nil, nil)
    }

    /// A new `SSL`, to be owned by the caller.
    func makeConnection() throws(NetworkFailure) -> ConnectionHandle {
        OpenSSLErrors.clear()
        guard let made = unsafe ConnectionHandle(SSL_new(handle.pointer)) else {
            throw .tls(OpenSSLErrors.take())
        }
        return made
    }

    private static func setVersions(
        _ context: OpaquePointer, _ configuration: TLSConfiguration
    ) throws(NetworkFailure) {
        if configuration.allowsLegacy { unsafe SSL_CTX_set_security_level(context, 0) }
        if let lowest = configuration.lowest {
            guard
                unsafe copenssl_SSL_CTX_set_min_proto_version(context, Int32(lowest.rawValue)) == 1
            else { throw .tls("\(lowest.name) is not built into this OpenSSL") }
        }
        if let highest = configuration.highest {
            guard
                unsafe copenssl_SSL_CTX_set_max_proto_version(context, Int32(highest.rawValue)) == 1
            else { throw .tls("\(highest.name) is not built into this OpenSSL") }
        }
    }

    private static func setLists(
        _ context: OpaquePointer, _ configuration: TLSConfiguration
    ) throws(NetworkFailure) {
        let everything = configuration.allowsLegacy ? "ALL:COMPLEMENTOFALL:@SECLEVEL=0" : nil
        if let list = configuration.ciphers ?? everything {
            guard unsafe SSL_CTX_set_cipher_list(context, list) == 1 else {
                throw .tls("no suite in “\(list)”: \(OpenSSLErrors.take())")
            }
        }
        if let list = configuration.ciphersuites {
            guard unsafe SSL_CTX_set_ciphersuites(context, list) == 1 else {
                throw .tls("no suite of TLS 1.3 in “\(list)”: \(OpenSSLErrors.take())")
            }
        }
        if let list = configuration.groups {
            guard unsafe copenssl_SSL_CTX_set1_groups_list(context, list) == 1 else {
                throw .tls("no list of groups: “\(list)”: \(OpenSSLErrors.take())")
            }
        }
        guard !configuration.applicationProtocols.isEmpty else { return }
        let wire = configuration.applicationProtocols.flatMap { name in
            [UInt8(clamping: name.utf8.count)] + name.utf8.prefix(255)
        }
        // Zero is success here, other than everywhere else.
        guard unsafe SSL_CTX_set_alpn_protos(context, wire, UInt32(wire.count)) == 0 else {
            throw .tls("the protocols of ALPN have 1 to 255 bytes each")
        }
    }

    private static func setClientCertificate(
        _ context: OpaquePointer, _ configuration: TLSConfiguration
    ) throws(NetworkFailure) {
        guard let file = configuration.clientCertificateFile else { return }
        let key = configuration.clientKeyFile ?? file
        guard unsafe SSL_CTX_use_certificate_chain_file(context, file) == 1 else {
            throw .tls("client certificate \(file): \(OpenSSLErrors.take())")
        }
        guard unsafe SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1,
            unsafe SSL_CTX_check_private_key(context) == 1
        else { throw .tls("client key \(key): \(OpenSSLErrors.take())") }
    }
}
