public import Dissection

/// What the packets belong to that findings cite: flows, and conversations of datagrams.
public struct CitedTraffic: Sendable {
    /// In order of their first packets.
    public internal(set) var flows: [FlowPlace] = []
    var conversations: Set<Conversation> = []

    public var isEmpty: Bool { flows.isEmpty && conversations.isEmpty }
}

/// Looks up what cited packets belong to, by reading a capture as it was read when they were cited.
public struct CitedTrafficSearch: ~Copyable {
    private var analysis = CaptureAnalysis(file: "", keepsFlows: false)
    private var innermost = Innermost()
    private var wanted: Set<Int>
    private var found = CitedTraffic()
    private var known: Set<Int> = []

    /// - Parameter packets: numbers in the capture, from 1.
    public init(packets: Set<Int>) { wanted = packets }

    /// Takes a packet of the capture.
    ///
    /// - Returns: `false` when all that was wanted is found.
    public mutating func packet(
        _ packet: RawSpan, number: Int, time: Int64, wireLength: Int, link: LinkType
    ) -> Bool {
        guard !wanted.isEmpty else { return false }
        analysis.packet(packet, number: number, time: time, wireLength: wireLength, link: link)
        // Fragments are put together here as well, so every packet is looked at.
        let kind = innermost.look(at: packet, link: link, wireLength: wireLength)
        guard wanted.remove(number) != nil else { return true }
        switch kind {
        case .tcp(let key, _): note(key)
        case .datagrams(let conversation): found.conversations.insert(conversation)
        case .error(let conversation, let key):
            found.conversations.insert(conversation)
            note(key)
        case .fragment, .other: break
        }
        return !wanted.isEmpty
    }

    private mutating func note(_ key: FlowKey) {
        guard let place = analysis.place(of: key), known.insert(place.flow).inserted else {
            return
        }
        found.flows.append(place)
    }

    public consuming func finish() -> CitedTraffic {
        found.flows.sort { $0.firstPacket < $1.firstPacket }
        return found
    }
}
