import Dissection

/// The blocks of a pcapng file (draft-ietf-opsawg-pcapng).
struct PcapngDecoder: PacketDecoder {
    /// Packet blocks and descriptions must fit the reader's buffer; other blocks are passed over in
    /// pieces, so that no length in the file makes us allocate.
    static let longestBlock = maximumCapturedLength + 65536
    /// Interfaces a section may have: some hundred bytes each would be all that an endless file
    /// costs.
    static let mostInterfaces = 65536

    private(set) var facts = CaptureFacts(format: "pcapng")
    private(set) var isDone = false
    private var order = ByteOrder(isBig: false)
    private var interfaces: [PcapngInterface] = []
    private var knownLinks: Set<LinkType> = []
    private var number = 0
    private var lastTime: Int64 = 0
    /// Bytes of a long block still to be passed over.
    private var toSkip = 0

    mutating func consume(_ chunk: RawSpan, _ visit: (PacketRecord, RawSpan) -> Bool) -> Int {
        var offset = min(toSkip, chunk.byteCount)
        toSkip -= offset
        while chunk.byteCount - offset >= PcapngBlock.shortest, !isDone {
            let type = order.uint32(chunk, at: offset)
            if type == PcapngBlock.section, !beginSection(chunk, at: offset) { break }
            let length = Int(order.uint32(chunk, at: offset + 4))
            guard check(type, length) else { break }
            let left = chunk.byteCount - offset
            if length > left {
                if isRead(type) { break }
                pass(type)
                toSkip = length - left
                return chunk.byteCount
            }
            guard order.uint32(chunk, at: offset + length - 4) == UInt32(length) else {
                stop("the two lengths of \(name(type)) differ")
                break
            }
            read(type, chunk, offset..<offset + length, visit)
            offset += length
        }
        return offset
    }

    mutating func end(_ rest: RawSpan) {
        foldMissed()
        if toSkip > 0 {
            stop("the file ends inside a block (\(toSkip) bytes are missing)")
        } else if rest.byteCount > 0 {
            var needed = PcapngBlock.shortest
            var what = "a block"
            if rest.byteCount >= 8 {
                what = name(order.uint32(rest, at: 0))
                needed = Int(order.uint32(rest, at: 4))
            }
            stop(endsInside(what, have: rest.byteCount, needed: needed))
        }
    }

    // MARK: - Blocks

    /// Whether a block of this type is looked into.
    private func isRead(_ type: UInt32) -> Bool {
        switch type {
        case PcapngBlock.section, PcapngBlock.interface, PcapngBlock.oldPacket,
            PcapngBlock.simplePacket, PcapngBlock.statistics, PcapngBlock.enhancedPacket:
            true
        default: false
        }
    }

    private mutating func check(_ type: UInt32, _ length: Int) -> Bool {
        let isPossible = length >= PcapngBlock.shortest(type) && length % 4 == 0
        if isPossible, length <= Self.longestBlock || !isRead(type) { return true }
        stop("\(name(type)) has an impossible length (\(length))")
        return false
    }

    private mutating func read(
        _ type: UInt32, _ chunk: RawSpan, _ block: Range<Int>,
        _ visit: (PacketRecord, RawSpan) -> Bool
    ) {
        switch type {
        case PcapngBlock.enhancedPacket:
            let interface = Int(order.uint32(chunk, at: block.lowerBound + 8))
            readPacket(interface, chunk, block, visit)
        case PcapngBlock.oldPacket:
            let interface = Int(order.uint16(chunk, at: block.lowerBound + 8))
            readPacket(interface, chunk, block, visit)
        case PcapngBlock.simplePacket: readSimplePacket(chunk, block, visit)
        case PcapngBlock.interface: readInterface(chunk, block)
        case PcapngBlock.statistics: readStatistics(chunk, block)
        case PcapngBlock.section: break
        default: pass(type)
        }
    }

    private mutating func pass(_ type: UInt32) {
        if type == PcapngBlock.journal { number += 1 }
    }

    /// A section header (§4.1): from here on its byte order holds, and interfaces count from 0.
    private mutating func beginSection(_ chunk: RawSpan, at offset: Int) -> Bool {
        guard let order = PcapngBlock.byteOrder(chunk, at: offset + 8) else {
            stop("a section header has no byte-order mark")
            return false
        }
        guard chunk.byteCount - offset >= 16 else { return false }
        let major = order.uint16(chunk, at: offset + 12)
        guard major == 1 else {
            stop("a section is of pcapng version \(major)")
            return false
        }
        let length = Int(order.uint32(chunk, at: offset + 4))
        // Not whole yet: it will be seen again.
        if length > chunk.byteCount - offset {
            self.order = order
            return true
        }
        if facts.sections == 0 { facts.bigEndian = order.isBig }
        facts.sections += 1
        foldMissed()
        self.order = order
        interfaces.removeAll(keepingCapacity: true)
        return true
    }

    /// Linktype (2), reserved (2), snap length (4), options (§4.2).
    private mutating func readInterface(_ chunk: RawSpan, _ block: Range<Int>) {
        guard interfaces.count < Self.mostInterfaces else {
            return stop("a section has more than \(Self.mostInterfaces) interfaces")
        }
        let body = block.lowerBound + 8
        let link = LinkType(rawValue: UInt32(order.uint16(chunk, at: body)))
        let snapLength = Int(order.uint32(chunk, at: body + 4))
        let clock = readClock(chunk, body + 8..<block.upperBound - 4)
        interfaces.append(PcapngInterface(link: link, snapLength: snapLength, clock: clock))
        if knownLinks.insert(link).inserted { facts.linkTypes.append(link) }
        facts.snapLength = max(facts.snapLength, snapLength)
        if clock.isFinerThanMicroseconds { facts.nanoseconds = true }
    }

