import Casebook
import PacketCapture
import Triage

/// The looks that several commands take, with their progress and their faults.
extension TriageSession {
    /// Recorded evidence; what the casebook does not know becomes a warning.
    mutating func readEvidence(_ path: String) throws(Failure) {
        let contents = try EvidenceInput.read(path, casebook: casebook)
        record(contents.evidence)
        for fault in contents.unknown { warn(EvidenceInput.warning(fault, path)) }
    }

    /// A capture by itself, with the cases' own questions.
    mutating func readCapture(
        _ path: String, _ console: Console
    ) throws(CaptureError) -> CaptureRun {
        var progress = Progress(name: path, console: console)
        defer { progress.finish() }
        let read = try CaptureRun(path: path, casebook: casebook) { packets in
            progress.update(packets: packets)
            return !Interrupt.requested
        }
        record(read, of: path)
        return read
    }

    /// This host, or logs.
    mutating func lookAtHost(_ wish: HostRun.Wish) throws(Failure) {
        HostNotice.tell(wish)
        do {
            _ = try inspectHost(wish) { !Interrupt.requested }
        } catch {
            throw .log(error)
        }
    }
}
