import Foundation
import Glibc
import Testing

/// Hosts and routers in a row, each a network namespace, joined by veth pairs; gone with the value.
///
/// Between node k and node k+1 lie 10.9.k.0/24 and fd09:k::/64: the left end is .1, the right .2.
/// The left interface of a node is `l`, the right one `r`. Every node routes to both sides.
final class TestNetwork: Sendable {
    /// Namespaces need CAP_SYS_ADMIN, and `ip` and `nft` do the work.
    static let isAvailable =
        geteuid() == 0 && access("/usr/sbin/nft", X_OK) == 0 && access("/usr/sbin/ip", X_OK) == 0

    private let prefix = "inq-\(UUID().uuidString.prefix(8).lowercased())-"
    let nodes: Int

    /// - Parameter nodes: at least one; a single one has only its loopback interface.
    init(nodes: Int) throws {
        self.nodes = nodes
        var lines: [String] = []
        for node in 0..<nodes {
            lines += [
                "ip netns add \(name(node))", "\(inside(node)) ip link set dev lo up",
                "\(inside(node)) sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1",
            ]
        }
        for link in 0..<(nodes - 1) {
            lines.append(
                "ip link add r netns \(name(link)) type veth peer name l netns \(name(link + 1))")
            for (node, side, host) in [(link, "r", 1), (link + 1, "l", 2)] {
                let here = inside(node)
                lines += [
                    "\(here) ip addr add 10.9.\(link).\(host)/24 dev \(side)",
                    "\(here) ip addr add fd09:\(link)::\(host)/64 dev \(side) nodad",
                    "\(here) ip link set dev \(side) up",
                ]
            }
        }
        for node in 0..<nodes { lines += routes(node) }
        try shell(lines.joined(separator: "\n"))
    }

    deinit {
        for node in 0..<nodes { try? shell("ip netns del \(name(node))") }
    }

    private func routes(_ node: Int) -> [String] {
        (0..<(nodes - 1)).flatMap { link -> [String] in
            if link == node || link == node - 1 { return [] }
            let side = link > node ? "r" : "l"
            let gateway = link > node ? "\(node)::2" : "\(node - 1)::1"
            let gateway4 = gateway.replacing("::", with: ".")
            return [
                "\(inside(node)) ip route add 10.9.\(link).0/24 via 10.9.\(gateway4)",
                "\(inside(node)) ip -6 route add fd09:\(link)::/64 via fd09:\(gateway) dev "
                    + "\(side) onlink",
            ]
        }
    }

    func name(_ node: Int) -> String { "\(prefix)\(node)" }

    /// To be put before a command.
    func inside(_ node: Int) -> String { "ip netns exec \(name(node))" }

    /// The address of the last node, towards the first.
    var server: String { "10.9.\(nodes - 2).2" }
    var serverIPv6: String { "fd09:\(nodes - 2)::2" }

    /// Runs commands in a node; a failing one fails the test.
    @discardableResult
    func run(_ script: String, on node: Int) throws -> String {
        try command(
            ["ip", "netns", "exec", name(node), "sh", "-euc", script], in: "/")
    }

    /// A ruleset for nft(8), read in the node. It wants every `}` on a line of its own.
    func filter(_ rules: String, on node: Int) throws {
        try command(
            ["ip", "netns", "exec", name(node), "nft", "-f", "-"], in: "/",
            input: rules.replacing("}", with: "\n}") + "\n")
    }

    private func shell(_ script: String) throws {
        try command(["sh", "-euc", script], in: "/")
    }

    /// Runs `body` on a thread that lives in the node; threads and sockets it makes live there too.
    func inside<T: Sendable>(_ node: Int, _ body: @escaping @Sendable () -> T) async -> T {
        let path = "/run/netns/" + name(node)
        return await onThread {
            let descriptor = open(path, O_RDONLY)
            precondition(descriptor >= 0 && enter(descriptor) == 0, "setns: errno \(errno)")
            close(descriptor)
            return body()
        }
    }
}

/// setns(2) of the calling thread; the Glibc module does not show it.
private func enter(_ descriptor: Int32) -> Int32 {
    typealias Call = @convention(c) (Int32, Int32) -> Int32
    let cloneNewNet: Int32 = 0x4000_0000
    return unsafeBitCast(dlsym(nil, "setns"), to: Call.self)(descriptor, cloneNewNet)
}
