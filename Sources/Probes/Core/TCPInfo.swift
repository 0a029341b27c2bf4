internal import Glibc

/// What the kernel knows of a connection: `struct tcp_info` of linux/tcp.h, which newer kernels
/// only lengthen. A field that the kernel does not have is `nil`.
public struct TCPInfo: Hashable, Sendable {
    /// TCP_ESTABLISHED = 1 and so on (include/net/tcp_states.h).
    public var state: UInt8
    /// Microseconds.
    public var roundTrip: UInt32
    /// Bytes: the sender's maximum segment size.
    public var segmentSize: UInt32
    /// Bytes.
    public var pathMTU: UInt32
    /// Segments sent and not acknowledged.
    public var unacknowledged: UInt32
    /// Segments sent again, in all.
    public var retransmitted: UInt32
    /// Includes the SYN.
    public var bytesAcknowledged: UInt64?
    public var bytesReceived: UInt64?
    public var segmentsOut: UInt32?
    public var segmentsIn: UInt32?

    init?(descriptor: Int32) {
        var bytes = [UInt8](repeating: 0, count: 256)
        var length = socklen_t(bytes.count)
        guard unsafe getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &bytes, &length) == 0,
            length >= 104
        else { return nil }
        let filled = bytes.prefix(Int(length))
        // Offsets of linux/tcp.h: eight single bytes, then 32-bit fields, then from 104 64-bit.
        func word(_ offset: Int) -> UInt32? { Self.value(filled, offset) }
        func long(_ offset: Int) -> UInt64? { Self.value(filled, offset) }
        state = filled[0]
        segmentSize = word(16) ?? 0
        unacknowledged = word(24) ?? 0
        pathMTU = word(60) ?? 0
        roundTrip = word(68) ?? 0
        retransmitted = word(100) ?? 0
        bytesAcknowledged = long(120)
        bytesReceived = long(128)
        segmentsOut = word(136)
        segmentsIn = word(140)
    }

    private static func value<T: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>, _ offset: Int) -> T?
    {
        guard offset + MemoryLayout<T>.size <= bytes.count else { return nil }
        return unsafe bytes.withUnsafeBytes {
            unsafe $0.loadUnaligned(fromByteOffset: offset, as: T.self)
        }
    }
}
