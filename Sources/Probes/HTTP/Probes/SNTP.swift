/// One question of SNTP (RFC 4330, RFC 5905 §7.3) over UDP.
struct SNTP: Sendable {
    /// Seconds that the server's clock is ahead of ours; `nil` when nothing fit to use came.
    var offset: Double?
    var summary: String

    private static let port: UInt16 = 123
    /// 1900 to 1970.
    private static let epoch = 2_208_988_800.0

    func result(_ server: String) -> ProbeReport.AddressResult {
        .init(address: server, isGood: offset != nil, summary: summary)
    }

    /// - Parameter server: `host`, `host:port` or `[address]:port`.
    static func ask(_ server: String, _ context: ProbeContext) -> SNTP {
        let (host, port) = parts(server)
        do throws(NetworkFailure) {
            let address = try context.addresses(of: host, port: port)[0]
            let socket = try DatagramSocket(to: address, source: context.options.sourceAddress)
            let sent = now
            try socket.send(request(sent))
            context.log("sent an SNTP query of 48 bytes to \(address)")
            let deadline = Deadline.after(seconds: min(context.options.timeout, 5))
            while true {
                let answer = try socket.receive(by: deadline, context.cancellation)
                // Anybody can send to our port: only what repeats our time is an answer.
                guard answer.count >= 48, answer[24..<32].elementsEqual(stamp(sent)) else {
                    continue
                }
                return read(answer, sent: sent, received: now)
            }
        } catch {
            return SNTP(offset: nil, summary: "NTP: \(error)")
        }
    }

    private static func parts(_ server: String) -> (String, UInt16) {
        if let target = try? ProbeTarget(parsing: server) { return (target.host, target.port) }
        return (server, port)
    }

    /// Seconds since 1900, whole and fraction in 32 bits each.
    private static func stamp(_ time: Double) -> [UInt8] {
        let whole = time.rounded(.down)
        return bigEndian(UInt32(truncatingIfNeeded: Int64(whole)))
            + bigEndian(UInt32((time - whole) * 4_294_967_295))
    }

    private static var now: Double { Double(wallClock()) / 1e9 + epoch }

    /// Version 4, client; only the transmit time is filled in.
    private static func request(_ time: Double) -> [UInt8] {
        [0x23] + [UInt8](repeating: 0, count: 39) + stamp(time)
    }

    private static func read(_ answer: [UInt8], sent: Double, received: Double) -> SNTP {
        let leap = answer[0] >> 6
        let (mode, stratum) = (answer[0] & 7, answer[1])
        guard mode == 4, leap != 3, 1...15 ~= stratum else {
            return SNTP(offset: nil, summary: "NTP: the server has no time itself")
        }
        func time(_ offset: Int) -> Double {
            func word(_ at: Int) -> Double {
                Double(answer[at..<(at + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
            }
            return word(offset) + word(offset + 4) / 4_294_967_296
        }
        let offset = ((time(32) - sent) + (time(40) - received)) / 2
        let rounded = (offset * 1000).rounded() / 1000
        return SNTP(offset: rounded, summary: "NTP: its clock is \(rounded) s ahead of ours")
    }
}
