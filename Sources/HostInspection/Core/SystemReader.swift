internal import CSocketDiagnostics
internal import Glibc

/// Reads clock, trust store, processors and pressure.
struct SystemReader {
    let reader: HostReader

    func state() -> SystemState {
        var state = SystemState()
        state.clock =
            reader.root.isLive
            ? Self.clock() : .unknown(Obstacle(.unsupported, "the clock", "recorded files"))
        state.trustStore = TrustStoreReader(reader: reader).store()
        state.processors = reader.wholeText("/proc/stat").map(Self.processors)
        for resource in ["cpu", "memory", "io"] {
            switch reader.wholeText("/proc/pressure/\(resource)", limit: 4096) {
            case .known(let text): state.pressure += Self.pressure(text, resource: resource)
            case .unknown(let obstacle): state.pressureObstacle = obstacle
            }
        }
        return state
    }

    private static func clock() -> Observed<ClockState> {
        var time = timex()
        let state = unsafe adjtimex(&time)
        guard state >= 0 else { return .unknown(Obstacle(errno: errno, "adjtimex")) }
        let nanoseconds = time.status & STA_NANO != 0
        return .known(
            ClockState(
                isSynchronised: state != TIME_ERROR && time.status & STA_UNSYNC == 0,
                estimatedError: Double(time.esterror) / 1e6,
                maximumError: Double(time.maxerror) / 1e6,
                offset: Double(time.offset) / (nanoseconds ? 1e9 : 1e6)))
    }

    /// Lines `cpuN user nice system idle iowait irq softirq steal …` (proc_stat(5)).
    static func processors(_ text: String) -> [ProcessorTime] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard let name = words.first, name.hasPrefix("cpu"),
                let number = Int(name.dropFirst(3)), words.count >= 8
            else { return nil }
            // Guest time is counted in user time already.
            let times = words.dropFirst().prefix(8).compactMap { UInt64($0) }
            guard times.count >= 7 else { return nil }
            return ProcessorTime(
                processor: number, all: times.reduce(0, &+), softirq: times[6],
                idle: times[3] &+ times[4])
        }
    }

    /// `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`.
    static func pressure(_ text: String, resource: String, subject: String = "") -> [Pressure] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count >= 4 else { return nil }
            let numbers = words[1...3].compactMap { word in
                word.split(separator: "=").last.flatMap { Double($0) }
            }
            guard numbers.count == 3 else { return nil }
            return Pressure(
                resource: resource, kind: String(words[0].prefix(8)), subject: subject,
                average10: numbers[0], average60: numbers[1], average300: numbers[2])
        }
    }
}
