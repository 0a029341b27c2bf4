import Dissection

/// The file header of pcap (draft-ietf-opsawg-pcap §4).
///
/// ```
///  0 magic | 4 major, 6 minor version | 8, 12 reserved | 16 snap length | 20 link type
/// ```
struct PcapHeader: Equatable {
    static let length = 24

    /// What the magic number says.
    struct Variant: Equatable {
        var bigEndian: Bool
        var nanoseconds = false
        /// Bytes of a record's header: Kuznetsov's variant has eight more (interface, protocol,
        /// kind).
        var recordHeader = 16

        /// - Parameter magic: The first four bytes, read as big-endian.
        init?(magic: UInt32) {
            switch magic {
            case 0xA1B2_C3D4: bigEndian = true
            case 0xD4C3_B2A1: bigEndian = false
            case 0xA1B2_3C4D: (bigEndian, nanoseconds) = (true, true)
            case 0x4D3C_B2A1: (bigEndian, nanoseconds) = (false, true)
            case 0xA1B2_CD34: (bigEndian, recordHeader) = (true, 24)
            case 0x34CD_B2A1: (bigEndian, recordHeader) = (false, 24)
            default: return nil
            }
        }
    }

    var variant: Variant
    var major: UInt16
    var minor: UInt16
    var snapLength: Int
    var link: LinkType

    /// - Parameter bytes: At least `length` bytes.
    init(_ bytes: RawSpan, _ variant: Variant) {
        self.variant = variant
        let order = ByteOrder(isBig: variant.bigEndian)
        major = order.uint16(bytes, at: 4)
        minor = order.uint16(bytes, at: 6)
        snapLength = Int(order.uint32(bytes, at: 16))
        // The upper half has flags (length of the frame check sequence), not the type.
        link = LinkType(rawValue: order.uint32(bytes, at: 20) & 0xFFFF)
    }
}

/// The records of a pcap file (draft-ietf-opsawg-pcap §5).
///
/// ```
///  0 seconds | 4 micro- or nanoseconds | 8 captured length | 12 length on the wire | 16 bytes
/// ```
struct PcapDecoder: PacketDecoder {
    private(set) var facts = CaptureFacts(format: "pcap")
    private(set) var isDone = false
    private let header: PcapHeader
    private var skipped = false
    var foresight = Foresight()

    init(_ header: PcapHeader) {
        self.header = header
        facts.linkTypes = [header.link]
        facts.snapLength = header.snapLength
        facts.nanoseconds = header.variant.nanoseconds
        facts.bigEndian = header.variant.bigEndian
        if header.minor != 4 { facts.note("pcap version 2.\(header.minor) instead of 2.4") }
    }

    mutating func consume(
        _ chunk: RawSpan, expecting expect: Expectation, _ visit: (PacketRecord, RawSpan) -> Bool
    ) -> Int {
        foresight.begin()
        var offset = 0
        if !skipped {
            guard chunk.byteCount >= PcapHeader.length else { return 0 }
            offset = PcapHeader.length
            skipped = true
        }
        let order = ByteOrder(isBig: header.variant.bigEndian)
        let recordHeader = header.variant.recordHeader
        let unit: Int64 = header.variant.nanoseconds ? 1 : 1000
        let end = chunk.byteCount
        while end - offset >= recordHeader {
            let (captured, wire) = lengths(chunk, at: offset, order)
            guard captured <= maximumCapturedLength else {
                stop("packet \(facts.packets + 1) claims \(captured) captured bytes")
                return offset
            }
            let start = offset + recordHeader
            guard end - start >= captured else { break }
            foretell(chunk, from: offset, expect)
            let (seconds, fraction) = order.pair(chunk, at: offset)
            // At most 2^32 s and 2^32 us: well inside 64 bits.
            let time = Int64(seconds) &* 1_000_000_000 &+ Int64(fraction) &* unit
            offset = start + captured
            facts.packets += 1
            facts.bytes += wire
            if captured < wire { facts.truncatedPackets += 1 }
            let record = PacketRecord(
                number: facts.packets, time: time, wireLength: wire, capturedLength: captured,
                link: header.link)
            guard visit(record, chunk.extracting(start..<offset)) else {
                isDone = true
                return offset
            }
        }
        return offset
    }

    func foresee(_ chunk: RawSpan, at offset: Int) -> Foreseen? {
        let start = offset + header.variant.recordHeader
        guard start <= chunk.byteCount else { return nil }
        let order = ByteOrder(isBig: header.variant.bigEndian)
        let captured = lengths(chunk, at: offset, order).captured
        guard captured <= chunk.byteCount - start else { return nil }
        return Foreseen(
            link: header.link, packet: start..<start + captured, next: start + captured)
    }

    mutating func resume() { isDone = facts.cutShort }

    mutating func end(_ rest: RawSpan) {
        guard rest.byteCount > 0 else { return }
        let recordHeader = header.variant.recordHeader
        var needed = recordHeader
        if rest.byteCount >= recordHeader {
            needed += lengths(rest, at: 0, ByteOrder(isBig: header.variant.bigEndian)).captured
        }
        stop(endsInside("packet \(facts.packets + 1)", have: rest.byteCount, needed: needed))
    }

    private mutating func stop(_ reason: String) {
        facts.stop(reason)
        isDone = true
    }

    /// Files of version 2.0 to 2.2 have the two lengths in the other order, those of 2.3 may
    /// (libpcap, sf-pcap.c).
    @inline(__always)
    private func lengths(
        _ bytes: RawSpan, at offset: Int, _ order: ByteOrder
    ) -> (captured: Int, wire: Int) {
        let (first, second) = order.pair(bytes, at: offset + 8)
        if header.minor < 4, header.minor < 3 || first > second { return (Int(second), Int(first)) }
        return (Int(first), Int(second))
    }
}
