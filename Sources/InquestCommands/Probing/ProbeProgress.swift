import Probes
import Synchronization
import Triage

/// How many targets are done, on standard error; from any thread.
final class ProbeProgress: Sendable {
    private struct State {
        var progress: Progress
        var done = 0
    }

    private let state: Mutex<State>
    private let total: Int

    init(_ request: ProbeRequest, _ console: Console) {
        total = request.jobs.count
        let name = total == 1 ? request.jobs[0].target.authority : "targets"
        state = Mutex(State(progress: Progress(name: name, console: console)))
    }

    func done() {
        state.withLock { state in
            state.done += 1
            state.progress.show("\(state.done) of \(total)")
        }
    }

    func finish() { state.withLock { $0.progress.finish() } }
}
