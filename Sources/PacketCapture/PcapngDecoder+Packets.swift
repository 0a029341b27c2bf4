import Dissection

extension PcapngDecoder {
    /// Enhanced and old packet block: interface (4; or 2 and drops 2), time (4 upper, 4 lower),
    /// captured length (4), length on the wire (4), bytes (§4.3, appendix A).
    @inline(__always)
    mutating func readPacket(
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
        let optionsStart = body + 20 + (captured + 3) & ~3
        // Few packets have any.
        if block.upperBound - 4 - optionsStart >= 8 {
            notePacketComments(chunk, optionsStart..<block.upperBound - 4)
        }
        deliver(interface, wire: wire, chunk, body + 20..<body + 20 + captured, visit)
    }

    /// Of the packet that comes next.
    @inline(never)
    private mutating func notePacketComments(_ chunk: RawSpan, _ options: Range<Int>) {
        var found: [String] = []
        forEachComment(chunk, options) { found.append($0) }
        for comment in found { facts.notes.add(comment, packet: number + 1) }
    }

    /// Length on the wire (4), bytes up to the snap length of the first interface (§4.4).
    mutating func readSimplePacket(
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
}
