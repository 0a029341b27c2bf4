internal import CSocketDiagnostics
internal import Glibc

/// A netlink socket for dumps (netlink(7)), closed when it goes out of scope.
@safe struct NetlinkSocket: ~Copyable {
    /// netlink_dump() of the kernel fills at most 32 KiB a message; more is never used.
    private static let bufferSize = 64 << 10
    /// NLM_F_REQUEST | NLM_F_ROOT | NLM_F_MATCH (linux/netlink.h).
    private static let dumpFlags: UInt16 = 0x301
    private static let headerSize = 16
    private static let interrupted: UInt16 = 0x10  // NLM_F_DUMP_INTR

    private let socket: Descriptor
    private let name: String

    /// - Parameters:
    ///   - family: `NETLINK_SOCK_DIAG`, `NETLINK_ROUTE`.
    ///   - name: for errors.
    init(family: Int32, name: String) throws(Obstacle) {
        let number = Glibc.socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | 0x80000, family)
        guard number >= 0 else { throw Obstacle(errno: errno, name) }
        socket = Descriptor(owning: number)
        self.name = name
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        unsafe setsockopt(
            number, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Asks for a whole table; `visit` gets the payload of each message.
    ///
    /// - Returns: whether the table changed while it was read, so that entries may be missing
    ///   or doubled.
    func dump(
        type: UInt16, request: [UInt8], _ visit: (RawSpan) -> Void
    ) throws(Obstacle) -> Bool {
        try ask(type, request)
        var buffer = [UInt8](repeating: 0, count: Self.bufferSize)
        var changed = false
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe recv(socket.number, $0.baseAddress!, $0.count, 0)
            }
            if count < 0 {
                let code = errno
                if code == EINTR { continue }
                throw Obstacle(errno: code, name)
            }
            guard count >= Self.headerSize else { throw Obstacle(.truncated, name) }
            let messages = unsafe buffer.span.bytes.extracting(0..<count)
            if try read(messages, &changed, visit) {
                return changed
            }
        }
    }

    private func ask(_ type: UInt16, _ request: [UInt8]) throws(Obstacle) {
        let length = UInt32(Self.headerSize + request.count)
        let message =
            bytes(length) + bytes(type) + bytes(Self.dumpFlags) + bytes(UInt32(1))
            + bytes(UInt32(0)) + request
        let sent = unsafe message.withUnsafeBytes {
            unsafe send(socket.number, $0.baseAddress!, $0.count, 0)
        }
        guard sent == message.count else { throw Obstacle(errno: errno, name) }
    }

    /// - Returns: whether the table's end was reached.
    private func read(
        _ bytes: RawSpan, _ changed: inout Bool, _ visit: (RawSpan) -> Void
    ) throws(Obstacle) -> Bool {
        var offset = 0
        while offset + Self.headerSize <= bytes.byteCount {
            let length = Int(bytes.word(offset))
            guard length >= Self.headerSize, length <= bytes.byteCount - offset else {
                throw Obstacle(.truncated, name)
            }
            if bytes.short(offset + 6) & Self.interrupted != 0 { changed = true }
            let payload = bytes.extracting(offset + Self.headerSize..<offset + length)
            switch Int32(bytes.short(offset + 4)) {
            case NLMSG_DONE: return true
            case NLMSG_ERROR:
                let code = payload.byteCount >= 4 ? Int32(bitPattern: payload.word(0)) : 0
                throw Obstacle(errno: -code, name)
            case NLMSG_NOOP, NLMSG_OVERRUN: break
            default: visit(payload)
            }
            offset += (length + 3) & ~3
        }
        return false
    }
}

/// A number in the byte order of this machine.
private func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    unsafe withUnsafeBytes(of: number) { unsafe Array($0) }
}

extension RawSpan {
    /// Numbers in the byte order of this machine; the offset must be inside, else it traps.
    func byte(_ offset: Int) -> UInt8 {
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self)
    }
    func short(_ offset: Int) -> UInt16 {
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self)
    }
    func word(_ offset: Int) -> UInt32 {
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }
    func long(_ offset: Int) -> UInt64 {
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// An address in network byte order: 4 bytes of IPv4 or 16 of IPv6.
    func address(_ offset: Int, isIPv6: Bool) -> IPAddress {
        guard isIPv6 else { return IPAddress(ipv4: UInt32(bigEndian: word(offset))) }
        return IPAddress(
            high: UInt64(bigEndian: long(offset)), low: UInt64(bigEndian: long(offset + 8)))
    }

    /// Visits the attributes (`struct nlattr`: length, type, value, padding to 4) from `start`.
    func forEachAttribute(from start: Int, _ visit: (UInt16, RawSpan) -> Void) {
        var offset = start
        while offset + 4 <= byteCount {
            let length = Int(short(offset))
            guard length >= 4, length <= byteCount - offset else { return }
            // The upper two bits are flags (NLA_F_NESTED, NLA_F_NET_BYTEORDER).
            visit(short(offset + 2) & 0x3FFF, extracting(offset + 4..<offset + length))
            offset += (length + 3) & ~3
        }
    }
}
