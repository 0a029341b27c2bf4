/// What few flows have: lists, which take memory of their own, and a long silence.
///
/// Apart from the other facts, so that those are plain bytes: to copy a record that holds arrays
/// costs a count for each, and every analyzer looks at every flow.
struct FlowLists {
    var sides: [2 of SideLists] = [SideLists(), SideLists()]
    var additionalVLANs: [UInt16] = []
    var blockPage: BlockPage?
    var alerts: [TLSFlow.Alert] = []
    /// The first payload after the last silence of 60 s or more on an established flow.
    var afterIdle: AfterIdle?
    /// Requests without an answer so far; only where rows are collected.
    var openRequests: [HTTPRequestRow] = []

    var isEmpty: Bool {
        sides[0].isEmpty && sides[1].isEmpty && additionalVLANs.isEmpty && blockPage == nil
            && alerts.isEmpty && afterIdle == nil && openRequests.isEmpty
    }

    struct AfterIdle {
        var silence: Int64
        var time: Int64
        var packet: UInt32
        var direction: Int
    }

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
    var sentAgain = SentAgain()
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

    var isEmpty: Bool {
        holes.gaps.isEmpty && sentAgain.isEmpty && links.isEmpty && otherTTLs.isEmpty
            && otherPacketTTLs.isEmpty
            && synTimes.isEmpty && pendingHead.isEmpty
    }

    mutating func noteTTL(_ ttl: UInt8, isReset: Bool) {
        if !otherTTLs.contains(ttl), otherTTLs.count < Self.limit { otherTTLs.append(ttl) }
        if isReset { return }
        if !otherPacketTTLs.contains(ttl), otherPacketTTLs.count < Self.limit {
            otherPacketTTLs.append(ttl)
        }
    }

    mutating func noteRepeat(_ macs: MACPair) {
        for index in links.indices where links[index].macs == macs {
            links[index].retransmitted &+= 1
        }
    }

    mutating func noteLink(_ macs: MACPair, hasPayload: Bool, at place: PacketPlace) {
        var index = 0
        while index < links.count, links[index].macs != macs { index += 1 }
        if index == links.count {
            if index == Self.limit { return }
            links.append(LinkUse(macs: macs, firstPacket: place.number))
        }
        links[index].packets &+= 1
        if hasPayload { links[index].payloadPackets &+= 1 }
    }
}
