public import TrafficAnalysis

/// What a comparison of captures says, in words, for pages and screens alike.
public enum PointWords {
    /// Points are called A, B, C from the client's side on.
    public static func letter(_ point: Int) -> String {
        String(UnicodeScalar(UInt8(ascii: "A") + UInt8(clamping: point)))
    }

    public static func point(_ point: PathComparison.Point, isFirst: Bool) -> String {
        "\(point.name): \(Figures.plural(point.packets, "packet")), "
            + "\(Figures.plural(point.flows, "flow")), "
            + "\(Figures.grouped(point.matched)) seen elsewhere too; "
            + clock(point, isFirst: isFirst)
    }

    private static func clock(_ point: PathComparison.Point, isFirst: Bool) -> String {
        if isFirst { return "all times are by its clock" }
        guard let clock = point.clock else { return "its clock cannot be told" }
        let sign = clock.offset < 0 ? "-" : "+"
        var text = "clock \(sign)\(Figures.seconds(abs(clock.offset)))"
        if let uncertainty = clock.uncertainty {
            text += " (within \(Figures.seconds(uncertainty)))"
        } else {
            text += " (travel time included: packets of one direction only)"
        }
        if abs(clock.drift) >= 0.5 {
            text +=
                ", \(Figures.number(abs(clock.drift))) ppm "
                + (clock.drift > 0 ? "fast" : "slow")
        }
        return text
    }

    /// How many connections there were in all, between all points.
    public static func connections(_ comparison: PathComparison) -> String {
        "\(Figures.plural(comparison.connections, "connection")), "
            + "\(Figures.grouped(comparison.matched)) seen at two points or more, "
            + "\(Figures.grouped(comparison.troubledCount)) in trouble"
    }

    /// `A - B  `
    public static func name(_ hop: PathHop) -> String {
        "\(letter(hop.from)) - \(letter(hop.to))"
    }

    public static func connections(_ hop: PathHop) -> String {
        Figures.plural(hop.connections, "connection")
            + FlowIdentity.allCases.filter { $0 != .same }.compactMap { identity in
                hop.identities[identity].map { "; \(Figures.grouped($0)) \(words(identity))" }
            }.joined()
    }

    private static func words(_ identity: FlowIdentity) -> String {
        switch identity {
        case .same: "the same"
        case .renumbered: "with sequence numbers counted anew"
        case .translated: "with translated addresses"
        case .proxied: "over a proxy that passes TLS on"
        case .timeAndSize: "joined by time and size alone (a guess)"
        }
    }

    /// What became of one side's packets between two points; `nil` where there were none.
    public static func side(_ whose: String, _ side: PathHop.Direction) -> String? {
        let total =
            side.crossed + side.lost + side.appeared + side.lostACKs
            + side.appearedACKs + side.resegmented
        guard total > 0 else { return nil }
        var parts = ["\(whose): \(Figures.grouped(side.crossed)) passed"]
        if let delay = side.delay {
            parts[0] +=
                " in \(Figures.seconds(delay.least)) to \(Figures.seconds(delay.most)), "
                + "median \(Figures.seconds(delay.median))"
        }
        if side.lost > 0 {
            parts.append(
                "\(Figures.grouped(side.lost)) lost"
                    + (side.lostForGood > 0
                        ? ", \(Figures.grouped(side.lostForGood)) of them for good" : ""))
        }
        if side.lostACKs > 0 {
            parts.append("\(Figures.plural(side.lostACKs, "bare ACK")) lost")
        }
        if side.appeared > 0 {
            parts.append("\(Figures.grouped(side.appeared)) that nobody was seen to send")
        }
        if side.appearedACKs > 0 {
            parts.append(
                "\(Figures.plural(side.appearedACKs, "bare ACK")) that nobody was seen to send")
        }
        if side.resegmented > 0 { parts.append("\(Figures.grouped(side.resegmented)) cut anew") }
        if let step = side.ttlStep, step != 0 {
            parts.append("TTL \(step > 0 ? "-" : "+")\(abs(step))")
        }
        return parts.joined(separator: "; ")
    }

    /// Changes of options, the most general first.
    public static func changes(_ hop: PathHop) -> [String] {
        hop.optionChanges.sorted { $0.key < $1.key }.map { change, count in
            "\(change) (\(Figures.plural(count, "connection")))"
        }
    }
}
