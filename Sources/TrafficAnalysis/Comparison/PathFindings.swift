internal import Casebook

/// Instances of one finding over several captures.
struct PathCount {
    private(set) var count = 0
    private(set) var places: [[PathPlace]] = []
    var opportunities = 0

    /// One instance, with the places that show it; the first ones in time are kept.
    mutating func add(_ shown: PathPlace...) {
        count += 1
        if places.count == Tally.placeLimit {
            guard let time = shown.first?.place.time, let last = places.last?.first?.place.time,
                time < last
            else { return }
            places.removeLast()
        }
        let time = shown.first?.place.time ?? 0
        let index = places.lastIndex { ($0.first?.place.time ?? 0) <= time }.map { $0 + 1 } ?? 0
        places.insert(shown, at: index)
    }
}

struct FindingCounts {
    var lost = PathCount()
    /// By connection.
    var acknowledged = PathCount()
    var hello = PathCount()
    var options = PathCount()
    var resets = PathCount()
    var acknowledgements = PathCount()
    var split = PathCount()
}

extension PathTally {
    func findings() -> [Evidence] {
        evidence(
            "capture.pair.lost-between", counts.lost,
            present:
                "\(counted(counts.lost.count, "segment")) left one point and never reached the "
                + "next, in no other packet either\(placeOfMostLoss())",
            absent: "every segment that left a point reached the next, or was sent again until it "
                + "did")
            + evidence(
                "capture.pair.acked-but-not-arrived", counts.acknowledged,
                present: "on \(counted(counts.acknowledged.count, "connection")) the client's "
                    + "data was acknowledged to it and never reached the last point: something "
                    + "between acknowledges for the server",
                absent: "what was acknowledged to the client had reached the last point")
            + evidence(
                "capture.pair.hello-differs", counts.hello,
                present: "on \(counted(counts.hello.count, "connection")) the ClientHello is "
                    + "another one at the next point: TLS ends between and begins anew",
                absent: "the ClientHello is the same at every point")
            + evidence(
                "capture.pair.options-differ", counts.options,
                present: "on \(counted(counts.options.count, "connection")) options or sequence "
                    + "numbers of the handshake are changed between two points",
                absent: "options and sequence numbers of the handshakes are the same at every "
                    + "point")
            + evidence(
                "capture.pair.reset-not-sent", counts.resets,
                present: "\(counted(counts.resets.count, "RST")) arrived that the claimed "
                    + "sender's own capture does not have: something between wrote them",
                absent: "no RST arrived that its sender's capture does not have")
            + evidence(
                "capture.pair.ack-not-sent", counts.acknowledgements,
                present: "\(counted(counts.acknowledgements.count, "acknowledgement")) of bytes "
                    + "that the claimed sender had not acknowledged by then, and not in its "
                    + "own capture: something between wrote them",
                absent: "no acknowledgement arrived that its sender had not written")
            + evidence(
                "capture.pair.flow-over-two-points", counts.split,
                present: "on \(counted(counts.split.count, "connection")) one direction's packets "
                    + "went partly over one and partly over another of two points that stand "
                    + "beside each other",
                absent: "no connection's packets were spread over two points beside each other")
    }

    private func evidence(
        _ id: FactID, _ count: PathCount, present: @autoclosure () -> String,
        absent: @autoclosure () -> String
    ) -> [Evidence] {
        let source = "capture:" + logs.map(\.file).joined(separator: "+")
        if count.count > 0 {
            let locations = count.places.flatMap { $0 }.map { shown in
                Evidence.Location(
                    file: logs[shown.point].file, flow: Int(shown.place.flow),
                    packet: Int(shown.place.packet), time: shown.place.time)
            }
            return [
                Evidence(
                    id: id, kind: .finding, state: .present, source: source, count: count.count,
                    summary: present(),
                    measure: Evidence.Measure(value: Double(count.count), unit: "count"),
                    locations: locations)
            ]
        }
        let isAbsent = count.opportunities > 0
        // Two points are never beside each other.
        if !isAbsent, logs.count == 2, id == "capture.pair.flow-over-two-points" { return [] }
        return [
            Evidence(
                id: id, kind: .finding, state: isAbsent ? .absent : .unknown, source: source,
                count: isAbsent ? 0 : nil,
                summary: isAbsent ? absent() : "no connection at two points could show it")
        ]
    }

    /// Between which points most was lost; files in the order in which the packets passed.
    private func placeOfMostLoss() -> String {
        var most = (count: 0, words: "")
        for hop in hops() {
            for (side, from, to) in [
                (hop.sides.client, hop.from, hop.to), (hop.sides.server, hop.to, hop.from),
            ] where side.lostForGood > most.count {
                most = (
                    side.lostForGood,
                    ": \(side.lostForGood) from \(names[from]) to \(names[to])"
                )
            }
        }
        return most.words
    }

    func warnings(_ points: [PathComparison.Point]) -> [Warning] {
        var warnings: [Warning] = []
        for ((point, log), name) in zip(zip(points, logs), names) {
            if log.unloggedSegments > 0 {
                warnings.append(
                    Warning(
                        id: "capture.quality.too-many-segments",
                        summary: "\(name): \(counted(log.unloggedSegments, "segment")) "
                            + "beyond the limit were left out; cut the captures by time or "
                            + "address"))
            }
            if point.matched == 0, point.flows > 0 {
                warnings.append(
                    Warning(
                        id: "capture.quality.no-common-flow",
                        summary: "\(name): none of its "
                            + "\(counted(point.flows, "connection")) was recognised at another "
                            + "point; was it taken at the same time?"))
            }
        }
        if unjudged > 0 {
            warnings.append(
                Warning(
                    id: "capture.quality.not-at-the-same-time",
                    summary: "\(counted(unjudged, "packet")) left when a later point was not yet, "
                        + "or no longer, capturing: nothing is said of them"))
        }
        for hop in hops() where (hop.sides.client.ttlStep ?? 0) < 0 && hop.sides.client.crossed > 2
        {
            warnings.append(
                Warning(
                    id: "capture.quality.order-of-points",
                    summary: "the client's packets have a larger TTL at \(names[hop.to]) "
                        + "than at \(names[hop.from]): give the point nearer to the client "
                        + "first"))
        }
        return warnings
    }
}
