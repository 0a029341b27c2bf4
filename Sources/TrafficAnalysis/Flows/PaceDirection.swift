/// How the data that one side sends moves: round trips, bytes in flight, pauses. Kept of sides that
/// sent some packets with payload: a short exchange has no pace, and most flows are short.
struct PaceDirection {
    /// Packets from which on its pace is followed.
    static let leastPackets: UInt32 = 16

    /// One segment at a time is timed (RFC 6298 §3: none that was sent again).
    var timed = Timed()
    /// From a segment to the acknowledgement of its last byte.
    var roundTrip = RoundTrips()
    /// From a segment's timestamp to its echo (RFC 7323 §4).
    var echo = RoundTrips()
    /// Of those timed with at least `RoundTrips.load` bytes in flight, those that took 5 times the
    /// least and 100 ms more.
    var loaded: UInt32 = 0
    var risen: UInt32 = 0
    var risenPacket: UInt32 = 0
    var longestRisen: UInt32 = 0

    /// Bytes sent and not acknowledged, at most.
    var largestFlight: UInt32 = 0
    /// Segments that fill the peer's window to the byte.
    var windowFull: UInt32 = 0
    var window = RawWindow()
    var restart = Restart()
    var stall = Stall()
    var paused = Paused()

    struct Timed {
        var time: Int64 = 0
        var end: UInt32 = 0
        var stamp: UInt32 = 0
        var isActive = false
        var hasStamp = false
        var isLoaded = false
    }

    /// Against the peer's window as it stands in the header, before it is shifted.
    struct RawWindow {
        var segments: UInt32 = 0
        /// Less than one MSS below it.
        var atEdge: UInt32 = 0
        var beyond: UInt32 = 0
        /// Of those beyond, watched one at a time: what became of it.
        var accepted: UInt32 = 0
        var sentAgain: UInt32 = 0
        var watched: UInt32 = 0
        var isWatching = false
        var firstPacket: UInt32 = 0
    }

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
    var count: UInt32 = 0
    var least: UInt32 = .max
    var most: UInt32 = 0
    var total: UInt64 = 0

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
