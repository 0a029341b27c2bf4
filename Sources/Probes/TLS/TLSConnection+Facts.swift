internal import COpenSSL

extension TLSConnection {
    /// The version that the ServerHello names, whether it suits us or not.
    var version: TLSOptions.Version? { serverHello?.chosenVersion }

    /// IANA's name of the suite.
    var cipherSuite: String? {
        guard let cipher = unsafe SSL_get_current_cipher(handle.pointer),
            let name = unsafe SSL_CIPHER_standard_name(cipher)
        else { return nil }
        return unsafe String(cString: name)
    }

    /// OpenSSL's name of the suite.
    var libraryCipherSuite: String? {
        guard let cipher = unsafe SSL_get_current_cipher(handle.pointer),
            let name = unsafe SSL_CIPHER_get_name(cipher)
        else { return nil }
        return unsafe String(cString: name)
    }

    /// What ALPN settled on; `nil` when the server chose nothing.
    var applicationProtocol: String? {
        var bytes: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(handle.pointer, &bytes, &count)
        guard count > 0, let bytes = unsafe bytes else { return nil }
        return unsafe String(
            decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
    }

    /// The group of the key exchange, OpenSSL's name.
    var group: String? {
        // OpenSSL 3.0 reads the session unseen, and without a ClientHello there is none.
        guard unsafe SSL_get_session(handle.pointer) != nil else { return nil }
        let number = unsafe copenssl_SSL_get_negotiated_group(handle.pointer)
        guard number > 0, let name = unsafe OBJ_nid2sn(number) else { return nil }
        return unsafe String(cString: name)
    }

    var isResumed: Bool { unsafe SSL_session_reused(handle.pointer) == 1 }

    var clientHello: HelloFacts? { HelloFacts(recorder.clientHello) }
    var serverHello: HelloFacts? { HelloFacts(recorder.serverHello) }

    /// Whether the server asked for a client's certificate.
    var wantsClientCertificate: Bool { recorder.certificateRequestLength > 0 }

    /// Nanoseconds from the ClientHello to the first bytes of the answer.
    var answerDelay: Int64? {
        guard let helloSent, let firstAnswer else { return nil }
        return firstAnswer - helloSent
    }

    /// `Csxkn…`: a letter a message, ours in capitals.
    var history: String { String(recorder.messages.map(\.letter)) }

    /// What the server presented, leaf first; at most 32.
    var peerCertificates: [Certificate] {
        guard let stack = unsafe SSL_get_peer_cert_chain(handle.pointer) else { return [] }
        let count = unsafe copenssl_sk_X509_num(stack)
        return (0..<min(count, 32)).compactMap { index in
            unsafe Certificate(copenssl_sk_X509_value(stack, index))
        }
    }

    /// Bytes of the stapled OCSP response; `nil` when none came.
    var stapleLength: Int? {
        var bytes: UnsafePointer<UInt8>?
        let count = unsafe copenssl_SSL_get_ocsp_staple(handle.pointer, &bytes)
        return count > 0 ? count : nil
    }

    /// The newest session. In TLS 1.2 a resumption may bring a new ticket, in TLS 1.3 tickets come
    /// after the handshake: ask after reading.
    var session: TLSSession? { unsafe TLSSession(owning: SSL_get1_session(handle.pointer)) }

    /// Reads until a ticket of TLS 1.3 has come, data came, or the deadline passed.
    func awaitTicket(by deadline: Deadline) {
        guard version == .tls13 else { return }
        func hasTicket() -> Bool {
            recorder.messages.contains { !$0.isOurs && $0.kind == .handshake(4) }
        }
        // A ticket is no data, so `receive` goes on waiting behind it: short waits, until one is
        // there.
        while !hasTicket(), !deadline.hasPassed, peerEnding == nil {
            do throws(NetworkFailure) {
                let bytes = try receive(atMost: 1, by: deadline.within(seconds: 0.02))
                if !bytes.isEmpty { return }
            } catch {
                if error != .timedOut { return }
            }
        }
    }
}
