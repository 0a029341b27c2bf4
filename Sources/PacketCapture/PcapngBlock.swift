import Dissection

/// The head of a pcapng block (draft-ietf-opsawg-pcapng §3.1).
///
/// ```
///  0 type | 4 total length (a multiple of 4) | 8 body | total length - 4: the same length again
/// ```
enum PcapngBlock {
    static let section: UInt32 = 0x0A0D_0D0A
    static let interface: UInt32 = 1
    /// The obsolete packet block (appendix A).
    static let oldPacket: UInt32 = 2
    static let simplePacket: UInt32 = 3
    static let names: UInt32 = 4
    static let statistics: UInt32 = 5
    static let enhancedPacket: UInt32 = 6
    /// Not packets, and yet Wireshark gives them frame numbers: a systemd journal entry and custom
    /// blocks, to be copied or not (seen in Wireshark 4.0).
    static func hasFrameNumber(_ type: UInt32) -> Bool {
        type == 9 || type == 0x0BAD || type == 0x4000_0BAD
    }

    /// Lengths of the shortest block and of the shortest of each kind, total.
    static let shortest = 12
    static func shortest(_ type: UInt32) -> Int {
        switch type {
        case section: 28
        case interface: 20
        case oldPacket, enhancedPacket: 32
        case simplePacket: 16
        case statistics: 24
        default: shortest
        }
    }

    /// The order that the magic number 0x1A2B3C4D stands in; `nil` when it is not there.
    static func byteOrder(_ bytes: RawSpan, at offset: Int) -> ByteOrder? {
        switch bytes.uint32(at: offset) {
        case 0x1A2B_3C4D: ByteOrder(isBig: true)
        case 0x4D3C_2B1A: ByteOrder(isBig: false)
        default: nil
        }
    }

    /// The place of an option's value in `range`, the first of its code; `nil` when it is not
    /// there.
    ///
    /// Options are code (2), length (2), value, filled up to four bytes; code 0 ends them (§3.5).
    static func option(
        _ code: UInt16, _ bytes: RawSpan, _ range: Range<Int>, _ order: ByteOrder
    ) -> Range<Int>? {
        var offset = range.lowerBound
        while range.upperBound - offset >= 4 {
            let found = order.uint16(bytes, at: offset)
            let length = Int(order.uint16(bytes, at: offset + 2))
            guard found != 0, length <= range.upperBound - offset - 4 else { return nil }
            if found == code { return offset + 4..<offset + 4 + length }
            offset += 4 + (length + 3) & ~3
        }
        return nil
    }
}

/// An interface of the current section, as its description says (§4.2).
struct PcapngInterface {
    var link: LinkType
    /// 0 = no limit.
    var snapLength: Int
    var clock: PcapngClock
    /// Packets missed, by the last statistics block of this interface.
    var missed: UInt64?
}
