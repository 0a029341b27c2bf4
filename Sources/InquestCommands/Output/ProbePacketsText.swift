import Triage

/// Sentences about the packets of our own probes.
enum ProbePacketsText {
    static func reason(_ blindness: PacketWatchReport.Blindness) -> String {
        switch blindness {
        case .noRight: "no right to capture; grant it with: \(ErrorText.grant)"
        case .failed(let words): "the capture could not begin: \(words)"
        }
    }

    static func sentence(_ packets: PacketWatchReport) -> String {
        if let blindness = packets.blindness {
            return "Our own packets were not watched, so nothing is known about the TTL and MAC "
                + "of who answered, about segments sent twice, nor about what a box on the way "
                + "changed: \(reason(blindness))"
        }
        var text = "\(Figures.plural(packets.packets, "packet")) of ours were watched"
        if packets.missed > 0 { text += ", \(Figures.grouped(packets.missed)) missed" }
        let found = packets.findings.count
        return text + (found == 0 ? "; they show nothing more." : "; see the findings above.")
    }
}
