internal import COpenSSL

/// An `SSL` with two memory BIOs, freed when it goes out of scope.
@safe struct ConnectionHandle: ~Copyable {
    let pointer: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer

    init?(_ made: OpaquePointer?) {
        guard let made = unsafe made else { return nil }
        guard let incoming = unsafe BIO_new(BIO_s_mem()), let outgoing = unsafe BIO_new(BIO_s_mem())
        else {
            unsafe SSL_free(made)
            return nil
        }
        // An empty BIO means "not yet": we see the peer's FIN ourselves, and OpenSSL, which would
        // spoil the session for it, does not.
        unsafe copenssl_BIO_never_ends(incoming)
        unsafe SSL_set_bio(made, incoming, outgoing)
        unsafe SSL_set_connect_state(made)
        unsafe pointer = made
        unsafe self.incoming = incoming
        unsafe self.outgoing = outgoing
    }

    /// Frees the BIOs too.
    deinit { unsafe SSL_free(pointer) }

    /// Hands over what came from the network.
    borrowing func feed(_ bytes: [UInt8]) {
        unsafe BIO_write(incoming, bytes, Int32(bytes.count))
    }

    /// Takes what is to be sent.
    borrowing func takeOutput() -> [UInt8] {
        let waiting = unsafe BIO_ctrl_pending(outgoing)
        guard waiting > 0 else { return [] }
        return unsafe [UInt8](unsafeUninitializedCapacity: waiting) { buffer, filled in
            filled = Int(max(0, unsafe BIO_read(outgoing, buffer.baseAddress, Int32(waiting))))
        }
    }

    /// SSL_ERROR_… of a call that returned `result`.
    borrowing func error(of result: Int32) -> Int32 { unsafe SSL_get_error(pointer, result) }
}
