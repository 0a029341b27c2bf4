internal import Dissection

/// The MAC addresses of a packet: who sent it on this link, and to whom.
///
/// Few pairs carry many flows, so that flows know them by number (`SideTables.macs`).
struct MACPair: Internable {
    var source: UInt64 = 0
    var destination: UInt64 = 0

    /// A flood of invented pairs must not fill memory; of what comes after, nothing is said about
    /// links.
    static let limit = 1 << 20
    /// No packet yet, or one pair too many.
    static let unknown = UInt32.max

    @inline(__always)
    init(_ segment: TCPSegment) {
        source = segment.sourceMAC
        destination = segment.destinationMAC
    }

    init() {}

    var seededHash: UInt64 { TrafficAnalysis.seededHash(source, destination) }
}
