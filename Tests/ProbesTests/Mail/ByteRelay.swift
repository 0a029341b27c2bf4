import Glibc

/// Copies bytes between an accepted connection and a loopback port until either ends: behind a
/// scripted preamble speaks a real TLS server.
func relayBytes(_ peer: Peer, to port: UInt16) {
    guard let upstream = Peer.connecting(to: port) else { return }
    defer { upstream.close() }
    let ends = [peer, upstream]
    while true {
        var polled = ends.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        guard poll(&polled, 2, 20_000) > 0 else { return }
        for index in 0..<2 where polled[index].revents != 0 {
            let bytes = ends[index].read()
            guard !bytes.isEmpty, ends[1 - index].write(bytes) else { return }
        }
    }
}

extension Peer {
    /// A line with its end; empty at the end of the connection.
    func readLine() -> String {
        var line: [UInt8] = []
        while line.last != 0x0A {
            let byte = read(exactly: 1)
            if byte.isEmpty { return "" }
            line += byte
        }
        return String(decoding: line, as: UTF8.self)
    }
}
