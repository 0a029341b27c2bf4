import Glibc
import Synchronization

/// One accepted connection of a `ScriptedServer`, blocking. Reads and writes give up after 30 s.
final class Peer: Sendable {
    let descriptor: Int32
    private let isClosed = Atomic<Bool>(false)

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    }

    /// What comes next; empty at the end, at an error and after 30 s.
    func read(atMost count: Int = 65_536) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(0, recv(descriptor, buffer.baseAddress!, count, 0))
        }
    }

    /// Reads until the client ends its side; returns all of it.
    @discardableResult
    func readToEnd() -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let bytes = read()
            if bytes.isEmpty { return all }
            all += bytes
        }
    }

    /// One TLS record, header included; shorter when the client ends first.
    func readRecord() -> [UInt8] {
        let header = read(exactly: 5)
        guard header.count == 5 else { return header }
        return header + read(exactly: Int(header[3]) << 8 | Int(header[4]))
    }

    func read(exactly count: Int) -> [UInt8] {
        var all: [UInt8] = []
        while all.count < count {
            let bytes = read(atMost: count - all.count)
            if bytes.isEmpty { break }
            all += bytes
        }
        return all
    }

    /// False once the client is gone.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// RST.
    func reset() {
        var choice = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &choice, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    func close() {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        Glibc.close(descriptor)
    }
}
