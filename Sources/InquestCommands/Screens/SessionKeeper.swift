import Casebook
import Glibc
import Synchronization
import Triage
import TriageTUI

/// Writes sessions beside the screens, the newest state last, one write at a time.
final class SessionKeeper: Sendable {
    private struct State {
        var waiting: SessionFile?
        var isWriting = false
        /// Told once, until something else is to be told.
        var told: String?
    }

    private let state = Mutex(State())
    private let store: SessionStore
    private let mailbox: Mailbox

    init(store: SessionStore, mailbox: Mailbox) {
        self.store = store
        self.mailbox = mailbox
    }

    func keep(_ session: SessionFile) {
        let starts = state.withLock { state in
            state.waiting = session
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if starts { Background.run { self.writeAll() } }
    }

    private func writeAll() {
        while let session = next() {
            do throws(Failure) {
                let notice = try store.write(session)
                mailbox.post(.kept(session))
                if isNew(notice), let notice { mailbox.post(.notKept(notice)) }
                mailbox.post(.seenBefore(SeenBefore(session, in: store)?.sentence))
            } catch {
                mailbox.post(.notKept(ErrorText.report(error).text))
            }
        }
    }

    private func isNew(_ notice: String?) -> Bool {
        state.withLock { state in
            defer { state.told = notice }
            return state.told != notice
        }
    }

    private func next() -> SessionFile? {
        state.withLock { state in
            defer { state.waiting = nil }
            if state.waiting == nil { state.isWriting = false }
            return state.waiting
        }
    }

    /// Waits until everything is written, ten seconds at most.
    func finish() {
        for _ in 0..<2_000 where state.withLock({ $0.isWriting }) { usleep(5_000) }
    }
}
