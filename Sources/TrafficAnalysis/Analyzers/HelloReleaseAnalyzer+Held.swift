internal import Casebook

extension HelloReleaseAnalyzer {
    /// Of hellos that are not answered.
    private static let enough = 3

    /// Servers that answer nobody since a silent connection came: it opened after the last connection
    /// that was answered, before the first that was not, and lasts longer than those wait.
    ///
    /// Connections are accepted in the order of their handshakes. A server whose process hangs stops
    /// at any connection, so that a silent one in just that place is chance.
    ///
    /// - Parameter hellos: those that were answered, by server.
    func held(_ hellos: [ArraySlice<Hello>], _ capture: CaptureContext) -> [Evidence] {
        var tally = Tally()
        var servers: [String] = []
        for answered in hellos {
            guard let server = answered.first?.server else { continue }
            let silent = silent[server] ?? []
            if silent.isEmpty, unanswered[server] == nil { continue }
            if Self.servesBehind(silent, answered) {
                tally.opportunities += 1
                continue
            }
            let last = answered.reduce(Int64.min) { max($0, $1.established) }
            let since = (unanswered[server] ?? []).filter { $0.established > last }
            guard since.count >= Self.enough else { continue }
            let first = since.reduce(Int64.max) { min($0, $1.established) }
            let newest = since.reduce(Int64.min) { max($0, $1.time) }
            let holder = silent.filter { last < $0.start && $0.start < first && $0.end > newest }
                .min { $0.place < $1.place }
            guard let holder else {
                // In a capture of one client another's silent connection could not be seen.
                if clients[server].areSeveral { tally.opportunities += 1 }
                continue
            }
            tally.add(holder.place, times: since.count)
            servers.append(capture.servers[server].description)
        }
        return tally.evidence(
            "capture.tls.hellos-unanswered-behind-silent-flow", capture,
            present: "\(counted(tally.count, "ClientHello")) to \(servers.joined(separator: ", ")) "
                + "stay unanswered behind a connection that says nothing: it opened after the last "
                + "one that was answered and before the first that was not",
            absent: "no server stopped answering ClientHellos just behind a silent connection")
    }

    /// Whether somebody who came after a silent connection was answered while it stayed.
    private static func servesBehind(_ silent: [Silent], _ answered: ArraySlice<Hello>) -> Bool {
        let hellos = answered.sorted { $0.established < $1.established }
        // For each, the earliest answer from it on.
        var earliest = hellos.map(\.answer)
        for index in hellos.indices.dropLast().reversed() {
            earliest[index] = min(earliest[index], earliest[index + 1])
        }
        return silent.contains { silence in
            let next = hellos.partitioningIndex { $0.established > silence.start }
            return next < hellos.count && earliest[next] < silence.end - late
        }
    }
}
