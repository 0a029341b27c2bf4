import ArgumentParser
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

    /// ^C is the end that was wanted, when no other was given.
    var endsByInterrupt: Bool { seconds == nil && packets == nil }

    func validate() throws {
        if interface == nil {
            let given = [
                seconds.map { _ in "--for" }, packets.map { _ in "--packets" },
            ].compactMap(\.self)
            if let flag = given.first { throw ValidationError("\(flag) needs --interface") }
        }
        // A hundred years; more does not fit the clock's arithmetic everywhere.
        if let seconds, !(seconds > 0 && seconds <= 3_153_600_000) {
            throw ValidationError("--for wants a number of seconds above 0")
        }
        if let packets, packets < 1 { throw ValidationError("--packets wants 1 or more") }
    }

    func wish(
        on interface: String, filter words: [String], file: String?, keepsFlows: Bool
    ) -> LiveRun.Wish {
        let filter = words.joined(separator: " ")
        return LiveRun.Wish(
            interface: interface, filter: filter.isEmpty ? nil : filter,
            duration: .seconds(seconds ?? Double(Self.defaultDuration)), packets: packets,
            file: file, keepsFlows: keepsFlows)
    }
}
