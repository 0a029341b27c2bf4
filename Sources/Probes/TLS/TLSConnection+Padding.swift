internal import COpenSSL

extension TLSConnection {
    /// Type and length of an extension (RFC 8446 §4.2).
    private static let extensionHeader = 4

    /// Content of the padding extension that makes the ClientHello as long as asked: a hello made
    /// for nobody shows how long it is without. `nil` where it is too long already, or too long by
    /// less than the header of an extension.
    static func padding(
        toReach size: Int, _ context: TLSContext, name: String?, _ configuration: TLSConfiguration
    ) throws(NetworkFailure) -> Int? {
        let trial = try context.makeConnection()
        let recorder = HandshakeRecorder()
        let raw = unsafe Unmanaged.passUnretained(recorder).toOpaque()
        unsafe SSL_set_ex_data(trial.pointer, 0, raw)
        unsafe copenssl_SSL_set_msg_callback_arg(trial.pointer, raw)
        if let name { unsafe _ = copenssl_SSL_set_tlsext_host_name(trial.pointer, name) }
        if configuration.asksForStaple { unsafe copenssl_SSL_request_ocsp_staple(trial.pointer) }
        OpenSSLErrors.clear()
        unsafe SSL_do_handshake(trial.pointer)
        OpenSSLErrors.clear()
        let missing = withExtendedLifetime(recorder) { size - recorder.clientHello.count }
        return missing >= extensionHeader ? missing - extensionHeader : nil
    }
}
