internal import CNcurses
internal import CTerminalRescue
internal import Glibc
public import TerminalUI

/// Why there is no terminal to draw on.
public enum TerminalFault: Error, Equatable, Sendable {
    case inputIsNoTerminal
    case outputIsNoTerminal
    /// terminfo knows neither this `TERM` nor `xterm-256color` nor `xterm`.
    case unknownTerminal(String)
    case noPipe(code: Int32)
}

/// The screen and the keyboard, from `init` until `close`.
///
/// All calls belong on one thread: ncurses has one screen for the process. Only `Waker` may be used
/// from others.
@safe public final class Terminal {
    public enum Event: Hashable, Sendable {
        case key(Key)
        case resized(Size)
        /// Somebody used the `Waker`.
        case woken
        /// SIGTERM or SIGHUP.
        case terminated
    }

    private let theme: Theme
    private let hasMouse: Bool
    private let screen: OpaquePointer
    private let window: UnsafeMutablePointer<WINDOW>
    private var pairs: [Theme.Rendition.Colour: Int16] = [:]
    private var shown: CellGrid?
    private var isOpen = true
    /// What was pasted so far, while a paste is on its way.
    private var pasted: String?
    /// What came so far of a report of the mouse.
    private var report: MouseReport?
    private let readEnd: Int32
    public let waker: Waker
    /// What the locale can show.
    public let drawing: CellGrid.Drawing

    /// Takes the terminal over.
    ///
    /// - Parameters:
    ///   - theme: `auto` without colours where the terminal has none.
    ///   - ascii: draw with ASCII alone, whatever the locale says.
    ///   - mouse: presses and the wheel arrive as keys; the terminal's own selection of text then
    ///     needs Shift.
    public init(theme: Theme, ascii: Bool, mouse: Bool = false) throws(TerminalFault) {
        guard isatty(STDIN_FILENO) == 1 else { throw .inputIsNoTerminal }
        guard isatty(STDOUT_FILENO) == 1 else { throw .outputIsNoTerminal }
        cncurses_use_locale()
        let codeset = unsafe cncurses_codeset().map { unsafe String(cString: $0) } ?? ""
        drawing = codeset == "UTF-8" && !ascii ? .unicode : .ascii
        self.theme = theme
        hasMouse = mouse
        terminal_rescue_remember()
        let ends = try Self.openPipe()
        readEnd = ends.read
        waker = Waker(descriptor: ends.write)
        guard let screen = unsafe Self.newScreen(), let window = unsafe cncurses_screen() else {
            throw .unknownTerminal(unsafe getenv("TERM").map { unsafe String(cString: $0) } ?? "")
        }
        unsafe self.screen = screen
        unsafe self.window = window
        configure()
        terminal_rescue_tell_signals(ends.write)
    }

