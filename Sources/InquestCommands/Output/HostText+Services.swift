import Casebook
import HostInspection
import Triage

extension HostText {
    private static let shownServers = 10

    func services(_ page: inout TextPage) {
        let look = record.run.services.latest
        for status in look.haproxies.compactMap(\.value) { tell(status, &page) }
        for status in look.pages.compactMap(\.value) { tell(status, &page) }
    }

    private func tell(_ status: HAProxyStatus, _ page: inout TextPage) {
        func figure(_ name: String) -> String {
            status.number(name).map(Figures.number) ?? "?"
        }
        page.heading("HAProxy \(record.redactor.text(status.info["Version"] ?? ""))")
        page.paragraph(
            "\(figure("CurrConns")) connections of \(figure("Maxconn")), idle \(figure("Idle_pct")) "
                + "% of the time", indent: 2)
        page.paragraph(
            "TLS keys computed a second: \(figure("SslFrontendKeyRate")) for clients "
                + "(\(figure("SslFrontendSessionReuse_pct")) % of their sessions were resumed), "
                + "\(figure("SslBackendKeyRate")) towards servers", indent: 2)
        let down = status.servers.filter { !$0.isUp && $0.status != "no check" }
        page.paragraph(
            "\(Figures.plural(status.servers.count, "server")), \(down.count) not up", indent: 2)
        for server in down.prefix(Self.shownServers) {
            page.paragraph(told(server), label: "- ", indent: 2)
        }
    }

    /// `web/s1 DOWN for 38 s, 4 times down; check L4CON: Connection refused`
    private func told(_ server: HAProxyStatus.Server) -> String {
        var text = "\(server.backend)/\(server.name) \(server.status)"
        if let seconds = server.sinceChange {
            text += " for \(Figures.seconds(Int64(clamping: seconds) &* 1_000_000_000))"
        }
        text += ", \(Figures.plural(server.downs, "time")) down since the start"
        let check = [server.check, server.checkCode.map(String.init), server.lastCheck]
            .compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " ")
        return record.redactor.text(check.isEmpty ? text : text + "; check: " + check)
    }

    private func tell(_ status: StatusPage, _ page: inout TextPage) {
        let names =
            status.server == "nginx"
            ? ["Active", "Reading", "Writing", "Waiting", "accepts", "handled", "requests"]
            : ["BusyWorkers", "IdleWorkers", "ReqPerSec", "Uptime"]
        let values = names.compactMap { name in status.values[name].map { "\(name) \($0)" } }
        page.heading("\(status.server) (\(record.redactor.text(status.url)))")
        page.paragraph(values.joined(separator: ", "), indent: 2)
    }

    func logs(_ page: inout TextPage) {
        let logs = record.run.logs
        if logs.isEmpty { return }
        page.heading("Logs")
        for log in logs {
            var text =
                "\(record.redactor.path(log.name)): \(Figures.plural(log.totals.lines, "line")), "
                + Figures.bytes(UInt64(log.totals.bytes))
            if let first = log.totals.first, let last = log.totals.last {
                text += ", \(Figures.instant(first)) to \(Figures.instant(last))"
            }
            let known = log.matches.reduce(0) { $0 + $1.hit.count }
            text += known == 0 ? "; no known text" : "; \(Figures.plural(known, "known line"))"
            page.paragraph(text, label: "- ", indent: 2)
        }
    }
}
