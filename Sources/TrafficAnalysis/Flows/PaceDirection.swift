/// How the data that one side sends moves: round trips and bytes in flight. Kept of sides that sent
/// some packets with payload: a short exchange has no pace, and most flows are short.
///
/// What every packet of a transfer touches, and no more; the rest is in `PaceEvents`.
struct PaceDirection {
    /// Packets from which on its pace is followed.
    static let leastPackets: UInt32 = 16

    // In this order nothing is lost between the numbers.
    /// One segment at a time is timed (RFC 6298 §3: none that was sent again).
    var timed = Timed()
    /// Data beyond the window as it stands in the header was acknowledged.
    var wasBeyond = false
    /// Bytes sent and not acknowledged, at most.
    var largestFlight: UInt32 = 0
    /// From a segment to the acknowledgement of its last byte.
    var roundTrip = RoundTrips()
    /// How many were timed with at least `RoundTrips.load` bytes in flight.
    var loaded: UInt32 = 0
    /// From a segment's timestamp to its echo (RFC 7323 §4).
    var echo = RoundTrips()
    /// Segments that were held against a window that is shifted.
    var windowSegments: UInt32 = 0
    /// Index into `SideTables.paceEvents`, or -1; so the next, which is given back when data beyond
    /// the window was accepted: then nothing more can come of it.
    var events: Int32 = -1
    var window: Int32 = -1

    struct Timed {
        var time: Int64 = 0
        var end: UInt32 = 0
        var stamp: UInt32 = 0
        var isActive = false
        var hasStamp = false
        var isLoaded = false
    }
}

/// Segments against the peer's window as it stands in the header, before it is shifted.
struct RawWindow {
    /// Less than one MSS below it.
    var atEdge: UInt32 = 0
    var beyond: UInt32 = 0
    /// Of those beyond, watched one at a time: how many were sent again before one was accepted.
    var sentAgain: UInt32 = 0
    /// The first and one past the last byte of the segment that is watched.
    var watchedFrom: UInt32 = 0
    var watched: UInt32 = 0
    var firstPacket: UInt32 = 0
    var isWatching = false
}

/// What few sides meet: queues that fill, windows that are full, pauses.
struct PaceEvents {
    /// Of the loaded round trips, those that took 5 times the least and 100 ms more.
    var risen: UInt32 = 0
    var risenPacket: UInt32 = 0
    var longestRisen: UInt32 = 0
    /// Segments that fill the peer's window to the byte.
    var windowFull: UInt32 = 0
    var restart = Restart()
    var stall = Stall()
    var paused = Paused()

    /// What a burst after a silence begins with.
    struct Restart {
        var start: UInt32 = 0
        /// Bytes sent before the first acknowledgement.
        var firstFlight: UInt32 = 0
        var state = State.none
        var packet: UInt32 = 0
        /// In milliseconds.
        var pause: UInt32 = 0
        /// How many bursts began slowly, and the first of them.
        var count: UInt16 = 0
        var tries: UInt16 = 0
        var firstPacket: UInt32 = 0
        var longestPause: UInt32 = 0
        var flight: UInt32 = 0

        enum State: UInt8 { case none, begun, acknowledged }
    }

    /// Pauses that the peer's delayed acknowledgement ended.
    struct Stall {
        var count: UInt32 = 0
        var packet: UInt32 = 0
        var total: Int64 = 0
    }

    /// A pause inside one of a TLS server's first records, of nearly the largest size.
    struct Paused {
        var packet: UInt32 = 0
        /// In milliseconds.
        var pause: UInt32 = 0
    }
}

/// Times in microseconds; they saturate after 71 minutes.
struct RoundTrips {
    // The widest first, so that four bytes of the eight behind it are left to others.
    var total: UInt64 = 0
    var count: UInt32 = 0
    var least: UInt32 = .max
    var most: UInt32 = 0

    /// So many bytes are no exchange of small messages, whose acknowledgements are delayed.
    static let load: UInt32 = 6000

    mutating func add(_ nanoseconds: Int64) {
        let microseconds = UInt32(clamping: nanoseconds / 1000)
        count &+= 1
        least = min(least, microseconds)
        most = max(most, microseconds)
        total &+= UInt64(microseconds)
    }
}
