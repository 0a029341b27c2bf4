import Foundation
import Glibc
import Synchronization

/// Ports below the kernel's range for outgoing connections, each handed out once a process, so
/// that tests beside each other do not meet.
enum FreePort {
    private static let next = Atomic<Int>(12_000 + Int.random(in: 0..<18_000))

    static func take() -> UInt16 {
        while true {
            let candidate = next.add(1, ordering: .relaxed).newValue
            let port = UInt16(10_240 + candidate % 22_000)
            if isFree(port) { return port }
        }
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, 4)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        } == 0
    }
}

/// Whether somebody listens on the TCP port, by the kernel's own table: asking it disturbs no
/// server.
func isListening(_ port: UInt16) -> Bool {
    let wanted = String(port, radix: 16, uppercase: true)
    let padded = ":" + String(repeating: "0", count: 4 - wanted.count) + wanted
    for file in ["/proc/net/tcp", "/proc/net/tcp6"] {
        guard let text = try? String(contentsOfFile: file, encoding: .ascii) else { continue }
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count > 3, words[1].hasSuffix(padded), words[3] == "0A" { return true }
        }
    }
    return false
}
