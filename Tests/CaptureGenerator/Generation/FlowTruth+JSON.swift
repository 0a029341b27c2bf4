extension FlowTruth {
    /// One line of the truth file: the well-defined fields of `inquest.flow/1`, under the same
    /// names, and what is known besides.
    func line(flow: Int) -> [UInt8] {
        var line = JSONLine()
        line.put("schema", "capture-generator.flow/1")
        line.put("flow", flow)
        line.put("fault", connection.fault?.rawValue)
        line.put("community_id", communityID)
        line.put("first", timestamp(first))
        line.put("last", timestamp(last))
        putEnds(&line)
        line.put("client_is", connection.fault == .midstream ? "port" : "syn")
        putCounts(&line)
        line.put("vlan", connection.vlan.map(Int.init))
        line.put("wire_bytes", wireBytes)
        line.put("cut", isCut)
        if connection.tls == nil || tls.records == 0 {
            line.put("tls", nil as String?)
        } else if !isCut && connection.fault != .midstream {
            line.put("tls") { putTLS(&$0) }
        }
        return line.closed() + [UInt8(ascii: "\n")]
    }

    private func putEnds(_ line: inout JSONLine) {
        line.put("client") {
            $0.put("address", connection.client.text)
            $0.put("port", Int(connection.clientPort))
        }
        line.put("server") {
            $0.put("address", connection.serverAddress.text)
            $0.put("port", Int(connection.serverPort))
        }
    }

    private func putCounts(_ line: inout JSONLine) {
        let counts: [(String, KeyPath<Counts, Int>)] = [
            ("packets", \.packets), ("payload_bytes", \.payloadBytes), ("syn", \.syn),
            ("fin", \.fin), ("rst", \.rst), ("retransmitted", \.retransmitted),
            ("out_of_order", \.outOfOrder), ("duplicate_acks", \.duplicateAcks),
            ("zero_windows", \.zeroWindows), ("duplicate_frames", \.copies),
        ]
        for (key, path) in counts {
            line.put(key, perSide: { sides[$0][keyPath: path] }) { $0.put($1, $2) }
        }
        line.put("ttl", perSide: { sides[$0].timesToLive.map(Int.init) }) { $0.put($1, $2) }
        line.put("mac", perSide: { sides[$0].sources.map(\.text) }) { $0.put($1, $2) }
        line.put("next_hop", perSide: { sides[$0].destinations.map(\.text) }) { $0.put($1, $2) }
    }

    private func putTLS(_ line: inout JSONLine) {
        line.put("client_hellos", tls.clientHellos)
        line.put("server_hellos", tls.serverHellos)
        line.put("sni", tls.serverName)
        line.put("version", tls.version)
        line.put("alpn_offered", tls.offered)
        // TLS 1.3 encrypts the choice.
        if tls.version == "TLSv1.2" { line.put("alpn", tls.chosen) }
        line.put("offered_resumption", tls.offersResumption)
        line.put("resumed", tls.resumed)
        line.put("alerts", tls.alerts)
        line.put("server_hello_after_ms", nanoseconds: tls.serverHelloAfter)
        // After a gap the record boundaries are lost.
        if connection.fault != .captureGap {
            line.put("close", perSide: closeVerdict) { $0.put($1, $2) }
        }
    }

    /// How a side ended: what it said in TLS, else in TCP.
    private func closeVerdict(_ side: Side) -> String {
        if tls.notified[side] {
            return connection.tls?.tls13 == true ? "probable-close-notify" : "close-notify"
        }
        return sides[side].rst > 0 ? "rst" : sides[side].fin > 0 ? "fin" : "none"
    }
}

/// RFC 3339 in UTC with nanoseconds.
func timestamp(_ nanoseconds: UInt64) -> String {
    let seconds = nanoseconds / 1_000_000_000
    let (year, month, day) = civil(daysSince1970: Int(seconds / 86_400))
    let clock = Int(seconds % 86_400)
    func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T"
        + padded(clock / 3600, 2) + ":" + padded(clock / 60 % 60, 2) + ":" + padded(clock % 60, 2)
        + "." + padded(Int(nanoseconds % 1_000_000_000), 9) + "Z"
}

/// The proleptic Gregorian date, counted in eras of 400 years that begin on 1 March
/// (Hinnant: chrono-Compatible Low-Level Date Algorithms, civil_from_days).
private func civil(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    return (era * 400 + year + (month <= 2 ? 1 : 0), month, day)
}
