extension Deadline {
    static func after(from begin: MonotonicInstant, _ seconds: Double) -> Deadline {
        Deadline(begin.adding(seconds: seconds))
    }

    func earlier(_ other: Deadline) -> Deadline { Deadline(min(instant, other.instant)) }
}
