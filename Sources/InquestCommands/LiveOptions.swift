import ArgumentParser
import PacketCapture
import Triage

/// What `inquest capture` needs to know about a capture from an interface.
struct LiveOptions: ParsableArguments {
    /// Seconds: long enough for an incident, short enough that one forgotten overnight fills
    /// neither memory nor disk.
    static let defaultDuration = 3600

    @Option(
        help: ArgumentHelp(
            "Capture here instead of reading files; 'any' is all.", valueName: "name"))
    var interface: String?

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("End after so long. (default: ^C, or an hour)", valueName: "seconds"))
    var seconds: Double?

    @Option(help: ArgumentHelp("End after so many packets.", valueName: "n"))
    var packets: Int?

    @Option(
        help: ArgumentHelp(
            "Save in a ring of so many files, FILE-00001 and so on; the oldest make room.",
            valueName: "n"))
    var ringFiles: Int?

    @Option(
        help: ArgumentHelp("Begin the next file of the ring at so many MB.", valueName: "MB"))
    var ringSize: Double?

    @Flag(help: "Also frames for other stations, as a mirror port brings them.")
    var promiscuous = false

    @Option(
        help: ArgumentHelp(
            "End when it takes more memory than this. (default: 1074)", valueName: "MB"))
    var memory: Double?

    @Option(
        help: ArgumentHelp(
            "Who to become once the interface is open. (default: the caller of sudo)",
            valueName: "name"))
    var user: String?

    /// ^C is the end that was wanted, when no other was given.
    var endsByInterrupt: Bool { seconds == nil && packets == nil }

    func validate() throws {
        if interface == nil {
            let given = [
                seconds.map { _ in "--for" }, packets.map { _ in "--packets" },
                ringFiles.map { _ in "--ring-files" },
                ringSize.map { _ in "--ring-size" }, promiscuous ? "--promiscuous" : nil,
                memory.map { _ in "--memory" }, user.map { _ in "--user" },
            ].compactMap(\.self)
            if let flag = given.first { throw ValidationError("\(flag) needs --interface") }
        }
        // A hundred years; more does not fit the clock's arithmetic everywhere.
        if let seconds, !(seconds > 0 && seconds <= 3_153_600_000) {
            throw ValidationError("--for wants a number of seconds above 0")
        }
        if let packets, packets < 1 { throw ValidationError("--packets wants 1 or more") }
        try validateRing()
        if let memory, !(memory >= 100 && memory <= 1e7) {
            throw ValidationError("--memory wants 100 MB or more")
        }
        if user?.isEmpty == true { throw ValidationError("--user wants a name") }
    }

    private func validateRing() throws {
        if ringFiles == nil, ringSize == nil { return }
        guard let ringFiles, let ringSize else {
            throw ValidationError("--ring-files and --ring-size need each other")
        }
        if !(2...100_000 ~= ringFiles) {
            throw ValidationError("--ring-files wants 2 to 100000 files")
        }
        // Less than a packet's worth would make a file of each.
        if !(ringSize >= 0.1 && ringSize <= 1e6) {
            throw ValidationError("--ring-size wants 0.1 MB or more")
        }
    }

    func wish(
        on interface: String, filter words: [String], file: String?, keepsFlows: Bool
    ) -> LiveRun.Wish {
        let filter = words.joined(separator: " ")
        var wish = LiveRun.Wish(interface: interface, filter: filter.isEmpty ? nil : filter)
        wish.duration = .seconds(seconds ?? Double(Self.defaultDuration))
        wish.packets = packets
        wish.file = file
        if let ringFiles, let ringSize {
            wish.ring = CaptureRing.Bounds(files: ringFiles, size: Int(ringSize * 1e6))
        }
        wish.promiscuous = promiscuous
        if let memory { wish.memory = Int(memory * 1e6) }
        wish.needs.flows = keepsFlows
        if let user { wish.heir = .user(user) }
        return wish
    }
}
