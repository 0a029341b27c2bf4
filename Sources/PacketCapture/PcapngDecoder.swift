import Dissection

/// The blocks of a pcapng file (draft-ietf-opsawg-pcapng).
struct PcapngDecoder: PacketDecoder {
    /// Packet blocks and descriptions must fit the reader's buffer; other blocks are passed over in
    /// pieces, so that no length in the file makes us allocate.
    static let longestBlock = maximumCapturedLength + 65536
    /// Interfaces a section may have: some hundred bytes each would be all that an endless file
    /// costs.
    static let mostInterfaces = 65536

    var facts = CaptureFacts(format: "pcapng")
    var isDone = false
    var order = ByteOrder(isBig: false)
    var interfaces: [PcapngInterface] = []
    private var knownLinks: Set<LinkType> = []
    var number = 0
    var lastTime: Int64 = 0
    /// A block being passed over: its length, and how much of that is still to come.
    private var passing: (length: Int, left: Int)?
    var foresight = Foresight()

    mutating func consume(
        _ chunk: RawSpan, expecting expect: Expectation, _ visit: (PacketRecord, RawSpan) -> Bool
    ) -> Int {
        foresight.begin()
        var offset = passOver(chunk, from: 0)
        if passing != nil { return offset }
        while chunk.byteCount - offset >= PcapngBlock.shortest, !isDone {
            let type = order.uint32(chunk, at: offset)
            if type == PcapngBlock.section, !readOrder(chunk, at: offset + 8) { break }
            let length = Int(order.uint32(chunk, at: offset + 4))
            guard check(type, length) else { break }
            let left = chunk.byteCount - offset
            if length > left {
                if isRead(type, length) { break }
                passing = (length, length)
                if PcapngBlock.hasFrameNumber(type) { number += 1 }
                return passOver(chunk, from: offset)
            }
            guard checkTrailer(chunk, at: offset + length - 4, length) else { break }
            foretell(chunk, from: offset, expect)
            read(type, chunk, offset..<offset + length, visit)
            offset += length
        }
        return offset
    }

    /// Of an enhanced packet block alone (§4.3): another may change what is behind it.
    func foresee(_ chunk: RawSpan, at offset: Int) -> Foreseen? {
        guard chunk.byteCount - offset >= 32, order.uint32(chunk, at: offset) == 6 else {
            return nil
        }
        let length = Int(order.uint32(chunk, at: offset + 4))
        let interface = Int(order.uint32(chunk, at: offset + 8))
        let captured = Int(order.uint32(chunk, at: offset + 20))
        guard length >= 32, length % 4 == 0, length <= chunk.byteCount - offset,
            captured <= length - 32, interface < interfaces.count
        else { return nil }
        let start = offset + 28
        return Foreseen(
            link: interfaces[interface].link, packet: start..<start + captured,
            next: offset + length)
    }

    mutating func resume() { isDone = facts.cutShort }

    mutating func end(_ rest: RawSpan) {
        foldMissed()
        if let passing {
            let have = passing.length - passing.left + rest.byteCount
            stop(endsInside("a block", have: have, needed: passing.length))
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
    private func isRead(_ type: UInt32, _ length: Int) -> Bool {
        switch type {
        // Long lists of names are passed over like what we do not know.
        case PcapngBlock.names: length <= Self.longestBlock
        case PcapngBlock.section, PcapngBlock.interface, PcapngBlock.oldPacket,
            PcapngBlock.simplePacket, PcapngBlock.statistics, PcapngBlock.enhancedPacket:
            true
        default: false
        }
    }

    private mutating func check(_ type: UInt32, _ length: Int) -> Bool {
        let isPossible = length >= PcapngBlock.shortest(type) && length % 4 == 0
        if isPossible, length <= Self.longestBlock || !isRead(type, length) { return true }
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
        case PcapngBlock.section: readSection(chunk, block)
        case PcapngBlock.names: readNames(chunk, block)
        default: if PcapngBlock.hasFrameNumber(type) { number += 1 }
        }
    }

    /// Goes on with the block being passed over, if any, up to the byte after it or to the
    /// chunk's end.
    private mutating func passOver(_ chunk: RawSpan, from start: Int) -> Int {
        guard let (length, left) = passing else { return start }
        let bodyEnd = start + min(left - 4, chunk.byteCount - start)
        passing = (length, left - (bodyEnd - start))
        guard passing?.left == 4, chunk.byteCount - bodyEnd >= 4 else { return bodyEnd }
        passing = nil
        return checkTrailer(chunk, at: bodyEnd, length) ? bodyEnd + 4 : bodyEnd
    }

    private mutating func checkTrailer(_ chunk: RawSpan, at offset: Int, _ length: Int) -> Bool {
        if order.uint32(chunk, at: offset) == UInt32(length) { return true }
        stop("the two lengths of a block differ")
        return false
    }

    /// The byte-order mark of a section header holds from its own length on.
    private mutating func readOrder(_ chunk: RawSpan, at offset: Int) -> Bool {
        guard let order = PcapngBlock.byteOrder(chunk, at: offset) else {
            stop("a section header has no byte-order mark")
            return false
        }
        self.order = order
        return true
    }

    /// Mark (4), major and minor version (2 each), length (8); interfaces
    /// count from 0 again (§4.1).
    private mutating func readSection(_ chunk: RawSpan, _ block: Range<Int>) {
        let major = order.uint16(chunk, at: block.lowerBound + 12)
        guard major == 1 else { return stop("a section is of pcapng version \(major)") }
        if facts.sections == 0 { facts.bigEndian = order.isBig }
        facts.sections += 1
        foldMissed()
        noteComments(chunk, block.lowerBound + 24..<block.upperBound - 4)
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
        noteComments(chunk, body + 8..<block.upperBound - 4)
        interfaces.append(PcapngInterface(link: link, snapLength: snapLength, clock: clock))
        if knownLinks.insert(link).inserted { facts.linkTypes.append(link) }
        facts.snapLength = max(facts.snapLength, snapLength)
        if clock.isFinerThanMicroseconds { facts.nanoseconds = true }
    }

    private mutating func noteComments(_ chunk: RawSpan, _ options: Range<Int>) {
        var found: [String] = []
        forEachComment(chunk, options) { found.append($0) }
        for comment in found { facts.notes.add(comment) }
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

    mutating func stop(_ reason: String) {
        foldMissed()
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
