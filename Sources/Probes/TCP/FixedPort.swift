internal import Glibc

extension Connection {
    /// Tries to take a port that its last connection may hold for a moment longer: a process that
    /// is just being started has a copy of every descriptor until it executes.
    private static let portTries = 5
    private static let portPause = 0.02

    /// A connection from a source port of our choice. The turn of the rate limit is the caller's.
    ///
    /// - Throws: `local` when the port stays in use.
    static func fromPort(
        _ port: UInt16, _ context: ProbeContext, to address: SocketAddress, seconds: Double
    ) throws(NetworkFailure) -> Connection {
        for attempt in 1... {
            let connection = Connection(context, to: address, label: "port \(port)")
            do throws(NetworkFailure) {
                try connection.connect(
                    by: .after(seconds: seconds), .init(sourcePort: port, isPaced: false))
                return connection
            } catch .local(let call, let code) {
                let isHeld = code == EADDRNOTAVAIL || code == EADDRINUSE
                guard isHeld, attempt < portTries else { throw .local(call: call, errno: code) }
                try sleep(until: .after(seconds: portPause), context.cancellation)
            }
        }
        throw .cancelled
    }
}
