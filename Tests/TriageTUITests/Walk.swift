import Casebook
import Testing
import Triage

/// One of the five documented incidents: what its people said, what they knew or could see when
/// asked, and the captures and checks that they made or could have made. Everything else is
/// answered "I do not know".
struct Walk: CustomTestStringConvertible, Sendable {
    /// What is done when nothing is asked any longer.
    enum Act: Sendable {
        /// Reads the next capture.
        case read
        case command(String)
        /// Chooses a step from the list of all, and runs it.
        case check(String)
    }

    let cause: CaseID
    let complaint: String
    var known: [FactID: Answer]
    /// In the order in which they were taken; paths below `casebook`.
    var captures: [(name: String, file: String)]
    var checks: [String: [Evidence]] = [:]
    /// Given when a check asks for it.
    var target = ""
    var atTheEnd: [Act] = []

    var testDescription: String { cause }

    static let all = [licenceServer, healthChecks, launchDay, revocationList, balancers]

    /// A licence server, its health check, `nc` beside a third party's tool, and a capture of that.
    private static let licenceServer = Walk(
        cause: "blocking-tls-accept-held-by-silent-client",
        complaint: "some license checkouts time out while others work, the health check is green",
        known: [
            "monitor-green-users-fail": .yes, "hang-after-connect": .yes, "connect-refused": .no,
            "connect-times-out": .no, "everything-down": .no,
        ],
        captures: [
            (
                "nc-and-checkout.pcap",
                "tls/blocking-tls-accept-held-by-silent-client/replays/held-by-nc.pcap"
            )
        ])

    /// HAProxy at 100 % CPU after TLS health checks of hundreds of backends; a capture of those.
    private static let healthChecks = Walk(
        cause: "tls-session-invalidated-by-missing-close-notify",
        complaint: "haproxy is at 100% cpu with no traffic since we added ssl health checks",
        known: [
            "cpu-high-little-traffic": .yes, "began-after-app-change": .yes,
            "only-some-servers": .yes, "connect-times-out": .no, "connect-refused": .no,
            "everything-down": .no,
        ],
        captures: [
            (
                "haproxy-backend.pcap",
                "tls/tls-session-invalidated-by-missing-close-notify/replays/"
                    + "java17-require-close-notify.pcapng"
            )
        ])

    /// Launch day; the block page in a debug viewer; a capture of the calls that were cancelled.
    private static let launchDay = Walk(
        cause: "client-rst-on-cancel-triggers-ip-block",
        complaint: "after going live requests queue up, the page gets slower until it is frozen",
        known: [
            "block-message": .yes, "only-some-clients": .yes, "began-after-app-change": .yes,
            "at-peak-load": .probably, "workers-or-memory-pile-up": .probably,
        ],
        captures: [
            (
                "web-role.pcap",
                "middlebox/client-rst-on-cancel-triggers-ip-block/replays/banned-after-cancels.pcap"
            )
        ])

    /// Swap full of apache; netstat shows the pile, a few parallel curls to the remote hang.
    private static let revocationList = Walk(
        cause: "outbound-fetch-without-timeout-exhausts-workers",
        complaint:
            "swap and memory are full, lots of apache processes, many established connections",
        known: [
            "workers-or-memory-pile-up": .yes, "restart-helps": .yes,
            "began-after-app-change": .no, "limit-message-in-log": .no, "connect-refused": .no,
        ],
        captures: [],
        checks: [
            OpenSteps.hostStep: [
                Evidence(
                    id: "host.sock.established-silent-many", kind: .finding, state: .present,
                    source: "host:web1", count: 111,
                    summary: "111 connections of apache2 to one remote, silent and open"),
                Evidence(
                    id: "host.sock.asked-never-answered", kind: .finding, state: .present,
                    source: "host:web1", count: 111,
                    summary: "111 connections of apache2 asked one remote and were not answered"),
                Evidence(
                    id: "host.proc.waits-on-outbound-read", kind: .finding, state: .present,
                    source: "host:web1", summary: "workers of apache2 wait for a remote"),
            ],
            "tcp-parallel": [
                Evidence(
                    id: "probe.tcp.parallel-connects-hang", kind: .finding, state: .present,
                    source: "probe:[2001:db8:ba::100]:80",
                    summary: "of 8 parallel requests 5 got no answer")
            ],
        ],
        target: "[2001:db8:ba::100]:80",
        atTheEnd: [.command("target [2001:db8:ba::100]:80"), .check("tcp-parallel")])

    /// Lost ClientHellos: captures at the client, at the server, and at last behind the switch.
    private static let balancers = Walk(
        cause: "flow-split-across-load-balancers-by-hash",
        complaint: "under high load some https handshakes fail: no server hello comes back",
        known: [
            "tls-handshake-hangs": .yes, "at-peak-load": .yes, "hang-after-connect": .yes,
            "steady-small-share": .probably, "only-some-clients": .probably,
            "everything-down": .no, "certificate-error": .no,
        ],
        captures: ["client-side.pcap", "server-side.pcap", "switch-server-side.pcap"].map {
            ($0, "load-balancing/flow-split-across-load-balancers-by-hash/replays/" + $0)
        },
        atTheEnd: [.read, .read])
}