    private static func openPipe() throws(TerminalFault) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw .noPipe(code: errno) }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        return (ends[0], ends[1])
    }

    /// `initscr` would end the process where TERM is unknown.
    private static func newScreen() -> OpaquePointer? {
        if let screen = unsafe cncurses_newterm() { return unsafe screen }
        for name in ["xterm-256color", "xterm"] {
            unsafe setenv("TERM", name, 1)
            if let screen = unsafe cncurses_newterm() { return unsafe screen }
        }
        return nil
    }

    private func configure() {
        // The keys of signals are ours: ^C and ^Z arrive as keys.
        raw()
        noecho()
        nonl()
        unsafe keypad(window, true)
        unsafe nodelay(window, true)
        set_escdelay(25)
        curs_set(0)
        if theme == .auto, has_colors(), start_color() == OK {
            use_default_colors()
            for (number, colour) in Theme.Rendition.Colour.allCases.enumerated()
            where number + 1 < Int(cncurses_color_pairs()) {
                init_pair(Int16(number + 1), Int16(colour.rawValue), -1)
                pairs[colour] = Int16(number + 1)
            }
        }
        unsafe terminal_rescue_set_leave(leaveSequence())
        terminal_rescue_arm()
        unsafe define_key(Self.pasteBegins, KeyDecoder.pasteBegins)
        unsafe define_key(Self.pasteEnds, KeyDecoder.pasteEnds)
        if hasMouse { unsafe define_key(MouseReport.begins, KeyDecoder.mouseBegins) }
        send(modes.on)
    }

    /// What is asked of the terminal beyond what ncurses asks for.
    private var modes: (on: String, off: String) {
        (
            on: Self.marksPastes + (hasMouse ? MouseReport.on : ""),
            off: Self.leavesPastes + (hasMouse ? MouseReport.off : "")
        )
    }

    /// Bracketed paste (xterm's ctlseqs): the terminal says where pasted text begins and ends.
    private static let (marksPastes, leavesPastes) = ("\u{1B}[?2004h", "\u{1B}[?2004l")
    private static let (pasteBegins, pasteEnds) = ("\u{1B}[200~", "\u{1B}[201~")

    /// Plain text, cursor shown, keypad off, back to the screen from before.
    private func leaveSequence() -> String {
        let names: [String] = ["sgr0", "cnorm", "rmkx", "rmcup"]
        return names.map { name in
            guard let text = unsafe cncurses_capability(name) else { return "" }
            return Self.withoutPadding(unsafe String(cString: text))
        }.joined() + modes.off
    }

    /// Without `$<5>`, which asks a slow terminal for milliseconds.
    private static func withoutPadding(_ text: String) -> String {
        var result = ""
        var rest = Substring(text)
        while let start = rest.firstIndex(of: "$"), let end = rest[start...].firstIndex(of: ">") {
            result += rest[..<start]
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    public var size: Size {
        Size(width: Int(unsafe getmaxx(window)), height: Int(unsafe getmaxy(window)))
    }

    /// Gives the terminal back; painting and waiting are over.
    public func close() {
        guard isOpen else { return }
        send(modes.off)
        isOpen = false
        terminal_rescue_disarm()
        endwin()
        unsafe delscreen(screen)
    }

    deinit { close() }
}

extension Terminal {
    /// Shows `grid`, sending what differs from what is shown.
    public func paint(_ grid: CellGrid) {
        guard isOpen else { return }
        if shown?.size != grid.size { unsafe werase(window) }
        for run in grid.changes(since: shown) { paint(run) }
        if let cursor = grid.cursor {
            unsafe wmove(window, Int32(cursor.y), Int32(cursor.x))
        }
        curs_set(grid.cursor == nil ? 0 : 1)
        unsafe wrefresh(window)
        shown = grid
    }

    private func paint(_ run: CellRun) {
        let rendition = theme.rendition(run.style)
        var attributes: attr_t = 0
        if rendition.bold { attributes |= cncurses_bold() }
        if rendition.dim { attributes |= cncurses_dim() }
        if rendition.underline { attributes |= cncurses_underline() }
        if rendition.reverse { attributes |= cncurses_reverse() }
        let pair = rendition.colour.flatMap { pairs[$0] } ?? 0
        unsafe wattr_set(window, attributes, pair, nil)
        // ERR at the last cell of the screen is as it should be: the cursor cannot go on.
        unsafe wmove(window, Int32(run.y), Int32(run.x))
        unsafe waddnstr(window, run.text, Int32(run.text.utf8.count))
    }

    /// Writes straight to the terminal, past the screen: for sequences that draw nothing.
    public func send(_ sequence: String) {
        guard isOpen else { return }
        var bytes = Array(sequence.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe write(STDOUT_FILENO, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Stops the process as ^Z does, and comes back to a whole screen.
    public func suspend() {
        guard isOpen else { return }
        send(modes.off)
        terminal_rescue_disarm()
        endwin()
        terminal_rescue_stop()
        terminal_rescue_arm()
        send(modes.on)
        repaintAll()
    }

    /// Everything is painted anew, whatever somebody else wrote on the screen.
    public func repaintAll() {
        shown = nil
        adoptSize()
        unsafe clearok(window, true)
        unsafe wrefresh(window)
    }

    func adoptSize() {
        var found = winsize()
        guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &found) == 0, found.ws_col > 0,
            found.ws_row > 0
        else { return }
        resizeterm(Int32(found.ws_row), Int32(found.ws_col))
    }
}

extension Terminal {
    /// Waits while nothing happens, using no processor time.
    ///
    /// - Parameter milliseconds: at most; -1 waits for ever.
    /// - Returns: events in the order in which they came; none when the time is over.
    public func wait(milliseconds: Int32 = -1) -> [Event] {
        while true {
            var sources = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0),
            ]
            let count = unsafe poll(&sources, 2, milliseconds)
            if count < 0, errno != EINTR { return [.terminated] }
            if count == 0 { return [] }
            if count < 0 { continue }
            var events = sources[1].revents != 0 ? told() : []
            if sources[0].revents & Int16(POLLIN) != 0 {
                events += keys()
            } else if sources[0].revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 {
                events.append(.terminated)
            }
            if !events.isEmpty { return events }
        }
    }

    /// Keys that are there already; what was pasted is one of them.
    private func keys() -> [Event] {
        var events: [Event] = []
        var code = wint_t()
        while true {
            let kind = unsafe wget_wch(window, &code)
            if kind == ERR { break }
            let isFunctionKey = kind == KEY_CODE_YES
            if isFunctionKey, code == KeyDecoder.mouseBegins {
                report = MouseReport()
            } else if report != nil {
                if report?.take(isFunctionKey ? nil : Unicode.Scalar(code)) == true { continue }
                if let key = report?.key { events.append(.key(key)) }
                report = nil
            } else if isFunctionKey, code == KeyDecoder.pasteBegins {
                pasted = ""
            } else if isFunctionKey, code == KeyDecoder.pasteEnds {
                if let text = pasted { events.append(.key(.paste(text))) }
                pasted = nil
            } else if pasted != nil {
                if !isFunctionKey, let scalar = Unicode.Scalar(code) {
                    pasted?.unicodeScalars.append(scalar)
                }
            } else if let key = KeyDecoder.key(code, isFunctionKey: isFunctionKey) {
                events.append(.key(key))
            }
        }
        return events
    }

    /// What signals and other threads wrote into the pipe.
    private func told() -> [Event] {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe bytes.withUnsafeMutableBytes {
            unsafe read(readEnd, $0.baseAddress, $0.count)
        }
        let letters = Set(bytes.prefix(max(0, count)))
        var events: [Event] = []
        if letters.contains(UInt8(ascii: "c")) { repaintAll() }
        if letters.contains(UInt8(ascii: "w")) || letters.contains(UInt8(ascii: "c")) {
            adoptSize()
            events.append(.resized(size))
        }
        if letters.contains(Waker.letter) { events.append(.woken) }
        if letters.contains(UInt8(ascii: "t")) || letters.contains(UInt8(ascii: "h")) {
            events.append(.terminated)
        }
        return events
    }
}
