import Foundation
import Glibc

/// Answers UDP datagrams on 127.0.0.1 until it goes.
final class DatagramServer: Sendable {
    let port: UInt16
    private let descriptor: Int32

    init(port wanted: UInt16? = nil, _ answer: @escaping @Sendable ([UInt8]) -> [UInt8]?) {
        port = wanted ?? FreePort.take()
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let bound = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        precondition(bound == 0, "bind: errno \(errno)")
        let listening = descriptor
        Thread {
            // Closed by the thread that reads, so that its number is nobody else's meanwhile.
            defer { close(listening) }
            var buffer = [UInt8](repeating: 0, count: 2048)
            while true {
                var client = sockaddr_storage()
                var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
                let count = withUnsafeMutablePointer(to: &client) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        recvfrom(listening, &buffer, 2048, 0, $0, &length)
                    }
                }
                // shutdown(2) wakes a socket that waits with nothing.
                if count <= 0 { return }
                guard let bytes = answer(Array(buffer.prefix(count))) else { continue }
                _ = withUnsafePointer(to: &client) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        sendto(listening, bytes, bytes.count, 0, $0, length)
                    }
                }
            }
        }.start()
    }

    deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
