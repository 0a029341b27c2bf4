/// Bytes to and from a peer, over plain TCP or over TLS: protocols spoken on top need not know.
protocol ByteChannel: AnyObject {
    /// The TCP connection below, with timeline and socket options.
    var connection: Connection { get }
    func send(_ bytes: [UInt8], by deadline: Deadline) throws(NetworkFailure)
    /// The next bytes; empty when the peer has ended its side.
    func receive(atMost limit: Int, by deadline: Deadline) throws(NetworkFailure) -> [UInt8]
    /// Says goodbye as the protocol wants it, waits a moment for the peer's, and closes.
    func closePolitely(by deadline: Deadline)
}

extension Connection: ByteChannel {
    var connection: Connection { self }

    /// FIN, the peer's rest read and dropped, close: no RST even when bytes were still under way.
    func closePolitely(by deadline: Deadline) {
        guard isOpen else { return }
        finishSending()
        drain(by: deadline)
        close()
    }
}
