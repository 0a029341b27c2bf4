/// Reads the TCP sockets from /proc/net/tcp and tcp6 (Documentation/networking/proc_net_tcp.rst):
/// slower, without ages and bytes, but always there.
enum ProcNetTCP {
    /// 100 in every Linux (USER_HZ), so a tick has 10 ms.
    private static let millisecondsPerTick: UInt32 = 10

    /// - Parameter expected: how many there may be, so that the array need not grow.
    static func table(
        _ reader: HostReader, reason: Obstacle, expected: Int
    ) throws(Obstacle) -> SocketTable {
        var table = SocketTable(source: .procfs, fallbackReason: reason)
        table.sockets.reserveCapacity(expected)
        let first = read(reader.network("tcp"), isIPv6: false, into: &table)
        let second = read(reader.network("tcp6"), isIPv6: true, into: &table)
        if let obstacle = first { throw obstacle }
        // A host without IPv6 has no tcp6.
        if let obstacle = second, obstacle.reason != .missing { throw obstacle }
        return table
    }

    private static func read(
        _ path: String, isIPv6: Bool, into table: inout SocketTable
    ) -> Obstacle? {
        var number = 0
        var malformed = 0
        let obstacle = HostFile.forEachLine(path, limit: 1 << 30) { line in
            number += 1
            if number == 1 { return true }
            if let socket = socket(line, isIPv6: isIPv6) {
                table.sockets.append(socket)
            } else {
                malformed += 1
            }
            return true
        }
        if let obstacle { return obstacle }
        // With a row missing nothing could be said to be absent.
        if malformed > 0 { return Obstacle(.malformed, path, "\(malformed) lines") }
        return number == 0 ? Obstacle(.truncated, path, "no heading") : nil
    }

    /// One line: `sl: local remote st tx:rx tr:when retrnsmt uid timeout inode …`.
    static func socket(_ line: ArraySlice<UInt8>, isIPv6: Bool) -> Socket? {
        var words = HexWords(line)
        guard words.next() != nil,
            let local = words.address(isIPv6: isIPv6), let localPort = words.hex(),
            let remote = words.address(isIPv6: isIPv6), let remotePort = words.hex(),
            let state = words.hex().flatMap({ UInt8(exactly: $0).flatMap(TCPState.init) }),
            let sendQueue = words.hex(), let receiveQueue = words.hex(),
            let timer = words.hex(), let expires = words.hex(), let backoff = words.hex(),
            let user = words.decimal(), words.decimal() != nil, let inode = words.decimal()
        else { return nil }
        var socket = Socket()
        socket.isIPv6 = isIPv6
        socket.local = SocketAddress(
            address: local, port: UInt16(truncatingIfNeeded: localPort))
        socket.remote = SocketAddress(
            address: remote, port: UInt16(truncatingIfNeeded: remotePort))
        socket.state = state
        socket.sendQueue = sendQueue
        socket.receiveQueue = receiveQueue
        socket.timer = SocketTimer(rawValue: UInt8(truncatingIfNeeded: timer)) ?? .none
        socket.timerExpires =
            expires.multipliedReportingOverflow(by: millisecondsPerTick)
            .partialValue
        socket.backoff = UInt8(clamping: backoff)
        socket.userID = user
        socket.inode = inode
        return socket
    }
}

/// Walks over the numbers of a line, separated by blanks and colons.
private struct HexWords {
    private var rest: ArraySlice<UInt8>

    init(_ line: ArraySlice<UInt8>) { rest = line }

    mutating func next() -> ArraySlice<UInt8>? {
        let isSeparator = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: ":")
        }
        rest = rest.drop(while: isSeparator)
        let end = rest.firstIndex(where: isSeparator) ?? rest.endIndex
        guard end > rest.startIndex else { return nil }
        defer { rest = rest[end...] }
        return rest[..<end]
    }

    mutating func hex() -> UInt32? {
        next().flatMap { $0.count <= 8 ? Self.hex($0) : nil }
    }

    mutating func decimal() -> UInt32? {
        guard let word = next() else { return nil }
        var number: UInt32 = 0
        for byte in word {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            let (product, first) = number.multipliedReportingOverflow(by: 10)
            let (sum, second) = product.addingReportingOverflow(UInt32(byte - 0x30))
            if first || second { return nil }
            number = sum
        }
        return number
    }

    /// Words of 32 bits as the machine stores them: `0100007F` is 127.0.0.1 on x86 and ARM.
    mutating func address(isIPv6: Bool) -> IPAddress? {
        guard let word = next(), word.count == (isIPv6 ? 32 : 8) else { return nil }
        var parts: [UInt32] = []
        for start in stride(from: word.startIndex, to: word.endIndex, by: 8) {
            guard let part = Self.hex(word[start..<start + 8]) else { return nil }
            parts.append(UInt32(bigEndian: part))
        }
        guard isIPv6 else { return IPAddress(ipv4: parts[0]) }
        return IPAddress(
            high: UInt64(parts[0]) << 32 | UInt64(parts[1]),
            low: UInt64(parts[2]) << 32 | UInt64(parts[3]))
    }

    private static func hex(_ word: ArraySlice<UInt8>) -> UInt32? {
        var number: UInt32 = 0
        for byte in word {
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x41 + 10
            case 0x61...0x66: digit = byte - 0x61 + 10
            default: return nil
            }
            number = number << 4 | UInt32(digit)
        }
        return number
    }
}
