import TerminalUI
import Triage

extension Model {
    /// With several, which of them has to be chosen.
    mutating func cancelJobs() -> [Effect] {
        if case .jobs = screen { return jobs.map { .cancel(job: $0.id) } }
        switch jobs.count {
        case 0: notice = "Nothing runs."
        case 1: return [.cancel(job: jobs[0].id)]
        default:
            screens.append(.jobs(ListState()))
            notice = "Which one? x cancels it, X all of them."
        }
        return []
    }

    mutating func cancelChosenJob() -> [Effect] {
        guard case .jobs(let list) = screen, list.selected < jobs.count else { return [] }
        notice = "\(jobs[list.selected].title): being cancelled."
        return [.cancel(job: jobs[list.selected].id)]
    }
}
