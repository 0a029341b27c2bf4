internal import Casebook

/// Which sessions were offered, which were taken up, and how the connection they come from ended.
///
/// An offered session id names the connection that issued it; tickets and PSKs do not show theirs,
/// so for them the client's last connection to the same server stands in.
struct ResumptionAnalyzer: Analyzer {
    static let establishes: [FactID] = [
        "capture.tls.resumption-refused", "capture.tls.resumption-refused-after-unclean-close",
        "capture.tls.resumption-refused-after-clean-close", "capture.tls.full-handshakes-mostly",
        "capture.tls.resumption-never-offered", "capture.tls.resumption-varies",
        "capture.tls.no-session-issued",
    ]

    /// What is kept of every handshake, so as few bytes as can be.
    private struct Handshake {
        var offeredSession: UInt64
        var issuedSession: UInt64
        var place: Place
        var pair: UInt32
        /// Nobody can resume what is still open or was lost from sight.
        var end: Int64
        var close: FlowRecord.Close
        var facts: TLSFlow.Facts
        var offers: Bool
        var isFull: Bool

        init(_ tls: TLSFlow, _ f: FlowFacts) {
            offeredSession = tls.offeredSession
            issuedSession = tls.issuedSession
            place = f.place(tls.clientHelloPacket, tls.clientHelloTime)
            pair = f.pairNumber
            end = f.end
            close = f.close(f.flow.client)
            facts = tls.facts
            offers = tls.offeredResumption
            isFull = tls.madeFullHandshake
        }
    }

    /// Offers of one client to one server by how the session's last connection was closed.
    private struct Count {
        var offered = 0
        var refused = 0
        var places: [Place] = []

        mutating func add(refused isRefused: Bool, _ place: Place) {
            offered += 1
            if isRefused {
                refused += 1
                places.append(place)
            }
        }
    }

    private var handshakes = Chunked<Handshake>()

    mutating func visit(_ f: FlowFacts) {
        guard let tls = f.tls, tls.clientHellos > 0, tls.serverHellos > 0,
            tls.resumed || tls.madeFullHandshake, tls.offeredResumption || !f.wasAbandoned
        else { return }
        handshakes.append(Handshake(tls, f))
    }

    func conclude(_ capture: CaptureContext) -> [Evidence] {
        var refused = Tally()
        var afterUnclean = Tally()
        var afterClean = Tally()
        var mostlyFull = Tally()
        var neverOffered = Tally()
        var varies = Tally()
        var noSession = Tally()
        var notes = Notes()
        var repeated = 0
        for handshakes in grouped(handshakes, by: \.pair, flow: \.place.flow) {
            // Of a single connection that offered nothing there is nothing to judge.
            if handshakes.count == 1, !handshakes[handshakes.startIndex].offers { continue }
            let (unclean, clean, unknown) = Self.count(handshakes)
            notes.add(unclean, clean)
            refused.opportunities += unclean.offered + clean.offered + unknown.offered
            for place in (unclean.places + clean.places + unknown.places) { refused.add(place) }
            if unclean.offered >= 3, clean.offered >= 2 {
                afterUnclean.opportunities += 1
                if unclean.refused * 5 >= unclean.offered * 4, clean.refused * 5 <= clean.offered {
                    for place in unclean.places { afterUnclean.add(place) }
                }
            }
            if clean.offered >= 2 { afterClean.opportunities += 1 }
            if clean.refused >= 2, clean.refused * 5 >= clean.offered {
                for place in clean.places { afterClean.add(place) }
            }
            if clean.offered >= 4 { varies.opportunities += 1 }
            if clean.refused >= 2, clean.offered - clean.refused >= 2 {
                for place in clean.places { varies.add(place) }
            }
            let full = mostlyFull.count
            Self.judgeRepeats(handshakes, &mostlyFull, &neverOffered)
            if mostlyFull.count > full { repeated += handshakes.count - 1 }
            Self.judgeIssued(handshakes, &noSession)
        }
        return refused.evidence(
            "capture.tls.resumption-refused", capture,
            present: "\(refused.count) of \(refused.opportunities) offered sessions were refused: "
                + "a full handshake instead",
            absent: "every offered session was taken up",
            measure: percent(refused.count, of: refused.opportunities))
            + afterUnclean.evidence(
                "capture.tls.resumption-refused-after-unclean-close", capture,
                present: "sessions are refused after a close without close_notify "
                    + "(\(notes.unclean)) and taken up after a clean one (\(notes.clean))",
                absent: "how the client closed made no such difference (refused \(notes.unclean) "
                    + "after closes without close_notify, \(notes.clean) after clean ones)",
                measure: notes.uncleanShare)
            + afterClean.evidence(
                "capture.tls.resumption-refused-after-clean-close", capture,
                present:
                    "\(notes.clean) sessions were refused although their connection was closed "
                    + "with close_notify",
                absent: "sessions of cleanly closed connections were taken up (refused "
                    + "\(notes.clean))", measure: notes.cleanShare)
            + mostlyFull.evidence(
                "capture.tls.full-handshakes-mostly", capture,
                present: "repeat connections between the same two hosts are nearly all full "
                    + "handshakes (\(mostlyFull.count))",
                absent: "repeat connections mostly resume",
                measure: percent(mostlyFull.count, of: repeated))
            + neverOffered.evidence(
                "capture.tls.resumption-never-offered", capture,
                present: "a client came back again and again and never offered a session "
                    + "(\(neverOffered.count) repeat connections)",
                absent: "clients that came back offered their session")
            + varies.evidence(
                "capture.tls.resumption-varies", capture,
                present: "of \(notes.clean) offers after clean closes some were refused and some "
                    + "taken up: it depends on who answers",
                absent: "offers after clean closes fared alike", measure: notes.cleanShare)
            + noSession.evidence(
                "capture.tls.no-session-issued", capture,
                present: "the server made \(counted(noSession.count, "full handshake")) without "
                    + "giving a session id or a ticket: there is nothing to resume",
                absent: "the server gave sessions to resume")
    }