    /// Options 9 (if_tsresol, one byte) and 14 (if_tsoffset, eight bytes of seconds).
    private mutating func readClock(_ chunk: RawSpan, _ options: Range<Int>) -> PcapngClock {
        var resolution: UInt8 = 6
        var seconds: Int64 = 0
        if let place = PcapngBlock.option(9, chunk, options, order), place.count == 1 {
            resolution = chunk.byte(at: place.lowerBound)
        }
        if let place = PcapngBlock.option(14, chunk, options, order), place.count == 8 {
            seconds = Int64(bitPattern: order.uint64(chunk, at: place.lowerBound))
        }
        if resolution & 0x7F > (resolution & 0x80 != 0 ? 63 : 28) {
            facts.note("an interface has time stamps of an unusable resolution (\(resolution))")
        }
        return PcapngClock(resolution: resolution, seconds: seconds)
    }

    /// Interface (4), time (8), options; 5 is if_drop, missed for want of room (§4.6).
    private mutating func readStatistics(_ chunk: RawSpan, _ block: Range<Int>) {
        let interface = Int(order.uint32(chunk, at: block.lowerBound + 8))
        let options = block.lowerBound + 20..<block.upperBound - 4
        guard interface < interfaces.count,
            let place = PcapngBlock.option(5, chunk, options, order), place.count == 8
        else { return }
        interfaces[interface].missed = order.uint64(chunk, at: place.lowerBound)
    }

    /// Adds what the ending section's interfaces missed.
    private mutating func foldMissed() {
        for interface in interfaces {
            guard let missed = interface.missed else { continue }
            let sum = Int(clamping: missed).addingReportingOverflow(facts.missedPackets ?? 0)
            facts.missedPackets = sum.overflow ? .max : sum.partialValue
        }
        interfaces.removeAll(keepingCapacity: true)
    }

    // MARK: - Packets

    /// Enhanced and old packet block: interface (4; or 2 and drops 2), time (4 upper, 4 lower),
    /// captured length (4), length on the wire (4), bytes (§4.3, appendix A).
    @inline(__always)
    private mutating func readPacket(
        _ interface: Int, _ chunk: RawSpan, _ block: Range<Int>,
        _ visit: (PacketRecord, RawSpan) -> Bool
    ) {
        guard interface < interfaces.count else {
            return stop(
                "packet \(number + 1) is of interface \(interface), which has no description")
        }
        let body = block.lowerBound + 8
        let captured = Int(order.uint32(chunk, at: body + 12))
        guard captured <= block.count - 32, captured <= maximumCapturedLength else {
            return stop("packet \(number + 1) claims \(captured) captured bytes")
        }
        let upper = UInt64(order.uint32(chunk, at: body + 4))
        let units = upper << 32 | UInt64(order.uint32(chunk, at: body + 8))
        lastTime = interfaces[interface].clock.nanoseconds(units)
        let wire = Int(order.uint32(chunk, at: body + 16))
        deliver(interface, wire: wire, chunk, body + 20..<body + 20 + captured, visit)
    }

    /// Length on the wire (4), bytes up to the snap length of the first interface (§4.4).
    private mutating func readSimplePacket(
        _ chunk: RawSpan, _ block: Range<Int>, _ visit: (PacketRecord, RawSpan) -> Bool
    ) {
        guard let first = interfaces.first else {
            return stop("packet \(number + 1) is of interface 0, which has no description")
        }
        let body = block.lowerBound + 8
        let wire = Int(order.uint32(chunk, at: body))
        let limit = first.snapLength == 0 ? Int.max : first.snapLength
        let captured = min(wire, limit)
        guard captured <= block.count - 16, captured <= maximumCapturedLength else {
            return stop("packet \(number + 1) claims \(captured) captured bytes")
        }
        facts.packetsWithoutTime += 1
        deliver(0, wire: wire, chunk, body + 4..<body + 4 + captured, visit)
    }

    @inline(__always)
    private mutating func deliver(
        _ interface: Int, wire: Int, _ chunk: RawSpan, _ range: Range<Int>,
        _ visit: (PacketRecord, RawSpan) -> Bool
    ) {
        number += 1
        facts.packets += 1
        facts.bytes += wire
        if range.count < wire { facts.truncatedPackets += 1 }
        let record = PacketRecord(
            number: number, time: lastTime, wireLength: wire, capturedLength: range.count,
            link: interfaces[interface].link, interface: interface)
        if !visit(record, chunk.extracting(range)) { isDone = true }
    }

    private mutating func stop(_ reason: String) {
        facts.stop(reason)
        isDone = true
    }

    private func name(_ type: UInt32) -> String {
        switch type {
        case PcapngBlock.section: "a section header"
        case PcapngBlock.interface: "an interface description"
        case PcapngBlock.oldPacket, PcapngBlock.simplePacket, PcapngBlock.enhancedPacket:
            "packet \(number + 1)"
        default: "a block of type \(type)"
        }
    }
}
