internal import Glibc

/// Reads the list of processes from /proc (proc_pid_stat(5)).
enum ProcessScan {
    /// PF_KTHREAD (include/linux/sched.h).
    private static let kernelThread: UInt64 = 0x20_0000

    /// Processes of the host, without threads of the kernel.
    static func look(_ reader: HostReader) -> Observed<ProcessTable> {
        HostFile.names(reader.path("/proc")).flatMap { names in
            let pids = names.compactMap { Int32($0) }.filter { $0 > 0 }.sorted()
            guard !pids.isEmpty else {
                return .unknown(Obstacle(.missing, reader.path("/proc"), "not mounted"))
            }
            var table = ProcessTable(hidesOthers: hidesOthers(reader))
            for pid in pids {
                switch read(pid, reader) {
                case .known(let process?): table.processes.append(process)
                case .known(nil): break
                case .unknown(let obstacle):
                    let ended = obstacle.reason == .missing || obstacle.reason == .vanished
                    if !ended { table.unreadable += 1 }
                }
            }
            return .known(table)
        }
    }

    /// `nil` for a thread of the kernel.
    private static func read(_ pid: Int32, _ reader: HostReader) -> Observed<ProcessRecord?> {
        let path = reader.path("/proc/\(pid)/stat")
        return HostFile.bytes(path, limit: 4096).flatMap { bytes in
            guard let (process, flags) = process(bytes, pid: pid) else {
                return .unknown(Obstacle(.malformed, path))
            }
            return .known(flags & kernelThread == 0 ? process : nil)
        }
    }

    /// `PID (NAME) STATE PPID …`; a name may hold blanks, newlines and parentheses.
    static func process(_ bytes: [UInt8], pid: Int32) -> (ProcessRecord, flags: UInt64)? {
        guard bytes.last == UInt8(ascii: "\n"),
            let open = bytes.firstIndex(of: UInt8(ascii: "(")),
            let close = bytes.lastIndex(of: UInt8(ascii: ")")), open < close
        else { return nil }
        let name = String(decoding: bytes[open + 1..<close].prefix(64), as: UTF8.self)
        let fields = String(decoding: bytes[(close + 1)...], as: UTF8.self)
            .split(whereSeparator: \.isWhitespace)
        // From field 3 (state) to field 24 (rss).
        guard fields.count >= 22, let state = fields[0].first, let parent = Int32(fields[1]),
            let flags = UInt64(fields[6]), let user = UInt64(fields[11]),
            let system = UInt64(fields[12]), let threads = Int(fields[17]),
            let started = UInt64(fields[19]), let resident = Int64(fields[21])
        else { return nil }
        let pages = UInt64(clamping: resident)
        let process = ProcessRecord(
            pid: pid, parent: parent, name: name, state: state, threadCount: threads,
            started: started, cpuTicks: user &+ system,
            residentBytes: pages.multipliedReportingOverflow(by: pageSize).partialValue)
        return (process, flags)
    }

    private static let pageSize = UInt64(clamping: sysconf(Int32(_SC_PAGESIZE)))

    /// `hidepid=` in the options of the mount (proc(5)); root sees everything all the same.
    private static func hidesOthers(_ reader: HostReader) -> Bool {
        let mounts = reader.text("/proc/self/mounts").value ?? ""
        let hides = mounts.split(separator: "\n").contains { line in
            let words = line.split(separator: " ")
            return words.count > 3 && words[1] == "/proc" && words[2] == "proc"
                && words[3].split(separator: ",").contains {
                    $0.hasPrefix("hidepid=") && $0 != "hidepid=0" && $0 != "hidepid=off"
                }
        }
        return hides && (geteuid() != 0 || !reader.root.isLive)
    }
}
