import Glibc
import PacketCapture
import Triage

/// Sentences about live capture.
extension ErrorText {
    static func report(_ fault: LiveCaptureError) -> Report {
        switch fault {
        case .noSuchInterface(let name, let known):
            Report(text: unknown(name, known), status: .usage)
        case .noRight(let interface):
            Report(
                text: "no right to capture on \(interface); grant it with: \(grant)",
                status: .noPermission)
        case .interfaceDown(let interface):
            Report(
                text: "cannot capture on \(interface): it is down; "
                    + "try 'sudo ip link set \(interface) up'", status: .inputOutput)
        case .cannotOpen(let interface, let reason):
            Report(text: "cannot capture on \(interface): \(reason)", status: .inputOutput)
        case .badFilter(let fault): Report(text: text(fault), status: .usage)
        case .noSuchUser(let name):
            Report(text: "there is no user '\(name)'; --user wants one to become", status: .usage)
        case .cannotDropRights(let code):
            Report(
                text: "cannot give up root's rights: \(reason(code)); "
                    + "run it from a root shell, without --user", status: .noPermission)
        }
    }

    static func report(_ fault: CaptureWriteError) -> Report {
        switch fault {
        case .exists(let path):
            Report(
                text: "cannot save packets in \(path): it is there already and stays as it is; "
                    + "choose another name", status: .inputOutput)
        case .io(let path, let code):
            Report(
                text: "cannot save packets in \(path): \(reason(code))",
                status: code == EACCES || code == EPERM || code == EROFS
                    ? .noPermission : .inputOutput)
        }
    }

    /// The line that lets this program capture for everybody who may run it.
    static var grant: String {
        let path = CasebookSource.executablePath().replacing("'", with: "'\\''")
        return "sudo setcap cap_net_raw+ep '\(path)'"
    }

    private static func unknown(_ name: String, _ known: [String]) -> String {
        let suggestion = Nearest.match(name, in: known).map { "; did you mean '\($0)'?" } ?? ""
        return "there is no interface '\(name)'\(suggestion); there are "
            + known.joined(separator: ", ")
    }

    /// libpcap's words, the filter with a mark below the fault, and what was probably meant.
    private static func text(_ fault: FilterFault) -> String {
        var text = "the filter is wrong: \(fault.reason)"
        guard let place = fault.place, let word = fault.word else {
            return text + "\n  \(fault.filter)\nman pcap-filter has the grammar"
        }
        // The mark stands below what is printed, which may be longer than what was typed.
        let before = SafeText.line(String(fault.filter.prefix(place)))
        let width = max(1, DisplayWidth.of(SafeText.line(word)))
        text += "\n  \(SafeText.line(fault.filter))\n  "
        text += String(repeating: " ", count: DisplayWidth.of(before))
        text += String(repeating: "^", count: width)
        // Names of hosts and ports have no list to choose from.
        if fault.reason.contains("syntax error"),
            let near = Nearest.match(word, in: FilterFault.keywords.sorted())
        {
            text += " did you mean '\(near)'?"
        }
        return text + "\nman pcap-filter has the grammar"
    }
}
