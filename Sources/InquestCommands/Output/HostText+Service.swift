import Casebook
import HostInspection
import Triage

extension HostText {
    private static let shownThreadGroups = 6
    private static let shownSentences = 8

    /// The service that was asked about: its processes, what they wait for, what they hold.
    func service(_ page: inout TextPage) {
        guard let picture = record.service else { return }
        page.heading("The service")
        let names = Set(picture.processes.map(\.name)).sorted().joined(separator: ", ")
        page.paragraph(
            "\(names): \(Figures.plural(picture.processes.count, "process", "processes")), "
                + "\(Figures.bytes(picture.residentBytes)) in memory, "
                + Figures.plural(Int(clamping: picture.descriptors), "open descriptor"), indent: 2)
        page.paragraph(
            "\(Figures.plural(picture.accepting, "thread")) in accept, \(picture.reading) in read",
            indent: 2)
        for group in picture.threadGroups.prefix(Self.shownThreadGroups) {
            let place = group.place.map { "in " + $0 } ?? "where they wait we may not see"
            page.paragraph(
                "\(Figures.plural(group.count, "thread")) \(Self.word(group.state)), \(place)",
                label: "- ", indent: 4)
        }
        if case .known(let libraries) = picture.tlsLibraries, !libraries.isEmpty {
            page.paragraph("TLS by \(libraries.joined(separator: ", "))", indent: 2)
        }
        for sentence in picture.sentences.prefix(Self.shownSentences) {
            page.paragraph(record.redactor.text(sentence), label: "! ", indent: 2)
        }
    }

    /// proc_pid_stat(5).
    private static func word(_ state: Character) -> String {
        switch state {
        case "R": "running"
        case "S": "asleep"
        case "D": "waiting for a disk or a lock (D)"
        case "T", "t": "stopped (\(state))"
        case "Z": "dead and not collected (Z)"
        default: "in state \(state)"
        }
    }
}
