import Dissection
import PacketCapture
import TrafficAnalysis

/// What a slice is taken from: a file, or several read as one.
public struct SliceInput: Sendable {
    let paths: [String]
    /// As findings cite it.
    let name: String
    /// What somebody wrote at its packets.
    let comments: [Int: String]

    public init(file: String) {
        paths = [file]
        name = file
        comments = [:]
    }

    /// - Parameter run: of files that were merged; else of a file by itself.
    public init(_ run: CaptureRun) {
        paths = run.files.isEmpty ? [run.report.file] : run.files
        name = run.report.file
        comments = run.notes.packetComments
    }

    private var isMerge: Bool { paths.count > 1 }

    /// Reads it again.
    func read(
        _ visit: (PacketRecord, RawSpan) -> Bool
    ) throws(CaptureSlice.Fault) -> (CaptureFacts, PacketOrigins?) {
        do throws(CaptureError) {
            guard isMerge else {
                var reader = try CaptureReader(path: paths[0])
                return (try reader.forEachPacket(visit), nil)
            }
            var reader = try MergedCapture(paths: paths)
            let facts = try reader.forEachPacket(visit)
            return (facts, reader.origins)
        } catch {
            throw .capture(error)
        }
    }
}
