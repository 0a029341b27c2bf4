internal import CSocketDiagnostics
internal import Glibc

/// Reads the TCP sockets of this thread's network namespace by sock_diag(7).
enum SocketDiagnostics {
    /// INET_DIAG_INFO and INET_DIAG_SKMEMINFO, as bits of `idiag_ext`.
    private static let extensions: UInt8 = 1 << 1 | 1 << 6
    private static let messageSize = 72

    /// - Parameter expected: how many there may be, so that the array need not grow.
    static func table(expected: Int) throws(Obstacle) -> SocketTable {
        let netlink = try NetlinkSocket(family: NETLINK_SOCK_DIAG, name: "sock_diag")
        var table = SocketTable()
        table.sockets.reserveCapacity(expected)
        var malformed = 0
        for family in [AF_INET, AF_INET6] {
            var request = [UInt8](repeating: 0, count: 56)
            request[0] = UInt8(family)
            request[1] = UInt8(IPPROTO_TCP)
            request[2] = extensions
            // Every state: bits 1 to 12, in the byte order of the machine.
            let states = UInt32(0x1FFE)
            unsafe withUnsafeBytes(of: states) { states in
                for index in 0..<4 { unsafe request[4 + index] = states[index] }
            }
            table.changedWhileRead =
                try netlink.dump(type: UInt16(SOCK_DIAG_BY_FAMILY), request: request) { message in
                    guard let socket = socket(message) else {
                        malformed += 1
                        return
                    }
                    table.sockets.append(socket)
                } || table.changedWhileRead
        }
        guard malformed == 0 else {
            throw Obstacle(.malformed, "sock_diag", "\(malformed) messages")
        }
        return table
    }

    /// `struct inet_diag_msg` and its attributes; `nil` when it is too short or of an unknown
    /// state.
    static func socket(_ message: RawSpan) -> Socket? {
        guard message.byteCount >= messageSize, let state = TCPState(rawValue: message.byte(1))
        else { return nil }
        var socket = Socket()
        socket.isIPv6 = Int32(message.byte(0)) == AF_INET6
        socket.state = state
        socket.timer = SocketTimer(rawValue: message.byte(2)) ?? .none
        socket.backoff = message.byte(3)
        socket.local = SocketAddress(
            address: message.address(8, isIPv6: socket.isIPv6),
            port: UInt16(bigEndian: message.short(4)))
        socket.remote = SocketAddress(
            address: message.address(24, isIPv6: socket.isIPv6),
            port: UInt16(bigEndian: message.short(6)))
        socket.cookie = UInt64(message.word(44)) | UInt64(message.word(48)) << 32
        socket.timerExpires = message.word(52)
        socket.receiveQueue = message.word(56)
        socket.sendQueue = message.word(60)
        socket.userID = message.word(64)
        socket.inode = message.word(68)
        message.forEachAttribute(from: messageSize) { type, value in
            switch Int(type) {
            case 2: read(info: value, into: &socket)
            case 7 where value.byteCount >= 12:  // SK_MEMINFO_RMEM_ALLOC, …_WMEM_ALLOC
                socket.receiveMemory = value.word(0)
                socket.sendMemory = value.word(8)
            default: break
            }
        }
        return socket
    }

    /// `struct tcp_info` grows with the kernel; what an old one lacks stays 0 and is marked.
    private static func read(info: RawSpan, into socket: inout Socket) {
        // Before a connection is made its ages count from the boot.
        guard info.byteCount >= 104, ![.listen, .synSent, .close].contains(socket.state) else {
            return
        }
        socket.hasInfo = true
        socket.backoff = max(socket.backoff, info.byte(4))
        socket.lastSent = info.word(44)
        socket.lastReceived = info.word(52)
        socket.lastACK = info.word(56)
        socket.roundTrip = info.word(68)
        socket.retransmitted = info.word(100)
        guard info.byteCount >= 144 else { return }
        socket.hasBytesReceived = true
        socket.bytesACKed = info.long(120)
        socket.bytesReceived = info.long(128)
        socket.segmentsOut = info.word(136)
        socket.segmentsIn = info.word(140)
        guard info.byteCount >= 208 else { return }
        socket.hasBytesSent = true
        socket.bytesSent = info.long(200)
    }
}
