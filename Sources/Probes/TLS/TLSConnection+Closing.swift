internal import COpenSSL

/// How we end a TLS connection.
enum TLSClosing: String, CaseIterable, Sendable {
    /// close_notify, FIN, the peer's answer awaited.
    case closeNotify = "close_notify"
    case finOnly = "FIN only"
    case reset = "RST"
}

extension TLSConnection {
    func closePolitely(by deadline: Deadline) { close(.closeNotify, by: deadline) }

    /// Ends the connection. OpenSSL is told that all is well in every mode: it would otherwise
    /// mark the session as not resumable, and every server would look as if it refused.
    func close(_ closing: TLSClosing, by deadline: Deadline) {
        guard connection.isOpen else { return }
        let wasOpen = peerEnding != .reset && isEstablished
        if closing != .closeNotify || !wasOpen { unsafe SSL_set_quiet_shutdown(handle.pointer, 1) }
        OpenSSLErrors.clear()
        unsafe SSL_shutdown(handle.pointer)
        OpenSSLErrors.clear()
        if closing == .closeNotify {
            let output = handle.takeOutput()
            if !output.isEmpty { try? connection.send(output, by: deadline) }
        }
        if closing == .reset { return connection.close(reset: true) }
        connection.finishSending()
        awaitEnding(by: deadline.within(seconds: 1))
        connection.close()
    }

    /// Reads until the peer has ended its side too, for its close_notify and against a RST of ours.
    private func awaitEnding(by deadline: Deadline) {
        while peerEnding == nil || peerEnding == .closeNotify {
            guard let bytes = try? connection.receive(by: deadline) else { return }
            if bytes.isEmpty { return noteEnding() }
            handle.feed(bytes)
            noteEnding()
        }
    }

    /// Bytes read at once of what nobody wants; a record holds no more (RFC 8446 §5.1).
    private static let dropped = 16 * 1024

    private func noteEnding() {
        OpenSSLErrors.clear()
        unsafe withUnsafeTemporaryAllocation(byteCount: Self.dropped, alignment: 1) { buffer in
            while unsafe SSL_read(handle.pointer, buffer.baseAddress, Int32(buffer.count)) > 0 {}
        }
        OpenSSLErrors.clear()
    }
}
