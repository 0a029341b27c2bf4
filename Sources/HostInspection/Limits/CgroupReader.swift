/// Reads limits and pressure of control groups, version 1 and 2 (cgroups(7)).
struct CgroupReader {
    private static let most = 32

    let reader: HostReader
    let scope: HostScope
    let snapshot: HostSnapshot

    func limits() -> [Limit] {
        var limits: [Limit] = []
        for paths in groups() {
            if let path = paths["pids"] {
                limits.append(
                    limit(
                        "pids.cgroup", path, folder: "pids", used: "pids.current",
                        maximum: "pids.max"))
            } else if let path = paths[""] {
                limits.append(
                    limit(
                        "pids.cgroup", path, folder: "", used: "pids.current",
                        maximum: "pids.max"))
            }
            if let path = paths["memory"] {
                limits.append(
                    limit(
                        "memory.cgroup", path, folder: "memory",
                        used: "memory.usage_in_bytes", maximum: "memory.limit_in_bytes",
                        unit: "bytes"))
            } else if let path = paths[""] {
                limits.append(
                    limit(
                        "memory.cgroup", path, folder: "", used: "memory.current",
                        maximum: "memory.max", unit: "bytes"))
            }
        }
        return limits
    }

    /// Pressure of the groups of the processes in scope (version 2 alone tells it,
    /// Documentation/admin-guide/cgroup-v2.rst), or why no group told any.
    func pressure() -> Observed<[Pressure]> {
        guard scope.process != nil || scope.servicePort != nil else { return .known([]) }
        var all: [Pressure] = []
        var obstacle: Obstacle?
        // That of the root is the host's.
        for path in groups().compactMap({ $0[""] }) where path != "/" {
            for resource in ["cpu", "memory", "io"] {
                let file = mount("") + path + "/\(resource).pressure"
                switch reader.wholeText(file, limit: 4096) {
                case .known(let text):
                    all += SystemReader.pressure(text, resource: resource, subject: path)
                case .unknown(let reason): obstacle = reason
                }
            }
        }
        if all.isEmpty, let obstacle { return .unknown(obstacle) }
        return .known(all)
    }

    /// Distinct groups of the processes in scope, or of this process.
    private func groups() -> [[String: String]] {
        let processes = snapshot.processes.value ?? ProcessTable()
        let chosen = ServiceProcesses.selected(snapshot.sockets.value, processes, scope)
        let all =
            chosen.isEmpty
            ? processes.processes.filter { $0.detail?.threads.value != nil }
            : processes.processes.filter { chosen.contains($0.pid) }
        var seen: Set<[String: String]> = []
        for process in all {
            guard seen.count < Self.most, let paths = process.detail?.cgroups.value else {
                continue
            }
            seen.insert(paths)
        }
        return seen.sorted { ($0[""] ?? "") < ($1[""] ?? "") }
    }

    private func limit(
        _ name: String, _ path: String, folder: String, used: String, maximum: String,
        unit: String = "count"
    ) -> Limit {
        let base = mount(folder) + (path == "/" ? "" : path)
        let limit = reader.wholeText(base + "/" + maximum, limit: 256).flatMap { text in
            Self.maximum(text, path: base + "/" + maximum)
        }
        let count = HostFile.number(reader.path(base + "/" + used))
        // The root of a hierarchy has neither file: nothing limits it.
        if path == "/", limit.obstacle?.reason == .missing {
            let unlimited = Observed<UInt64?>.known(nil)
            return Limit(
                name: name, subject: path, used: count, maximum: unlimited, unit: unit)
        }
        return Limit(
            name: name, subject: path,
            used: count, maximum: limit, unit: unit)
    }

    /// `max`, or version 1's largest number of pages: no limit.
    static func maximum(_ text: String, path: String) -> Observed<UInt64?> {
        let word = text.split(whereSeparator: \.isWhitespace).first ?? ""
        if word == "max" { return .known(nil) }
        guard let number = UInt64(word) else { return .unknown(Obstacle(.malformed, path)) }
        return .known(number >= UInt64(Int64.max) - 1 << 16 ? nil : number)
    }

    /// Version 2 is mounted at the top, or below `unified` beside version 1.
    private func mount(_ controller: String) -> String {
        let top = "/sys/fs/cgroup"
        if !controller.isEmpty { return top + "/" + controller }
        let isHybrid = HostFile.names(reader.path(top + "/unified")).value != nil
        return isHybrid ? top + "/unified" : top
    }
}
