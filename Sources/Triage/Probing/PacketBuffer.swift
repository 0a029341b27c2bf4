import Dissection
import PacketCapture

/// Packets in memory, one after another in one array of bytes; bounded.
struct PacketBuffer: Sendable {
    private struct Entry {
        var record: PacketRecord
        var start: Int
    }

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// Packets that had no room.
    private(set) var refused = 0

    private static let mostBytes = 64 << 20
    private static let mostPackets = 1 << 20

    mutating func append(_ record: PacketRecord, _ packet: RawSpan) {
        guard bytes.count + packet.byteCount <= Self.mostBytes, entries.count < Self.mostPackets
        else {
            refused += 1
            return
        }
        entries.append(Entry(record: record, start: bytes.count))
        packet.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// Visits the TCP packets that `isWanted`, in the order in which they came.
    func forEach(
        _ isWanted: (TCPSegment, PacketRecord) -> Bool,
        _ body: (PacketRecord, RawSpan) -> Void
    ) {
        var segment = TCPSegment()
        for entry in entries {
            let end = entry.start + entry.record.capturedLength
            guard end <= bytes.count else { continue }
            let packet = bytes.span.bytes.extracting(entry.start..<end)
            let verdict = dissect(
                packet, link: entry.record.link, wireLength: entry.record.wireLength,
                into: &segment)
            if verdict == .tcp, isWanted(segment, entry.record) { body(entry.record, packet) }
        }
    }
}
