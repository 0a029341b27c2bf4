internal import COpenSSL

/// A session that can be offered again (`SSL_SESSION`).
@safe final class TLSSession: @unchecked Sendable {
    // Only read after it was made; OpenSSL counts its references atomically.
    private let pointer: OpaquePointer

    /// Takes the reference over.
    init?(owning pointer: OpaquePointer?) {
        guard let pointer = unsafe pointer else { return nil }
        unsafe self.pointer = pointer
    }

    deinit { unsafe SSL_SESSION_free(pointer) }

    /// OpenSSL ignores a session for which this is false, silently, when it is offered.
    var isResumable: Bool { unsafe SSL_SESSION_is_resumable(pointer) == 1 }

    var hasTicket: Bool { unsafe SSL_SESSION_has_ticket(pointer) == 1 }

    var identifier: [UInt8] {
        var count: UInt32 = 0
        guard let bytes = unsafe SSL_SESSION_get_id(pointer, &count) else { return [] }
        return unsafe [UInt8](UnsafeBufferPointer(start: bytes, count: Int(count)))
    }

    func offer(on connection: borrowing ConnectionHandle) -> Bool {
        unsafe SSL_set_session(connection.pointer, pointer) == 1
    }
}
