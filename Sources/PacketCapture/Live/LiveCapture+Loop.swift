internal import Glibc

/// Why a live capture came to its end.
public enum LiveEnd: Equatable, Sendable {
    /// The time is over.
    case deadline
    /// Somebody asked for the end.
    case stopped
    /// The visitor wants no more.
    case refused
    /// The interface is gone, or reading failed; libpcap's words.
    case failed(String)
}

/// Who gets the packets of a live capture.
public protocol LiveVisitor: ~Copyable {
    /// Takes a packet, whose bytes are valid during the call only; `false` ends the capture.
    mutating func packet(_ record: PacketRecord, _ bytes: RawSpan) -> Bool

    /// Called after each bunch of packets and at least ten times a second; `false` ends the
    /// capture.
    mutating func turn() -> Bool

    /// The interface reported an error and is still there; packets may come again.
    mutating func interfaceWentDown()
}

extension LiveCapture {
    /// Between two looks at the clock and the wish to stop; some 100 microseconds of work.
    private static let packetsATurn = 512
    /// Between two tries at an interface in trouble, which poll(2) does not wait for.
    private static let troublePause: useconds_t = 50_000

    /// Visits packets as they come, until the first of the ends that `LiveEnd` names.
    ///
    /// Packets that were on the wire before the end, and which the kernel has not handed over yet,
    /// are still visited.
    ///
    public mutating func forEachPacket(
        until deadline: ContinuousClock.Instant, _ visitor: inout some LiveVisitor & ~Copyable
    ) -> LiveEnd {
        var isDown = false
        while true {
            if !visitor.turn() { return settle(.stopped, &visitor) }
            let left = ContinuousClock.now.duration(to: deadline)
            if left <= .zero { return settle(.deadline, &visitor) }
            let readiness = wait(milliseconds: milliseconds(left))
            if readiness == .none { continue }
            let visited = visitWaiting(limit: Self.packetsATurn) { record, bytes in
                visitor.packet(record, bytes)
            }
            switch visited {
            case .refused: return .refused
            case .failed(let words): return .failed(words)
            case .more: isDown = false
            case .empty:
                guard readiness == .trouble else { continue }
                if !isDown { visitor.interfaceWentDown() }
                isDown = true
                usleep(Self.troublePause)
            }
        }
    }

    /// At most a block's time, so that a signal that came before poll(2) is not missed for long.
    private func milliseconds(_ left: Duration) -> Int32 {
        let (seconds, fraction) = left.components
        if seconds > 0 { return pace.blockTimeout }
        return min(pace.blockTimeout, Int32(fraction / 1_000_000_000_000_000) + 1)
    }

    /// Takes what the kernel's unfinished block holds: packets stamped before now.
    private mutating func settle(
        _ end: LiveEnd, _ visitor: inout some LiveVisitor & ~Copyable
    ) -> LiveEnd {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        let last = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
        let closing = ContinuousClock.now + .milliseconds(Int(pace.blockTimeout) * 2)
        while ContinuousClock.now < closing {
            let readiness = wait(milliseconds: pace.blockTimeout)
            if readiness == .trouble { return end }
            guard readiness == .some else { continue }
            var isLater = false
            let visited = visitWaiting(limit: Self.packetsATurn) { record, bytes in
                isLater = record.time > last
                return !isLater && visitor.packet(record, bytes)
            }
            switch visited {
            case .refused: return isLater ? end : .refused
            case .failed(let words): return .failed(words)
            case .more, .empty: continue
            }
        }
        return end
    }
}
