internal import Glibc

/// Secrets in the format of NSS key logs, appended to a file that only its owner may read.
final class KeyLog: Sendable {
    private let file: Descriptor

    init(path: String) throws(NetworkFailure) {
        let opened = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        let code = errno
        guard opened >= 0 else { throw .local(call: "open \(path)", errno: code) }
        file = Descriptor(owning: opened)
    }

    /// One write(2) a line, so that lines of several threads do not mix.
    func append(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        unsafe _ = write(file.number, bytes, bytes.count)
    }
}
