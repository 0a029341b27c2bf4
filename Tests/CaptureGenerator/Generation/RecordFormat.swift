/// The fixed parts of pcap and pcapng files around the frames.
///
/// pcap: draft-ietf-opsawg-pcap; pcapng: draft-ietf-opsawg-pcapng.
struct RecordFormat {
    let file: FileFormat

    /// More than a record needs besides its frame: header, padding, trailer.
    static let longestOverhead = 64

    private var isPcapng: Bool { file.container == .pcapng }

    /// Bytes before a frame.
    var headLength: Int { isPcapng ? 28 : 16 }

    var fileHeader: [UInt8] {
        isPcapng ? sectionHeader + interfaceDescription : pcapHeader
    }

    private var pcapHeader: [UInt8] {
        let magic: UInt32 = file.precision == .nanoseconds ? 0xA1B2_3C4D : 0xA1B2_C3D4
        return bytes(magic) + bytes(UInt16(2)) + bytes(UInt16(4)) + bytes(UInt32(0))
            + bytes(UInt32(0)) + bytes(UInt32(file.snapLength)) + bytes(UInt32(1))
    }

    private var sectionHeader: [UInt8] {
        let length = bytes(UInt32(28))
        return bytes(UInt32(0x0A0D_0D0A)) + length + bytes(UInt32(0x1A2B_3C4D))
            + bytes(UInt16(1)) + bytes(UInt16(0)) + bytes(UInt64.max) + length
    }

    /// Ethernet, with `if_tsresol` (option 9).
    private var interfaceDescription: [UInt8] {
        let length = bytes(UInt32(32))
        let digits: UInt8 = file.precision == .nanoseconds ? 9 : 6
        return bytes(UInt32(1)) + length + bytes(UInt16(1)) + bytes(UInt16(0))
            + bytes(UInt32(file.snapLength)) + bytes(UInt16(9)) + bytes(UInt16(1))
            + [digits, 0, 0, 0] + bytes(UInt32(0)) + length
    }

    /// The packet record's header; the space for it is reserved.
    func putHead(
        _ buffer: inout FrameBuffer, at offset: Int, time: UInt64, captured: Int, length: Int
    ) {
        let isNano = file.precision == .nanoseconds
        let first = UInt32(truncatingIfNeeded: time / 1_000_000_000)
        if !isPcapng {
            let fraction = time % 1_000_000_000
            put(first, &buffer, offset)
            put(UInt32(isNano ? fraction : fraction / 1000), &buffer, offset + 4)
            put(UInt32(captured), &buffer, offset + 8)
            put(UInt32(length), &buffer, offset + 12)
            return
        }
        let ticks = isNano ? time : time / 1000
        put(UInt32(6), &buffer, offset)
        put(UInt32(blockLength(captured)), &buffer, offset + 4)
        put(UInt32(0), &buffer, offset + 8)
        put(UInt32(ticks >> 32), &buffer, offset + 12)
        put(UInt32(truncatingIfNeeded: ticks), &buffer, offset + 16)
        put(UInt32(captured), &buffer, offset + 20)
        put(UInt32(length), &buffer, offset + 24)
    }

    /// pcapng: padding to four bytes and the block's length again.
    func putTail(_ buffer: inout FrameBuffer, captured: Int) {
        if !isPcapng { return }
        let padding = blockLength(captured) - 32 - captured
        buffer.putZeros(padding, at: buffer.reserve(padding))
        put(UInt32(blockLength(captured)), &buffer, buffer.reserve(4))
    }

    private func blockLength(_ captured: Int) -> Int { 32 + (captured + 3) / 4 * 4 }

    private func put(_ value: UInt32, _ buffer: inout FrameBuffer, _ offset: Int) {
        buffer.put(file.byteOrder == .big ? value : value.byteSwapped, at: offset)
    }

    private func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        let bigEndian = stride(from: T.bitWidth - 8, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: value >> T($0))
        }
        return file.byteOrder == .big ? bigEndian : bigEndian.reversed()
    }
}
