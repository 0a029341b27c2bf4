/// What of a flow takes memory of its own: few flows have any.
///
/// Apart from the other facts, so that those are plain bytes: to copy a record that holds arrays
/// costs a count for each, and every analyzer looks at every flow.
struct FlowLists {
    var sides: [2 of SideLists] = [SideLists(), SideLists()]
    var additionalVLANs: [UInt16] = []
    var blockPage: BlockPage?
    var alerts: [TLSFlow.Alert] = []
    /// Requests without an answer so far; only where rows are collected.
    var openRequests: [HTTPRequestRow] = []

    struct BlockPage {
        var packet: UInt32
        var time: Int64
        var status: Int
        var phrase: String
    }
}

/// The lists of one side.
struct SideLists {
    var holes = HoleList()
    /// Next hops and TTLs other than the first packet's.
    var links: [LinkUse] = []
    var otherTTLs: [UInt8] = []
    /// Those of `otherTTLs` that a packet other than a RST had.
    var otherPacketTTLs: [UInt8] = []
    /// Of SYNs sent again.
    var synTimes: [Int64] = []
    /// The head of an HTTP message that a segment's end cut.
    var pendingHead: [UInt8] = []

    static let limit = 16

    mutating func noteTTL(_ ttl: UInt8, isReset: Bool) {
        if !otherTTLs.contains(ttl), otherTTLs.count < Self.limit { otherTTLs.append(ttl) }
        if isReset { return }
        if !otherPacketTTLs.contains(ttl), otherPacketTTLs.count < Self.limit {
            otherPacketTTLs.append(ttl)
        }
    }

    mutating func noteRepeat(sourceMAC: UInt64, destinationMAC: UInt64) {
        for index in links.indices
        where links[index].sourceMAC == sourceMAC && links[index].destinationMAC == destinationMAC {
            links[index].retransmitted &+= 1
        }
    }

    mutating func noteLink(
        sourceMAC: UInt64, destinationMAC: UInt64, hasPayload: Bool, at place: PacketPlace
    ) {
        var index = 0
        while index < links.count,
            links[index].sourceMAC != sourceMAC || links[index].destinationMAC != destinationMAC
        {
            index += 1
        }
        if index == links.count {
            if index == Self.limit { return }
            links.append(
                LinkUse(
                    sourceMAC: sourceMAC, destinationMAC: destinationMAC,
                    firstPacket: place.number))
        }
        links[index].packets &+= 1
        if hasPayload { links[index].payloadPackets &+= 1 }
    }
}
