internal import Casebook

/// Senders that are held to the window as it stands in the header, although both sides agreed to
/// shift it: somebody on the way forgot the agreement, or took it out of one SYN only.
struct FlightCapAnalyzer: Analyzer {
    static let establishes: [FactID] = ["capture.tcp.flight-capped-unscaled"]

    private var tally = Tally()

    mutating func visit(_ f: FlowFacts) {
        guard f.hasPace else { return }
        for d in 0...1 {
            let pace = f.pace(d)
            // Enough segments against a window that is shifted; and it was near the edge, or over.
            guard pace.windowSegments >= 20 else { continue }
            if pace.wasBeyond {
                tally.opportunities += 1
            } else if let window = f.window(d) {
                tally.opportunities += 1
                if Self.staysBelow(window, of: pace.windowSegments)
                    || Self.isRefusedBeyond(window)
                {
                    tally.add(f.place(window.firstPacket))
                }
            }
        }
    }

    /// The sender goes to the edge again and again, and never beyond.
    private static func staysBelow(_ window: RawWindow, of segments: UInt32) -> Bool {
        window.beyond == 0 && window.atEdge >= 20 && window.atEdge * 4 >= segments
    }

    /// What it sends beyond has to be sent again, every time.
    private static func isRefusedBeyond(_ window: RawWindow) -> Bool {
        window.beyond >= 3 && window.sentAgain >= 3
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        tally.evidence(
            "capture.tcp.flight-capped-unscaled", capture,
            present: "on \(counted(tally.count, "connection")) data is held to the window as it "
                + "stands in the header, although window scaling was agreed on",
            absent: "data beyond the unscaled window was sent and acknowledged")
    }
}
