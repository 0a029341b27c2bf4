import Glibc

/// A loopback port whose SYNs go unanswered: the queue of a listener that never accepts is full
/// (listen(2); Linux drops the SYN then).
final class SilentPort: Sendable {
    let port = FreePort.take()
    private let descriptors: [Int32]

    init() {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var all = [listener]
        withUnsafeBytes(of: &name) { bytes in
            let address = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            let size = socklen_t(bytes.count)
            precondition(bind(listener, address, size) == 0, "bind: errno \(errno)")
            listen(listener, 0)
            for _ in 0..<4 {
                let filler = socket(
                    AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
                _ = connect(filler, address, size)
                all.append(filler)
            }
        }
        descriptors = all
    }

    deinit { for descriptor in descriptors { close(descriptor) } }
}
