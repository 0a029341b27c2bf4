import Glibc
import NcursesTerminal

/// Copies through the terminal, which works over ssh too, and into a file, for terminals that
/// refuse.
struct Clipboard {
    /// xterm and tmux drop longer OSC 52 sequences.
    private static let longest = 74_994

    let terminal: Terminal
    let store: SessionStore
    let isTmux: Bool

    /// - Returns: what was done, for a person.
    func copy(_ text: String) -> String {
        let sequence = Base64.encode(Array(text.utf8))
        let fits = sequence.utf8.count <= Self.longest
        if fits { terminal.send("\u{1B}]52;c;\(sequence)\u{07}") }
        if isTmux { Self.toTmux(text) }
        guard let folder = store.folder else {
            return fits ? "Copied, if the terminal allows it (OSC 52)." : "Too long to copy."
        }
        PrivateFolder.make(folder)
        let path = folder + "/copied.txt"
        do throws(Failure) {
            try OutputFile.write(Array(text.utf8), to: path)
        } catch {
            return ErrorText.report(error).text
        }
        return fits
            ? "Copied (OSC 52); if the terminal refuses, it is in \(path)." : "It is in \(path)."
    }

    /// tmux takes OSC 52 of programs only with `set-clipboard on`; this way it always does.
    private static func toTmux(_ text: String) {
        guard let pipe = popen("tmux load-buffer -w - 2>/dev/null", "w") else { return }
        fputs(text, pipe)
        pclose(pipe)
    }
}
