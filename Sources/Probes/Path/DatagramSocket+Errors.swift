internal import Dissection
internal import Glibc

/// An ICMP error about a datagram of ours, or the kernel's own refusal to send it: `struct
/// sock_extended_err` of linux/errqueue.h.
struct PathError: Hashable, Sendable {
    enum Origin: UInt8, Sendable {
        case local = 1
        case icmp = 2
        case icmp6 = 3
    }

    /// EMSGSIZE, EHOSTUNREACH, ECONNREFUSED and so on.
    var code: Int32
    var origin: Origin?
    var icmpType: UInt8
    var icmpCode: UInt8
    /// Of "fragmentation needed" and "packet too big": the MTU of the next link, in bytes.
    var mtu: UInt32
    /// Who sent it.
    var sender: IPAddress?

    /// ICMP 3/4 (RFC 792) or ICMPv6 2 (RFC 4443 §3.2).
    var isTooBig: Bool {
        switch origin {
        case .icmp: icmpType == 3 && icmpCode == 4
        case .icmp6: icmpType == 2
        default: false
        }
    }

    /// The hop limit ran out on the way: ICMP 11/0 or ICMPv6 3/0.
    var isTimeExceeded: Bool {
        switch origin {
        case .icmp: icmpType == 11
        case .icmp6: icmpType == 3
        default: false
        }
    }

    /// The host got the datagram and nobody listens: ICMP 3/3 or ICMPv6 1/4.
    var isPortUnreachable: Bool {
        switch origin {
        case .icmp: icmpType == 3 && icmpCode == 3
        case .icmp6: icmpType == 1 && icmpCode == 4
        default: false
        }
    }
}

extension DatagramSocket {
    enum Event: Sendable {
        case datagram([UInt8])
        case error(PathError)
    }

    /// Errors come one by one with their senders from now on (IP_RECVERR, ip(7)).
    func enableErrors() {
        set(ipv4: IP_RECVERR, ipv6: IPV6_RECVERR, to: 1)
    }

    /// The next datagram or error; needs `enableErrors`.
    func next(
        by deadline: Deadline, _ cancellation: Cancellation
    ) throws(NetworkFailure) -> Event {
        while true {
            try wait(for: Int32(POLLIN), on: number, until: deadline, cancellation)
            if let error = queuedError() { return .error(error) }
            do throws(NetworkFailure) {
                return .datagram(try receive(by: .after(seconds: 0), cancellation))
            } catch .timedOut {
                continue
            } catch .cancelled {
                throw .cancelled
            } catch {
                // The same error that the queue tells in full; it is read there.
                if let queued = queuedError() { return .error(queued) }
            }
        }
    }

    /// One entry of the error queue.
    func queuedError() -> PathError? {
        var control = [UInt8](repeating: 0, count: 512)
        var data = [UInt8](repeating: 0, count: 64)
        var length = 0
        let result = unsafe data.withUnsafeMutableBytes { data in
            unsafe control.withUnsafeMutableBytes { control -> Int in
                var vector = unsafe iovec(iov_base: data.baseAddress, iov_len: data.count)
                return unsafe withUnsafeMutablePointer(to: &vector) { vector in
                    var message = unsafe msghdr()
                    unsafe message.msg_iov = vector
                    unsafe message.msg_iovlen = 1
                    unsafe message.msg_control = control.baseAddress
                    unsafe message.msg_controllen = control.count
                    let count = unsafe recvmsg(
                        number, &message, Int32(MSG_ERRQUEUE | MSG_DONTWAIT))
                    unsafe length = message.msg_controllen
                    return count
                }
            }
        }
        guard result >= 0 else { return nil }
        return Self.error(in: Array(control.prefix(length)))
    }

    /// Looks through control messages (cmsg(3)): length of 8 bytes, level and type of 4 each, data,
    /// padded to 8.
    static func error(in control: [UInt8]) -> PathError? {
        var offset = 0
        while offset + 16 <= control.count {
            let length = Int(native(control, offset, as: UInt64.self) & 0xFFFF)
            guard length >= 16, offset + length <= control.count else { return nil }
            let level = native(control, offset + 8, as: Int32.self)
            let type = native(control, offset + 12, as: Int32.self)
            let isError =
                (level == Int32(IPPROTO_IP) && type == IP_RECVERR)
                || (level == Int32(IPPROTO_IPV6) && type == IPV6_RECVERR)
            if isError, length >= 32 { return error(control[(offset + 16)..<(offset + length)]) }
            offset += (length + 7) & ~7
        }
        return nil
    }

    /// Offsets: 0 errno, 4 origin, 5 type, 6 code, 8 info, 12 data, 16 the sender's sockaddr.
    private static func error(_ entry: ArraySlice<UInt8>) -> PathError {
        let bytes = Array(entry)
        var sender: IPAddress?
        if bytes.count >= 16 + 16 {
            let family = native(bytes, 16, as: UInt16.self)
            if Int32(family) == AF_INET {
                sender = unsafe IPAddress(ipv4: bytes.span.bytes.uint32(at: 20))
            } else if Int32(family) == AF_INET6, bytes.count >= 16 + 28 {
                sender = unsafe IPAddress(
                    high: bytes.span.bytes.uint64(at: 24), low: bytes.span.bytes.uint64(at: 32))
            }
        }
        return PathError(
            code: native(bytes, 0, as: Int32.self), origin: .init(rawValue: bytes[4]),
            icmpType: bytes[5], icmpCode: bytes[6], mtu: native(bytes, 8, as: UInt32.self),
            sender: sender)
    }

    private static func native<T: FixedWidthInteger>(
        _ bytes: [UInt8], _ offset: Int, as type: T.Type
    ) -> T {
        unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: offset, as: T.self) }
    }
}
