internal import Casebook
internal import Dissection

/// Who claims an IPv4 address, and who is asked for in vain (RFC 826).
struct ARPAnalyzer: DatagramAnalyzer {
    static let establishes: [FactID] = [
        "capture.arp.two-macs-one-address", "capture.arp.unanswered",
    ]

    private struct Claim {
        var mac: UInt64
        var time: Int64
    }

    private struct Question: Hashable {
        var asker: UInt32
        var target: UInt32
    }

    private var claims: [UInt32: Claim] = [:]
    private var doubled: Set<UInt32> = []
    private var twoMACs = DatagramTally()
    private var asked: [Question: (count: Int, packet: UInt32, time: Int64)] = [:]
    private var answered: Set<UInt32> = []
    private static let limit = 65_536
    private static let window: Int64 = 60_000_000_000

    mutating func visit(_ datagram: Datagram, _ bytes: RawSpan) {
        guard case .arp = datagram.kind, bytes.byteCount >= 28,
            bytes.uint32(at: 0) == 0x0001_0800, bytes.uint16(at: 4) == 0x0604
        else { return }
        let mac = bytes.uint64(at: 8) >> 16
        let (sender, target) = (bytes.uint32(at: 14), bytes.uint32(at: 24))
        let isReply = bytes.uint16(at: 6) == 2
        // A probe (RFC 5227 §1.1) claims nothing yet.
        if sender != 0 {
            twoMACs.opportunities += 1
            note(sender, mac, datagram)
            if isReply || sender == target { answered.insert(sender) }
        }
        guard !isReply, sender != target, asked.count < Self.limit else { return }
        let question = Question(asker: sender, target: target)
        asked[question, default: (0, datagram.number, datagram.time)].count += 1
    }

    private mutating func note(_ address: UInt32, _ mac: UInt64, _ datagram: Datagram) {
        guard claims.count < Self.limit || claims[address] != nil else { return }
        if let former = claims[address], former.mac != mac, !Self.isShared(mac),
            !Self.isShared(former.mac), datagram.time - former.time <= Self.window,
            doubled.insert(address).inserted
        {
            twoMACs.add(datagram.number, datagram.time)
        }
        claims[address] = Claim(mac: mac, time: datagram.time)
    }

    /// Addresses that move on purpose: VRRP and CARP (RFC 9568 §7.3), HSRP.
    private static func isShared(_ mac: UInt64) -> Bool {
        mac >> 8 == 0x00_005E_0001 || mac >> 8 == 0x00_005E_0002 || mac >> 8 == 0x00_000C_07AC
    }

    func conclude(_ capture: CaptureContext, _ flows: FlowNotes) -> [Evidence] {
        var unanswered = DatagramTally()
        unanswered.opportunities = answered.count
        let vain = asked.filter { $0.value.count >= 3 && !answered.contains($0.key.target) }
            .map(\.value).sorted { $0.packet < $1.packet }
        for question in vain { unanswered.add(question.packet, question.time) }
        return twoMACs.evidence(
            "capture.arp.two-macs-one-address", capture,
            present: "\(counted(twoMACs.count, "address", "addresses")) of this network were "
                + "claimed by two MAC addresses within a minute",
            absent: "every address was claimed by one MAC address")
            + unanswered.evidence(
                "capture.arp.unanswered", capture,
                present: "\(counted(unanswered.count, "host")) asked for by ARP three times or "
                    + "more did not answer",
                absent: "who was asked for by ARP answered")
    }
}
