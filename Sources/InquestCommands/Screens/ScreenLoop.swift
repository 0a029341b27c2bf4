import Casebook
import Glibc
import NcursesTerminal
import TerminalUI
import Triage
import TriageTUI

/// Keys and messages in, screens out, until somebody quits.
final class ScreenLoop {
    private enum End {
        case quit, withSummary, terminated
    }

    private let terminal: Terminal
    private let performer: EffectPerformer
    private let mailbox: Mailbox
    private let run: Run
    private let store: SessionStore
    private var model: Model
    private var end: End?

    init(
        terminal: Terminal, loaded: LoadedCasebook, session: TriageSession,
        earlier: [SessionFile], store: SessionStore, run: Run
    ) {
        self.terminal = terminal
        self.run = run
        self.store = store
        mailbox = Mailbox(waker: terminal.waker)
        model = Model(
            size: terminal.size,
            conversation: Conversation(session: session, at: IncidentCommand.now()),
            id: SessionStore.newID(), created: IncidentCommand.now(), earlier: earlier,
            runnable: { CheckExecutors.canRun($0) })
        performer = EffectPerformer(
            store: loaded.store, sessions: store, mailbox: mailbox,
            clipboard: Clipboard(
                terminal: terminal, store: store,
                isTmux: run.settings.environment["TMUX"]?.isEmpty == false),
            folders: loaded.casebook.books.map(\.path), settings: run.settings)
    }

    func run(
        captures: [String], said: [String], resuming kept: SessionFile?
    ) -> ExitStatus {
        perform(model.begin(captures: captures, said: said, resuming: kept, now: now()))
        while end == nil {
            terminal.paint(model.view(terminal.drawing))
            let events = terminal.wait(milliseconds: pause())
            if events.isEmpty { take(.tick) }
            for event in events where end == nil { handle(event) }
        }
        performer.finish()
        // What was written last is told too late for the screens, not for what is said at the end.
        for case .kept(let session) in mailbox.take() {
            _ = model.update(.kept(session), now: now())
        }
        terminal.close()
        return leave()
    }

    /// Until the model wants to look at something again; -1 for as long as nothing happens.
    private func pause() -> Int32 {
        guard let time = model.wakeAt else { return -1 }
        return Int32(clamping: max(0, time - now()) * 1_000)
    }

    private func handle(_ event: Terminal.Event) {
        switch event {
        case .key(let key): take(.key(key))
        case .resized(let size): take(.resized(size))
        case .woken: for message in mailbox.take() { take(message) }
        case .terminated: end = .terminated
        }
    }

    private func take(_ message: Message) { perform(model.update(message, now: now())) }

    private func now() -> Int64 { IncidentCommand.now() }

    private func perform(_ effects: [Effect]) {
        for effect in effects {
            switch effect {
            case .quit: end = .quit
            case .quitWithSummary: end = .withSummary
            case .suspend: terminal.suspend()
            case .repaint: terminal.repaintAll()
            default: performer.perform(effect, model)
            }
        }
    }

    /// What stays on the terminal.
    private func leave() -> ExitStatus {
        let evidence = model.conversation.evidence
        if end == .withSummary, !evidence.isEmpty {
            run.console.write(DiagnosisText(result: model.result).page(run.console.newPage()))
            run.console.flush()
        }
        if !evidence.isEmpty, model.isKept {
            run.console.note("To take it up again: inquest --resume \(store.id(of: model.id))")
        }
        if end == .terminated {
            // Whoever sent the signal is to see that it ended us.
            signal(SIGTERM, SIG_DFL)
            raise(SIGTERM)
        }
        return .done
    }
}
