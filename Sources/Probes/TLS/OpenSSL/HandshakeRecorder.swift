internal import COpenSSL
internal import Glibc

/// What OpenSSL's callbacks report of one connection. OpenSSL holds it unretained; the owner of
/// the `SSL` keeps it alive.
final class HandshakeRecorder {
    private(set) var messages: [TLSMessage] = []
    /// The last ClientHello that was sent, handshake header included.
    private(set) var clientHello: [UInt8] = []
    private(set) var serverHello: [UInt8] = []
    /// Bytes of the CertificateRequest, handshake header included; zero when none came.
    private(set) var certificateRequestLength = 0
    /// The number of the fatal alert that the peer sent.
    private(set) var alert: UInt8?
    private(set) var sentCloseNotify = false
    private(set) var receivedCloseNotify = false
    /// Bytes of content of the padding extension; `nil` leaves the extension out.
    var padding: Int?
    var keyLog: KeyLog?

    private static let mostMessages = 200

    func note(_ message: TLSMessage, _ bytes: UnsafeRawBufferPointer) {
        if messages.count < Self.mostMessages { messages.append(message) }
        switch message.kind {
        case .handshake(1) where message.isOurs: unsafe clientHello = [UInt8](bytes)
        case .handshake(2) where !message.isOurs && bytes.count < 16_384:
            unsafe serverHello = [UInt8](bytes)
        case .handshake(13) where !message.isOurs: certificateRequestLength = bytes.count
        case .alert(_, 0) where message.isOurs: sentCloseNotify = true
        case .alert(_, 0): receivedCloseNotify = true
        case .alert(let level, let number) where !message.isOurs && isFatal(level, number):
            alert = number
        default: break
        }
    }

    /// In TLS 1.3 every alert but close_notify and user_canceled is, whatever its level says
    /// (RFC 8446 §6).
    private func isFatal(_ level: UInt8, _ number: UInt8) -> Bool {
        level == 2 || (number != 90 && HelloFacts(serverHello)?.chosenVersion == .tls13)
    }

    private static func of(_ pointer: UnsafeMutableRawPointer?) -> HandshakeRecorder? {
        unsafe pointer.map {
            unsafe Unmanaged<HandshakeRecorder>.fromOpaque($0).takeUnretainedValue()
        }
    }

    private static func of(_ ssl: OpaquePointer?) -> HandshakeRecorder? {
        unsafe ssl.flatMap { unsafe of(SSL_get_ex_data($0, 0)) }
    }

    typealias MessageCallback =
        @convention(c) (
            Int32, Int32, Int32, UnsafeRawPointer?, Int, OpaquePointer?, UnsafeMutableRawPointer?
        ) -> Void

    static let callback: MessageCallback = { isOurs, _, type, bytes, count, _, argument in
        guard let recorder = unsafe HandshakeRecorder.of(argument), let bytes = unsafe bytes else {
            return
        }
        let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
        guard let kind = unsafe TLSMessage.Kind(type: type, buffer) else { return }
        unsafe recorder.note(
            TLSMessage(isOurs: isOurs == 1, kind: kind, length: count, time: .now), buffer)
    }

    static let keyLog: @convention(c) (OpaquePointer?, UnsafePointer<CChar>?) -> Void = {
        ssl, line in
        guard let line = unsafe line else { return }
        unsafe HandshakeRecorder.of(ssl)?.keyLog?.append(String(cString: line))
    }

    typealias AddExtension =
        @convention(c) (
            OpaquePointer?, UInt32, UInt32, UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
            UnsafeMutablePointer<Int>?, OpaquePointer?, Int, UnsafeMutablePointer<Int32>?,
            UnsafeMutableRawPointer?
        ) -> Int32

    static let addPadding: AddExtension = { ssl, _, _, out, count, _, _, _, _ in
        guard let padding = unsafe HandshakeRecorder.of(ssl)?.padding, let out = unsafe out,
            let count = unsafe count, let zeros = unsafe calloc(max(1, padding), 1)
        else { return 0 }
        unsafe out.pointee = UnsafePointer(zeros.assumingMemoryBound(to: UInt8.self))
        unsafe count.pointee = padding
        return 1
    }

    typealias FreeExtension =
        @convention(c) (
            OpaquePointer?, UInt32, UInt32, UnsafePointer<UInt8>?, UnsafeMutableRawPointer?
        ) -> Void

    static let freePadding: FreeExtension = { _, _, _, bytes, _ in
        unsafe free(UnsafeMutableRawPointer(mutating: bytes))
    }
}
