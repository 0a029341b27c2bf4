internal import Casebook

/// One or several counters that rise between two looks.
struct RisingCounterCheck: HostCheck {
    let name: String
    let establishes: [FactID]
    let counters: [String]
    /// What the rise means, after the number.
    let meaning: String

    init(_ name: String, _ id: FactID, _ counters: [String], _ meaning: String) {
        self.name = name
        establishes = [id]
        self.counters = counters
        self.meaning = meaning
    }

    func run(_ host: HostContext) -> [Evidence] {
        let id = establishes[0]
        switch host.rate(sumOf: counters) {
        case .unknown(let obstacle): return [host.unknown(id, obstacle)]
        case .known(let rate):
            let measure = Evidence.Measure(value: Double(rate.increase), unit: "count")
            guard rate.increase > 0 else {
                return [
                    host.absent(
                        id, "\(rate.name) stood still for \(decimal(rate.interval)) s",
                        measure: measure)
                ]
            }
            return [
                host.present(
                    id,
                    "\(rate.name) +\(rate.increase) in \(decimal(rate.interval)) s: \(meaning)",
                    count: Int(clamping: rate.increase), measure: measure)
            ]
        }
    }
}

extension RisingCounterCheck {
    static let all: [RisingCounterCheck] = [
        RisingCounterCheck(
            "listen-overflows", "host.nstat.listen-overflows",
            ["TcpExtListenOverflows", "TcpExtListenDrops"],
            "connections were dropped at a LISTEN socket"),
        RisingCounterCheck(
            "abort-on-close", "host.nstat.abort-on-close", ["TcpExtTCPAbortOnClose"],
            "programs closed sockets with received data unread, so this host sent RST"),
        RisingCounterCheck(
            "abort-on-data", "host.nstat.abort-on-data", ["TcpExtTCPAbortOnData"],
            "sockets were closed with zero linger, or data came after the close: RST sent"),
        RisingCounterCheck(
            "established-resets", "host.nstat.estab-resets", ["TcpEstabResets"],
            "established connections were reset, by either side"),
        // Probes alone (TCPKeepAlive) lose nothing; the timeout does.
        RisingCounterCheck(
            "keepalive-timeouts", "host.nstat.keepalive-timeouts", ["TcpExtTCPAbortOnTimeout"],
            "connections were given up after retries or keep-alive probes without answer"),
        RisingCounterCheck(
            "checksum-errors", "host.nstat.checksum-errors",
            ["TcpInCsumErrors", "UdpInCsumErrors"], "segments came in damaged"),
        RisingCounterCheck(
            "receive-collapse", "host.nstat.rcv-collapse",
            [
                "TcpExtTCPRcvCollapsed", "TcpExtPruneCalled", "TcpExtRcvPruned",
                "TcpExtTCPBacklogDrop",
            ], "sockets ran out of receive memory: the program reads too slowly"),
        RisingCounterCheck(
            "syn-cookies", "host.nstat.syncookies", ["TcpExtSyncookiesSent"],
            "a SYN backlog was full"),
        RisingCounterCheck(
            "paws-drops", "host.nstat.paws-drops",
            ["TcpExtPAWSPassive", "TcpExtPAWSActive", "TcpExtPAWSEstab"],
            "segments were dropped for an old timestamp"),
        RisingCounterCheck(
            "zero-windows", "host.nstat.zero-window-adv",
            ["TcpExtTCPToZeroWindowAdv", "TcpExtTCPWantZeroWindowAdv"],
            "this host told peers to stop sending: a program reads too slowly"),
        RisingCounterCheck(
            "reverse-path-drops", "host.nstat.rpfilter-drops", ["TcpExtIPReversePathFilter"],
            "packets came in on an interface that does not lead back to their sender"),
        RisingCounterCheck(
            "softnet-drops", "host.nstat.softnet-drops",
            ["Softnet.dropped", "Softnet.time_squeeze"],
            "processors could not take in packets fast enough"),
    ]
}