    private struct Notes {
        private var counts = (uncleanRefused: 0, unclean: 0, cleanRefused: 0, clean: 0)
        mutating func add(_ unclean: Count, _ clean: Count) {
            counts.uncleanRefused += unclean.refused
            counts.unclean += unclean.offered
            counts.cleanRefused += clean.refused
            counts.clean += clean.offered
        }
        var uncleanShare: Evidence.Measure {
            percent(counts.uncleanRefused, of: counts.unclean)
        }
        var cleanShare: Evidence.Measure { percent(counts.cleanRefused, of: counts.clean) }
        var unclean: String { "\(counts.uncleanRefused) of \(counts.unclean)" }
        var clean: String { "\(counts.cleanRefused) of \(counts.clean)" }
    }

    private static func count(
        _ handshakes: ArraySlice<Handshake>
    ) -> (unclean: Count, clean: Count, unknown: Count) {
        var unclean = Count()
        var clean = Count()
        var unknown = Count()
        var issuer: [UInt64: Int] = [:]
        for (index, handshake) in zip(handshakes.indices, handshakes) {
            let byID = issuer.isEmpty ? nil : issuer[handshake.offeredSession]
            if handshakes.count > 1, handshake.issuedSession != 0,
                !handshake.facts.contains(.isTLS13)
            {
                issuer[handshake.issuedSession] = index
            }
            guard handshake.offers || byID != nil else { continue }
            let isRefused = handshake.isFull
            // Several connections may be open at once; the session comes from one that has ended.
            let origin =
                byID
                ?? handshakes[..<index].lastIndex { $0.end <= handshake.place.time }
            switch origin.map({ handshakes[$0].close }) {
            case .closeNotify, .probableCloseNotify: clean.add(refused: isRefused, handshake.place)
            case .fin, .rst: unclean.add(refused: isRefused, handshake.place)
            case .some(.none), nil: unknown.add(refused: isRefused, handshake.place)
            }
        }
        return (unclean, clean, unknown)
    }

    /// Up to TLS 1.2: a session is an id in the ServerHello, or a ticket (RFC 5077).
    private static func judgeIssued(_ handshakes: ArraySlice<Handshake>, _ noSession: inout Tally) {
        if handshakes.count < 2 { return }
        let full = handshakes.filter { !$0.facts.contains(.isTLS13) && $0.isFull }
        guard full.count >= 2 else { return }
        noSession.opportunities += 1
        let without = full.filter {
            $0.issuedSession == 0 && !$0.facts.contains(.issuesTicket)
        }
        guard without.count == full.count else { return }
        for handshake in without { noSession.add(handshake.place) }
    }

    private static func judgeRepeats(
        _ handshakes: ArraySlice<Handshake>, _ mostlyFull: inout Tally, _ neverOffered: inout Tally
    ) {
        let repeats = handshakes.dropFirst()
        guard repeats.count >= 3 else { return }
        neverOffered.opportunities += 1
        mostlyFull.opportunities += 1
        let full = repeats.filter(\.isFull)
        if full.count * 5 >= repeats.count * 4 {
            for handshake in full { mostlyFull.add(handshake.place) }
        }
        if !handshakes.contains(where: \.offers) {
            for handshake in repeats { neverOffered.add(handshake.place) }
        }
    }
}

extension FlowFacts {
    /// The handshake ended before it was finished, by an alert or a close: no session comes of it,
    /// so the next one has none to offer.
    fileprivate var wasAbandoned: Bool {
        let isFinished = client.tls.state == .opaque && server.tls.state == .opaque
        return wasRefused || flow.closeBegan && isWhole && !isFinished
    }
}
