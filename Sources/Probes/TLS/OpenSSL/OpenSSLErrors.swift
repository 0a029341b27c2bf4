internal import COpenSSL

/// The error queue belongs to the thread: emptied before a call, read right after it.
enum OpenSSLErrors {
    static func clear() { ERR_clear_error() }

    /// The reason of the oldest error, in OpenSSL's words; empties the queue.
    static func take() -> String {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0 else { return "no reason given" }
        guard let reason = unsafe ERR_reason_error_string(code) else { return "error \(code)" }
        return unsafe String(cString: reason)
    }
}
