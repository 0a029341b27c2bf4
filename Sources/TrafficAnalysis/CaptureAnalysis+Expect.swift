public import Dissection

/// What is known of packets that come soon.
struct ExpectedPackets {
    /// So many open flows are several times what the processor's own caches hold (384 bytes each). With
    /// fewer the asking costs more than the waiting: a seventh of the time at 6,000 flows.
    var leastFlows = 16_384
    /// Of the one shown last; `nil` when it is not seen to be TCP.
    var hash: UInt64?
    /// Of the flow of the one before.
    var flow: Int?
    /// Its addresses and ports.
    var segment = TCPSegment()
}

extension CaptureAnalysis {
    /// Asks for the memory that a packet will need which comes soon, while many flows are open: in a
    /// burst each packet goes to another, and more than a third of the time went into finding its flow.
    ///
    /// - Returns: whether that is worth it for the next packets.
    public mutating func expect(_ packet: RawSpan, link: LinkType) -> Bool {
        guard table.open >= expected.leastFlows else { return false }
        // In three steps, since each needs what the one before has asked for: the slot, the flow, what
        // stands beside it.
        if let flow = expected.flow, flow < table.open { tables.prefetch(&table[flow]) }
        expected.flow = expected.hash.flatMap { table.prefetchFlow(hash: $0) }
        expected.hash = nil
        if peekTCP(packet, link: link, into: &expected.segment) {
            let hash = table.hash(FlowKey.of(expected.segment).key)
            table.prefetch(hash: hash)
            expected.hash = hash
        }
        return true
    }
}
