import Casebook
import HostInspection
import Triage

/// `inquest.host/1`: what was seen of a host, complete enough to be judged elsewhere.
enum HostJSON {
    static let schema = "inquest.host/1"

    static func document(_ record: HostRecord) -> [UInt8] {
        let latest = record.latest
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("schema", schema)
            writer.member("inquest", Inquest.version)
            writer.member("host", record.name)
            writer.member("kernel", latest.kernel)
            writer.member("time", timestamp: record.run.time)
            writer.member("looks", record.run.context.second == nil ? 1 : 2)
            writer.member("interval_seconds", number: record.run.context.interval)
            writer.member("redacted", record.isRedacted)
            writer.member("findings", array: record.findings) { $0.evidence($1) }
            writer.sockets(record)
            writer.counters(record)
            writer.limits(record)
            writer.processes(record)
            writer.servicePicture(record)
            writer.network(record)
            writer.system(latest.system)
            writer.services(record)
            writer.member("logs", array: record.run.logs) { $0.log($1, record.redactor) }
            writer.member("not_seen", array: record.obstacles) { writer, obstacle in
                writer.object { writer in
                    writer.member("reason", obstacle.reason.rawValue)
                    writer.member("summary", record.redactor.text(obstacle.description))
                }
            }
            writer.member("warnings", array: record.warnings) { $0.warning($1) }
            // Only there when somebody pressed ^C.
            if record.run.interrupted { writer.member("truncated", true) }
        }
        writer.endLine()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func sockets(_ record: HostRecord) {
        guard case .known(let table) = record.latest.sockets else {
            key("sockets")
            return null()
        }
        var states: [TCPState: Int] = [:]
        for socket in table.sockets { states[socket.state, default: 0] += 1 }
        member("sockets") { writer in
            writer.member("source", table.source.rawValue)
            writer.member("count", table.sockets.count)
            writer.member("states", array: TCPState.allCases.filter { states[$0] != nil }) {
                writer, state in
                writer.object { writer in
                    writer.member("state", state.name)
                    writer.member("count", states[state] ?? 0)
                }
            }
            writer.member("owners_missing_of_processes", table.unreadableProcesses)
            writer.member("group_count", record.groupCount)
            writer.member("groups", array: record.groups) { $0.group($1, record.redactor) }
        }
    }

    private mutating func group(_ group: SocketGroup, _ redactor: Redactor) {
        object { writer in
            writer.key("program")
            if let program = group.program { writer.string(program) } else { writer.null() }
            writer.member("endpoint", redactor.endpoint(group.endpoint))
            writer.member("state", group.state.name)
            writer.member("outbound", group.isOutbound)
            writer.member("count", group.count)
            writer.member("processes", group.processes)
            if group.withInfo > 0 {
                writer.member("longest_silence_ms", UInt64(group.longestSilence))
                writer.member("shortest_silence_ms", UInt64(group.shortestSilence))
            }
            writer.member("asked_never_answered", group.askedNeverAnswered)
            writer.member("without_timer", group.withoutTimer)
            writer.member("receive_queue", group.receiveQueue)
            writer.member("send_queue", group.sendQueue)
        }
    }

    fileprivate mutating func counters(_ record: HostRecord) {
        let first = record.run.context.second == nil ? nil : record.run.context.first.counters
        let interval = record.run.context.interval
        member("counters", array: record.latest.counters.counters) { writer, counter in
            writer.object { writer in
                writer.member("name", record.redactor.text(counter.name))
                writer.member("value", counter.value)
                if counter.isGauge { writer.member("gauge", true) }
                if !counter.isGauge, let before = first?[counter.name] {
                    let rate = CounterRate(
                        name: counter.name, first: before, second: counter.value,
                        interval: interval)
                    writer.member("increase", rate.increase)
                }
            }
        }
    }

    fileprivate mutating func limits(_ record: HostRecord) {
        member("limits", array: record.latest.limits) { writer, limit in
            writer.object { writer in
                writer.member("name", limit.name)
                writer.member("subject", record.redactor.text(limit.subject))
                writer.key("used")
                if let used = limit.used.value { writer.integer(used) } else { writer.null() }
                writer.key("maximum")
                if case .known(let maximum?) = limit.maximum {
                    writer.integer(maximum)
                } else {
                    writer.null()
                }
                writer.member("unit", limit.unit)
            }
        }
    }

    fileprivate mutating func processes(_ record: HostRecord) {
        member("processes", array: record.processes) { $0.process($1, record.redactor) }
    }

    private mutating func process(_ process: ProcessRecord, _ redactor: Redactor) {
        object { writer in
            writer.member("pid", Int(process.pid))
            writer.member("parent", Int(process.parent))
            writer.member("name", process.name)
            writer.member("state", String(process.state))
            writer.member("threads", process.threadCount)
            writer.member("resident_bytes", process.residentBytes)
            guard let detail = process.detail else { return }
            if let words = detail.commandLine.value {
                writer.member("command_line", strings: redactor.commandLine(words))
            }
            if let user = detail.userID.value { writer.member("user_id", redactor.user(user)) }
            if let open = detail.descriptors.value { writer.member("descriptors", open) }
            if case .known(let limit?) = detail.descriptorLimit {
                writer.member("descriptor_limit", limit)
            }
            if let libraries = detail.tlsLibraries.value {
                writer.member("tls_libraries", strings: libraries)
            }
        }
    }
}
