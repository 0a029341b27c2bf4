internal import Glibc

/// A file descriptor, closed when it goes out of scope.
struct Descriptor: ~Copyable {
    let number: Int32

    init(owning number: Int32) { self.number = number }

    deinit { close(number) }
}

/// Waits until `events` of `descriptor` are there; POLLERR and POLLHUP count as there.
func wait(
    for events: Int32, on descriptor: Int32, until deadline: Deadline,
    _ cancellation: Cancellation
) throws(NetworkFailure) {
    var polled = [
        pollfd(fd: descriptor, events: Int16(events), revents: 0),
        pollfd(fd: cancellation.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    while true {
        let ready = unsafe poll(&polled, nfds_t(polled.count), deadline.remainingMilliseconds)
        let code = errno
        if ready < 0, code != EINTR { throw .from(errno: code, call: "ppoll") }
        if cancellation.isCancelled { throw .cancelled }
        if ready > 0, polled[0].revents != 0 { return }
        if ready == 0, deadline.hasPassed { throw .timedOut }
    }
}

/// Sleeps until the deadline or the cancellation.
func sleep(until deadline: Deadline, _ cancellation: Cancellation) throws(NetworkFailure) {
    var polled = pollfd(fd: cancellation.descriptor, events: Int16(POLLIN), revents: 0)
    while !deadline.hasPassed {
        unsafe _ = poll(&polled, 1, deadline.remainingMilliseconds)
        if cancellation.isCancelled { throw .cancelled }
    }
}
