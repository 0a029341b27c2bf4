import Casebook
import HostInspection
import Triage

extension JSONWriter {
    mutating func services(_ record: HostRecord) {
        let look = record.run.services.latest
        let mask = record.redactor
        member("haproxy", array: look.haproxies.compactMap(\.value)) { writer, status in
            writer.object { writer in
                writer.member("socket", mask.path(status.path))
                writer.member("info", array: status.info.keys.sorted().filter(Self.isTold)) {
                    writer, name in
                    writer.object { writer in
                        writer.member("name", name)
                        writer.member("value", mask.text(status.info[name] ?? ""))
                    }
                }
                writer.member("servers", array: status.servers) { $0.server($1, mask) }
            }
        }
        member("status_pages", array: look.pages.compactMap(\.value)) { writer, page in
            writer.object { writer in
                writer.member("url", mask.text(page.url))
                writer.member("server", page.server)
                writer.member("values", array: page.values.keys.sorted()) { writer, name in
                    writer.object { writer in
                        writer.member("name", name)
                        writer.member("value", mask.text(page.values[name] ?? ""))
                    }
                }
            }
        }
    }

    mutating func servicePicture(_ record: HostRecord) {
        key("service")
        guard let picture = record.service else { return null() }
        object { writer in
            writer.member("pids", array: picture.processes) { $0.integer(Int($1.pid)) }
            writer.member("threads", array: picture.threadGroups) { writer, group in
                writer.object { writer in
                    writer.member("state", String(group.state))
                    writer.key("place")
                    if let place = group.place { writer.string(place) } else { writer.null() }
                    writer.member("count", group.count)
                }
            }
            writer.member("accepting", picture.accepting)
            writer.member("reading", picture.reading)
            writer.member("descriptors", picture.descriptors)
            writer.member("resident_bytes", picture.residentBytes)
            writer.member("sentences", strings: picture.sentences.map(record.redactor.text))
        }
    }

    /// `node` and `description` are free text of the host's owner.
    private static func isTold(_ name: String) -> Bool {
        name != "node" && name != "description"
    }

    private mutating func server(_ server: HAProxyStatus.Server, _ mask: Redactor) {
        object { writer in
            writer.member("backend", mask.text(server.backend))
            writer.member("server", mask.text(server.name))
            writer.member("status", server.status)
            writer.member("sessions", server.sessions)
            writer.member("queue", server.queue)
            writer.member("downs", server.downs)
            if let seconds = server.sinceChange { writer.member("since_change_seconds", seconds) }
            writer.member("check", server.check)
            if let code = server.checkCode { writer.member("check_code", code) }
            writer.member("last_check", mask.text(server.lastCheck))
        }
    }

    mutating func log(_ log: LogReport, _ mask: Redactor) {
        object { writer in
            writer.member("name", mask.path(log.name))
            writer.member("lines", log.totals.lines)
            writer.member("bytes", log.totals.bytes)
            writer.member("first", timeOrNull: log.totals.first)
            writer.member("last", timeOrNull: log.totals.last)
            writer.member("texts_looked_for", log.targets)
            writer.member("matches", array: log.matches) { $0.match($1) }
            writer.member("cut_short", ifPresent: log.cutShort.map(mask.text))
        }
    }

    private mutating func match(_ match: LogReport.Match) {
        object { writer in
            writer.member("finding", match.target.fact)
            writer.member("form", match.target.signature.form.rawValue)
            writer.member("text", match.target.signature.text)
            writer.member("printed_by", match.target.signature.printedBy)
            writer.member("count", match.hit.count)
            writer.member("lines", array: match.hit.lines) { $0.line($1) }
            writer.key("last")
            writer.line(match.hit.lastLine)
        }
    }

    private mutating func line(_ line: LogScan.Line) {
        object { writer in
            writer.member("number", line.number)
            writer.member("time", timeOrNull: line.time)
        }
    }
}
