import Casebook
import HostInspection
import Triage

extension HostText {
    private static let shownGroups = 12
    private static let shownListeners = 12
    private static let shownEnded = 4
    /// Milliseconds of silence from which a connection that no timer ends is worth a word.
    private static let tellingSilence: UInt32 = 10_000

    func sockets(_ page: inout TextPage) {
        guard case .known(let table) = record.latest.sockets, !table.sockets.isEmpty else { return }
        page.heading("Sockets")
        page.paragraph(states(table), indent: 2)
        let isAtRest = { (group: SocketGroup) in group.state == .listen && group.receiveQueue == 0 }
        let listening = record.groups.filter(isAtRest)
        let over = record.groups.filter { $0.state == .timeWait }
        let others = record.groups.filter { !isAtRest($0) && $0.state != .timeWait }
        for group in others.prefix(Self.shownGroups) {
            page.paragraph(told(group), label: "- ", indent: 2)
        }
        let rest =
            record.groupCount - listening.count - over.count - min(others.count, Self.shownGroups)
        if rest > 0 {
            let groups = Figures.plural(rest, "more group")
            page.line("  and \(groups) of program, remote and state ('--json' lists them)", .dim)
        }
        listeners(listening, &page)
        ended(over, &page)
        if let obstacle = table.ownersObstacle {
            page.paragraph("Owners are missing: \(obstacle)", indent: 2, style: .dim)
        } else if table.unreadableProcesses > 0 {
            let hidden = Figures.plural(table.unreadableProcesses, "process", "processes")
            page.paragraph(
                "Owners may be missing: \(hidden) may not be looked into; root may.", indent: 2,
                style: .dim)
        }
    }

    /// `3 ESTABLISHED, 12 LISTEN`
    private func states(_ table: SocketTable) -> String {
        var counts: [String: Int] = [:]
        for socket in table.sockets { counts[socket.state.name, default: 0] += 1 }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\(Figures.grouped($0.value)) \($0.key)" }.joined(separator: ", ")
    }

    /// `111 ESTABLISHED of apache2 to [2001:db8::1]:80, silent 38 to 40 min, no timer`
    private func told(_ group: SocketGroup) -> String {
        let isUnaccepted = group.unaccepted == group.count
        let unknown = isUnaccepted ? "nobody, not accepted yet," : "an unknown owner"
        let owner = group.program ?? (group.state.hasOwner ? unknown : "the kernel")
        let direction = group.isOutbound ? "to" : "on"
        var text =
            "\(Figures.grouped(group.count)) \(group.state.name) of \(owner) \(direction) "
            + record.redactor.endpoint(group.endpoint)
        if group.state == .listen {
            return text + ", \(group.receiveQueue) waiting to be accepted"
        }
        if group.withInfo > 0 {
            let (least, most) = (seconds(group.shortestSilence), seconds(group.longestSilence))
            text += ", silent " + (least == most ? most : "\(least) to \(most)")
        }
        if group.askedNeverAnswered > 0 {
            text += ", \(group.askedNeverAnswered) asked and never answered"
        }
        if group.state == .established, group.withoutTimer == group.count,
            group.longestSilence >= Self.tellingSilence
        {
            let them = group.count == 1 ? "it" : "them"
            text += ", no timer: the kernel will not end \(them)"
        }
        if group.receiveQueue > 0 { text += ", \(Figures.bytes(group.receiveQueue)) unread" }
        // Before the connection is made, what is unsent is the SYN.
        if group.state == .synSent { text += ", no answer to their SYN" }
        if group.sendQueue > 0, group.state != .synSent {
            text += ", \(Figures.bytes(group.sendQueue)) unsent"
        }
        return text
    }

    private func seconds(_ milliseconds: UInt32) -> String {
        Figures.seconds(Int64(milliseconds) * 1_000_000)
    }

    /// Those for which nobody waits, in one paragraph: what runs here.
    private func listeners(_ groups: [SocketGroup], _ page: inout TextPage) {
        if groups.isEmpty { return }
        let names = groups.prefix(Self.shownListeners).map { group in
            "\(group.program ?? "an unknown owner") on \(record.redactor.endpoint(group.endpoint))"
        }
        list("Listening, nobody waits: ", names, of: groups.count, &page)
    }

    /// Connections that are over, whose ports are not free yet; the largest groups come first.
    private func ended(_ groups: [SocketGroup], _ page: inout TextPage) {
        if groups.isEmpty { return }
        let names = groups.prefix(Self.shownEnded).map { group in
            "\(Figures.grouped(group.count)) \(group.isOutbound ? "to" : "on") "
                + record.redactor.endpoint(group.endpoint)
        }
        list("Over, in TIME_WAIT: ", names, of: groups.count, &page)
    }

    private func list(
        _ heading: String, _ names: [String], of count: Int, _ page: inout TextPage
    ) {
        let more = count > names.count ? ", and \(count - names.count) more" : ""
        page.paragraph(heading + names.joined(separator: ", ") + more, label: "- ", indent: 2)
    }
}

extension TCPState {
    /// Others live on without a process, or do not have one yet.
    fileprivate var hasOwner: Bool {
        switch self {
        case .timeWait, .synReceived, .newSynReceived, .finWait1, .finWait2, .closing, .lastACK:
            false
        default: true
        }
    }
}
