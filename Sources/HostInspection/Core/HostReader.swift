internal import CSocketDiagnostics
internal import Glibc

/// Where the files of one look are: the root, and the network namespace in it.
struct HostReader: Sendable {
    var root: HostRoot
    /// The folder `net` of the namespace: `/proc/net`, or of a thread or a process.
    var networkFolder = "/proc/net"
    /// Whether netlink and `/proc/sys/net` speak of the same namespace as `networkFolder`.
    var canAskKernel: Bool
    /// Why not, when another namespace could not be entered.
    var namespaceObstacle: Obstacle?

    init(root: HostRoot) {
        self.root = root
        canAskKernel = root.isLive
    }

    func path(_ path: String) -> String { root.path(path) }
    /// - Parameter name: of a file below `/proc/net`, for example `snmp`.
    func network(_ name: String) -> String { root.path(networkFolder + "/" + name) }

    func wholeText(
        _ path: String, limit: Int = HostFile.usualLimit
    ) -> Observed<String> {
        HostFile.wholeText(root.path(path), limit: limit)
    }

    func text(_ path: String, limit: Int = HostFile.usualLimit) -> Observed<String> {
        HostFile.text(root.path(path), limit: limit)
    }

    /// Runs `body` with the files of `namespace`; on a thread in it where that is permitted,
    /// with `/proc/PID/net` where it is not.
    static func within<Value: Sendable>(
        _ namespace: HostScope.NetworkNamespace, root: HostRoot,
        _ body: @escaping @Sendable (HostReader) -> Value
    ) -> Observed<Value> {
        let reader = HostReader(root: root)
        guard let path = namespace.path(reader) else { return .known(body(reader)) }
        guard root.isLive else { return .known(body(recorded(namespace, reader))) }
        if case .known(let own) = HostFile.link("/proc/self/ns/net"),
            case .known(own) = HostFile.link(path)
        {
            return .known(body(reader))
        }
        return onThread {
            var inside = reader
            do throws(Obstacle) {
                try enter(path)
                inside.networkFolder = "/proc/thread-self/net"
            } catch {
                guard case .process(let pid) = namespace, error.reason == .notPermitted else {
                    return .unknown(error)
                }
                inside = recorded(.process(pid), reader)
                inside.namespaceObstacle = error
            }
            return .known(body(inside))
        }.flatMap { $0 }
    }

    private static func recorded(
        _ namespace: HostScope.NetworkNamespace, _ reader: HostReader
    ) -> HostReader {
        var reader = reader
        if case .process(let pid) = namespace { reader.networkFolder = "/proc/\(pid)/net" }
        reader.canAskKernel = false
        return reader
    }

    private static func enter(_ path: String) throws(Obstacle) {
        let file = try Descriptor(opening: path)
        guard csocketdiagnostics_enter_network_namespace(file.number) == 0 else {
            throw Obstacle(errno: errno, path)
        }
    }
}
