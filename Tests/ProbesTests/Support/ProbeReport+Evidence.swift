import Casebook
import Probes

extension ProbeReport {
    /// The state of a finding; `nil` when the report says nothing of it.
    func state(_ id: FactID) -> FactState? { evidence.first { $0.id == id }?.state }

    func summary(_ id: FactID) -> String { evidence.first { $0.id == id }?.summary ?? "" }

    func measure(_ id: FactID) -> Double? { evidence.first { $0.id == id }?.measure?.value }
}

/// Runs one probe against a loopback port.
func run(
    _ probe: any Probe.Type, _ scheme: ProbeTarget.Scheme, port: UInt16, host: String = "127.0.0.1",
    cancellation: Cancellation = Cancellation(), _ change: (inout ProbeOptions) -> Void = { _ in }
) async -> ProbeReport {
    var options = ProbeOptions()
    // Long enough for a machine with much else to do; what fails, fails at once.
    options.timeout = 10
    change(&options)
    let (target, chosen) = (ProbeTarget(scheme: scheme, host: host, port: port), options)
    return await onThread {
        ProbeRunner.run(probe, target, chosen, cancellation: cancellation)
    }
}
