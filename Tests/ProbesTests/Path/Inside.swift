import Casebook
import Foundation
import Glibc
import Probes
import Testing

extension TestNetwork {
    /// Runs a probe in the first node against the last one.
    func probe(
        _ probe: any Probe.Type, _ scheme: ProbeTarget.Scheme = .tcp, port: UInt16 = 8080,
        host: String? = nil, withRights: Bool = true,
        _ change: (inout ProbeOptions) -> Void = { _ in }
    ) async -> ProbeReport {
        var options = ProbeOptions()
        options.timeout = 5
        options.allowed = .load
        change(&options)
        let (target, chosen) = (
            ProbeTarget(scheme: scheme, host: host ?? server, port: port), options
        )
        return await inside(0) {
            if !withRights { dropCapabilities() }
            return ProbeRunner.run(probe, target, chosen)
        }
    }

    /// A server in the last node on port 8080 that answers requests of HTTP.
    func serveHTTP(on node: Int? = nil, address: String? = nil) async -> ScriptedServer {
        let place = address ?? server
        return await inside(node ?? nodes - 1) {
            ScriptedServer(address: place, port: 8080, backlog: 512) { peer, _ in
                while !peer.read().isEmpty { peer.write("HTTP/1.1 204 No Content\r\n\r\n") }
            }
        }
    }
}

/// capset(2) of the calling thread, which ends with the probe; the Glibc module does not show it.
private func dropCapabilities() {
    typealias Call = @convention(c) (UnsafeRawPointer, UnsafeRawPointer) -> Int32
    // _LINUX_CAPABILITY_VERSION_3 and the calling thread; effective, permitted and inheritable.
    let header: [UInt32] = [0x2008_0522, 0]
    let none = [UInt32](repeating: 0, count: 6)
    let result = unsafeBitCast(dlsym(nil, "capset"), to: Call.self)(header, none)
    precondition(result == 0, "capset: errno \(errno)")
}
