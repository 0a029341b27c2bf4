/// The largest set of threads of one process that are named alike: its workers.
///
/// The kernel knows nothing of pools. A thread that runs, reads, writes or polls a few descriptors
/// has work; one that sleeps on a lock may be idle, or wait for something inside the program; one
/// in epoll may wait for many.
struct ThreadPool {
    let name: String
    private(set) var size = 0
    private(set) var onLock = 0
    private(set) var inLoop = 0
    /// Whose place of waiting we may not see.
    private(set) var unseen = 0

    /// Smaller ones are no pool.
    private static let fewest = 3

    /// `nil` when no three threads of the process are named alike.
    init?(_ process: ProcessRecord) {
        let threads = process.detail?.threads.value ?? []
        let pools = Dictionary(grouping: threads) { Self.stem($0.name) }
        guard let largest = pools.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) }),
            largest.value.count >= Self.fewest
        else { return nil }
        name = largest.key
        for thread in largest.value { add(thread) }
    }

    /// Every thread has work, but for one that hands it out and one that waits for more: what
    /// Apache's worker and event, and Java's blocking connectors, look like when no place is left.
    var isBusy: Bool { unseen == 0 && onLock <= 1 && inLoop <= 1 && size - onLock - inLoop >= 2 }

    private mutating func add(_ thread: ThreadRecord) {
        size += 1
        switch thread.activity {
        case .unknown: unseen += 1
        case _ where thread.sleepsOnLock: onLock += 1
        case .polling where thread.isInEventLoop: inLoop += 1
        default: break
        }
    }

    /// `http-nio-8080-e`, of `qtp515132998-23` and `worker-1` the part without numbers.
    private static func stem(_ name: String) -> String { name.filter { !$0.isNumber } }
}

extension ThreadRecord {
    fileprivate var sleepsOnLock: Bool {
        if state == "R" { return false }
        if case .known(let call?) = systemCall {
            return ["futex", "semop", "semtimedop", "flock", "fcntl"].contains(call)
        }
        return waitChannel.value?.hasPrefix("futex") ?? false
    }

    fileprivate var isInEventLoop: Bool {
        if case .known(let call?) = systemCall { return call.hasPrefix("epoll") }
        return waitChannel.value?.contains("epoll") ?? false || waitChannel.value == "ep_poll"
    }
}
