internal import Glibc

extension Connection {
    private static let noSignal = Int32(MSG_NOSIGNAL)

    /// Sends all of `bytes`.
    func send(_ bytes: [UInt8], by deadline: Deadline) throws(NetworkFailure) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    socket, buffer.baseAddress! + sent, buffer.count - sent, Self.noSignal)
            }
            let code = errno
            if count >= 0 {
                sent += count
                timeline.bytesSent += count
            } else if code == EAGAIN {
                try wait(for: Int32(POLLOUT), on: socket, until: deadline, context.cancellation)
            } else if code != EINTR {
                throw .from(errno: code, call: "send")
            }
        }
        context.log("sent \(bytes.count) bytes to \(remote)")
    }

    /// The next bytes; empty when the peer has closed (FIN).
    func receive(
        atMost limit: Int = 16 * 1024, by deadline: Deadline
    ) throws(NetworkFailure) -> [UInt8] {
        guard timeline.bytesReceived < receiveLimit else { throw .tooMuch(limit: receiveLimit) }
        let most = min(limit, receiveLimit - timeline.bytesReceived)
        while true {
            var failure: Int32 = 0
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: most) { buffer, filled in
                let count = unsafe recv(socket, buffer.baseAddress!, most, 0)
                failure = count < 0 ? errno : 0
                filled = max(0, count)
            }
            if failure == 0 {
                timeline.bytesReceived += bytes.count
                return bytes
            }
            if failure == EAGAIN {
                try wait(for: Int32(POLLIN), on: socket, until: deadline, context.cancellation)
            } else if failure != EINTR {
                throw .from(errno: failure, call: "recv")
            }
        }
    }

    /// Sends FIN and goes on reading.
    func finishSending() {
        _ = shutdown(socket, Int32(SHUT_WR))
        context.log("sent FIN to \(remote)")
    }

    /// Reads and drops what comes until the peer closes; gives up quietly at the deadline.
    func drain(by deadline: Deadline) {
        while let bytes = try? receive(by: deadline), !bytes.isEmpty {}
    }
}
