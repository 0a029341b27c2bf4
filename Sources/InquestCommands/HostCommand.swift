import ArgumentParser
import Casebook
import HostInspection
import Triage

struct HostCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "host",
        abstract: "Look at this host: sockets, counters, limits, processes, logs.",
        discussion: """
            Examples:
              inquest host
              sudo inquest host --process apache2 --watch 10
              inquest host --remote '[2001:db8::1]:80' --watch 10
              inquest host --haproxy-socket /run/haproxy/admin.sock --watch 5
              zcat app.log.gz | inquest host --log -
              inquest host --watch 10 --json --redact > host.json

            Changes nothing on the host. Much of it needs no root; what does is said to be
            unknown. Findings about what grows need two looks (--watch). On another host
            'inquest diagnose --evidence host.json' judges the result.
            """)

    @OptionGroup(title: "What to look at") var host: HostOptions

    @Flag(help: "Pseudonyms for addresses, names, user ids and command lines.")
    var redact = false

    @Flag(help: "One JSON document.") var json = false

    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        let wish = try host.wish(looksAtHost: true)
        HostNotice.tell(wish)
        let casebook = try CasebookSource(run.settings).load()
        let outcome = try look(wish, casebook.casebook)
        let record = HostRecord(outcome, redact: redact)
        if json {
            run.console.write(HostJSON.document(record))
        } else {
            run.console.write(HostText(record: record).page(run.console.newPage()))
        }
        return outcome.interrupted ? .interrupted : .done
    }

    private func look(_ wish: HostRun.Wish, _ casebook: Casebook) throws(Failure) -> HostRun {
        do {
            return try HostRun(wish, casebook: casebook) { !Interrupt.requested }
        } catch {
            throw .log(error)
        }
    }
}
