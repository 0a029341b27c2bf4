import Foundation

/// A user of their own, with a home directory in which cases are made; removed at the end.
final class CaseDesk {
    let home = Inquest.temporaryFolder()

    deinit { try? FileManager.default.removeItem(atPath: home) }

    var environment: [String: String] {
        [
            "HOME": home, "XDG_DATA_HOME": home + "/data", "XDG_STATE_HOME": home + "/state",
            "XDG_CONFIG_HOME": home + "/config",
        ]
    }
    /// The user's own casebook.
    var personal: String { home + "/data/inquest/casebook" }

    func run(
        _ arguments: [String], input: String = "", environment more: [String: String] = [:]
    ) throws -> Inquest.Outcome {
        try Inquest.run(
            arguments, input: Array(input.utf8), environment: environment.merging(more) { $1 },
            folder: home)
    }

    func shell(_ line: String) throws -> Inquest.Outcome {
        try Inquest.shell(line, environment: environment, folder: home)
    }

    /// Every `case.md` that is kept as a draft.
    var drafts: [String] { files(below: home + "/state/inquest/drafts", named: "case.md") }

    /// Every `case.md` of the user's own casebook.
    var cases: [String] { files(below: personal, named: "case.md") }

    private func files(below folder: String, named name: String) -> [String] {
        let all = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
        return all.filter { $0.hasSuffix("/" + name) }.sorted().map { "\(folder)/\($0)" }
    }

    func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    func write(_ text: String, to path: String) throws -> String {
        let full = path.hasPrefix("/") ? path : "\(home)/\(path)"
        try FileManager.default.createDirectory(
            atPath: URL(filePath: full).deletingLastPathComponent().path,
            withIntermediateDirectories: true)
        try text.write(toFile: full, atomically: false, encoding: .utf8)
        return full
    }

    /// Everything that a case needs of a person, as flags.
    static let answers = [
        "--title", "Large uploads stall on the way", "--family", "tcp", "--meaning",
        "Large packets vanish.", "--impact", "Uploads hang.", "--story", "It began on a Monday.",
        "--mitigation", "Lower the MTU.", "--root", "Let the ICMP messages through.", "--source",
        "https://tickets.example/42",
    ]

    /// All words of the shipped casebook, and cases that have nothing to do with `stalled`.
    func bookWithoutStalls() throws -> String {
        let book = home + "/book"
        let made = try shell(
            "cp -r '\(Inquest.casebook)' book && cp '\(Inquest.repository("casebook"))'/*.yaml book/"
        )
        return made.status == 0 ? book : "not made: \(made.error)"
    }

    static let healthy = Inquest.repository("Tests/Fixtures/captures/healthy-http-keepalive.pcapng")

    /// Its packets vanish in a tunnel.
    static let stalled = Inquest.repository(
        "casebook/tcp/pmtu-blackhole/replays/large-upload-client-side.pcap")
}
