internal import COpenSSL

/// TLS over a connection that is already open, so that a protocol may have spoken before it
/// (STARTTLS). Bytes go through memory: what is sent in which segment, when a byte came and how
/// the connection ends is in our hands. Used by one thread.
final class TLSConnection: ByteChannel {
    let connection: Connection
    // Freed before the recorder that its callbacks point to.
    let handle: ConnectionHandle
    let recorder = HandshakeRecorder()
    /// When the ClientHello had been handed to the kernel.
    private(set) var helloSent: MonotonicInstant?
    /// When the first bytes of the answer came.
    private(set) var firstAnswer: MonotonicInstant?
    /// How the peer ended its side; `nil` while it is open.
    private(set) var peerEnding: Ending?
    private(set) var isEstablished = false
    private let hello: HelloShape

    enum Ending: Hashable, Sendable { case closeNotify, fin, reset }

    /// How the ClientHello is made and sent.
    struct HelloShape {
        /// Bytes of the message, its header included, to be reached by padding.
        var size: Int?
        /// The first segment has this many bytes, the rest follows after `pause` seconds.
        var splitAfter: Int?
        var pause = 0.1
    }

    /// - Parameter name: for SNI; `nil` sends none.
    init(
        over connection: Connection, _ configuration: TLSConfiguration, name: String?,
        session: TLSSession? = nil, hello: HelloShape = HelloShape()
    ) throws(NetworkFailure) {
        self.connection = connection
        self.hello = hello
        let context = try connection.context.shared.tls.context(configuration)
        if let size = hello.size {
            recorder.padding = try TLSConnection.padding(
                toReach: size, context, name: name, configuration)
        }
        handle = try context.makeConnection()
        recorder.keyLog = context.keyLog
        let raw = unsafe Unmanaged.passUnretained(recorder).toOpaque()
        unsafe SSL_set_ex_data(handle.pointer, 0, raw)
        unsafe copenssl_SSL_set_msg_callback_arg(handle.pointer, raw)
        if let name { unsafe _ = copenssl_SSL_set_tlsext_host_name(handle.pointer, name) }
        if configuration.asksForStaple { unsafe copenssl_SSL_request_ocsp_staple(handle.pointer) }
        if let session {
            OpenSSLErrors.clear()
            guard session.offer(on: handle) else { throw .tls(OpenSSLErrors.take()) }
        }
    }

    /// Speaks the handshake to its end. The messages become stages of the timeline, `tls.NAME`,
    /// each from the message before it.
    func handshake(by deadline: Deadline) throws(NetworkFailure) {
        connection.context.announce("tls handshake \(connection.remote)")
        let begin = MonotonicInstant.now
        defer { recordStages(from: begin) }
        while true {
            OpenSSLErrors.clear()
            let result = unsafe SSL_do_handshake(handle.pointer)
            let error = handle.error(of: result)
            let reason = result == 1 || error == SSL_ERROR_WANT_READ ? "" : OpenSSLErrors.take()
            try flush(by: deadline)
            if result == 1 { break }
            guard error == SSL_ERROR_WANT_READ else {
                throw recorder.alert.map { .alert($0) } ?? .tls(reason)
            }
            try fill(by: deadline)
        }
        isEstablished = true
    }

    func send(_ bytes: [UInt8], by deadline: Deadline) throws(NetworkFailure) {
        guard !bytes.isEmpty else { return }
        OpenSSLErrors.clear()
        let result = unsafe SSL_write(handle.pointer, bytes, Int32(bytes.count))
        let reason = result > 0 ? "" : OpenSSLErrors.take()
        try flush(by: deadline)
        guard result > 0 else { throw .tls(reason) }
    }

    /// The next bytes; empty when the peer has ended its side: `peerEnding` says how.
    func receive(
        atMost limit: Int = 16 * 1024, by deadline: Deadline
    ) throws(NetworkFailure) -> [UInt8] {
        while true {
            var result: Int32 = 0
            OpenSSLErrors.clear()
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
                result = unsafe SSL_read(handle.pointer, buffer.baseAddress, Int32(limit))
                filled = Int(max(0, result))
            }
            if result > 0 { return bytes }
            let error = handle.error(of: result)
            let reason = OpenSSLErrors.take()
            try flush(by: deadline)
            if error == SSL_ERROR_ZERO_RETURN {
                peerEnding = .closeNotify
                return []
            }
            guard error == SSL_ERROR_WANT_READ else {
                throw recorder.alert.map { .alert($0) } ?? .tls(reason)
            }
            if peerEnding != nil { return [] }
            do throws(NetworkFailure) {
                try fill(by: deadline)
            } catch  where error == .closed {
                return []
            }
        }
    }

    /// Sends what OpenSSL has made. When the peer has reset, what it said before is read first:
    /// an alert says more than the reset.
    private func flush(by deadline: Deadline) throws(NetworkFailure) {
        let output = handle.takeOutput()
        guard !output.isEmpty else { return }
        do throws(NetworkFailure) {
            try sendShaped(output, by: deadline)
        } catch {
            guard error == .reset, let last = try? connection.receive(by: .after(seconds: 0)),
                !last.isEmpty
            else { throw error }
            handle.feed(last)
            unsafe SSL_do_handshake(handle.pointer)
            OpenSSLErrors.clear()
            throw recorder.alert.map { .alert($0) } ?? error
        }
    }

    private func sendShaped(_ output: [UInt8], by deadline: Deadline) throws(NetworkFailure) {
        defer { if helloSent == nil { helloSent = .now } }
        guard helloSent == nil, let split = hello.splitAfter, split < output.count else {
            return try connection.send(output, by: deadline)
        }
        try connection.send(Array(output[..<split]), by: deadline)
        try sleep(until: deadline.within(seconds: hello.pause), connection.context.cancellation)
        try connection.send(Array(output[split...]), by: deadline)
    }

    /// Waits for bytes and hands them to OpenSSL.
    private func fill(by deadline: Deadline) throws(NetworkFailure) {
        let bytes: [UInt8]
        do throws(NetworkFailure) {
            bytes = try connection.receive(by: deadline)
        } catch {
            if error == .reset { peerEnding = .reset }
            throw error
        }
        guard !bytes.isEmpty else {
            peerEnding = .fin
            throw .closed
        }
        if firstAnswer == nil {
            firstAnswer = .now
            // ContentType (RFC 8446 §5.1): change_cipher_spec 20 to application_data 23.
            guard (20...23).contains(bytes[0]), bytes.count < 2 || bytes[1] == 3 else {
                throw .notTLS(Array(bytes.prefix(64)))
            }
        }
        handle.feed(bytes)
    }

    private func recordStages(from begin: MonotonicInstant) {
        var last = begin
        for message in recorder.messages {
            connection.timeline.add(
                "tls.\(message.name)", from: last, to: message.time,
                detail: "\(message.isOurs ? "sent" : "received"), \(message.length) bytes")
            last = message.time
        }
    }
}
