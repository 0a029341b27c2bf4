internal import COpenSSL
internal import Glibc

/// A TLS server's configuration (`SSL_CTX *`).
@safe final class ServerContext {
    private let handle: OpaquePointer
    /// Whether a client that does not speak TLS is refused.
    let isOnlyTLS: Bool

    init?(
        certificate: borrowing ServerCertificate, isOnlyTLS: Bool
    ) {
        guard let made = unsafe SSL_CTX_new(TLS_server_method()) else { return nil }
        unsafe handle = made
        self.isOnlyTLS = isOnlyTLS
        guard unsafe certificate.install(in: made) else { return nil }
    }

    /// Refuses clients without a certificate of this authority from now on.
    func demandClients(of authority: borrowing ServerCertificate) -> Bool {
        unsafe authority.demandClients(in: handle)
    }

    deinit { unsafe SSL_CTX_free(handle) }

    /// The server's side of a connection.
    func accept(_ descriptor: Int32) -> ServerStream? { unsafe ServerStream(handle, descriptor) }
}

/// The server's side of one TLS connection (`SSL *`) over a non-blocking socket.
@safe final class ServerStream {
    private let handle: OpaquePointer

    fileprivate init?(_ context: OpaquePointer, _ descriptor: Int32) {
        guard let made = unsafe SSL_new(context) else { return nil }
        unsafe handle = made
        guard unsafe SSL_set_fd(made, descriptor) == 1 else { return nil }
        unsafe SSL_set_accept_state(made)
    }

    deinit { unsafe SSL_free(handle) }

    /// - Returns: no bytes when it is done.
    func handshake() -> CheckRead { attempt { unsafe SSL_do_handshake(handle) } ?? .bytes([]) }

    /// Reads what is there, at most `limit` bytes.
    func read(limit: Int) -> CheckRead {
        var bytes = [UInt8](repeating: 0, count: limit)
        var count: Int32 = 0
        let trouble = attempt {
            count = unsafe SSL_read(handle, &bytes, Int32(limit))
            return count
        }
        return trouble ?? .bytes(Array(bytes[..<Int(count)]))
    }

    func write(_ bytes: [UInt8]) {
        _ = attempt { unsafe SSL_write(handle, bytes, Int32(bytes.count)) }
    }

    func sendCloseNotify() { _ = attempt { unsafe SSL_shutdown(handle) } }

    /// - Returns: `nil` when the call succeeded.
    private func attempt(_ call: () -> Int32) -> CheckRead? {
        ERR_clear_error()
        errno = 0
        let status = call()
        let code = errno
        if status > 0 { return nil }
        switch unsafe SSL_get_error(handle, status) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wait
        case SSL_ERROR_ZERO_RETURN: return .closed(.notify)
        case SSL_ERROR_SYSCALL: return .closed(code == 0 ? .fin : .rst)
        default:
            // OpenSSL 3 calls a FIN without close_notify an error of TLS.
            let reason = ERR_GET_REASON(ERR_peek_error())
            return reason == SSL_R_UNEXPECTED_EOF_WHILE_READING ? .closed(.fin) : .refused
        }
    }
}
