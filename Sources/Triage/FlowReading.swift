import Dissection
public import PacketCapture
public import TrafficAnalysis

/// Reads a capture again for the packets of one flow.
public enum FlowReading {
    /// Which flow.
    public enum Wish: Hashable, Sendable {
        /// One of a list.
        case known(FlowPlace)
        /// Zero-based, Wireshark's `tcp.stream`.
        case flow(Int)
        /// The flow of a packet, one-based.
        case packet(Int)
    }

    /// Why there is nothing to show.
    public enum Fault: Error {
        case capture(CaptureError)
        /// The capture has no such flow, or no such packet of TCP.
        case notThere
    }

    /// - Parameters:
    ///   - cited: a packet that is to be among those kept of a long flow.
    ///   - goOn: asked after each packet with the number read so far.
    /// - Returns: `nil` when it was stopped.
    public static func trace(
        _ wish: Wish, path: String, cited: Int?, goOn: (Int) -> Bool
    ) throws(Fault) -> FlowTrace? {
        try trace(wish, .one(path), cited, goOn)?.trace
    }

    /// A flow of several files that are one capture; packets and flows count through all of them.
    ///
    /// - Returns: where each packet is from, too; `nil` when it was stopped.
    public static func trace(
        _ wish: Wish, merging paths: [String], goOn: (Int) -> Bool
    ) throws(Fault) -> (trace: FlowTrace, origins: PacketOrigins?)? {
        try trace(wish, .merged(paths), nil, goOn)
    }

    private static func trace(
        _ wish: Wish, _ input: Input, _ cited: Int?, _ goOn: (Int) -> Bool
    ) throws(Fault) -> (trace: FlowTrace, origins: PacketOrigins?)? {
        do throws(CaptureError) {
            if let place = try place(wish, input, goOn) {
                return try read(place, input, cited, goOn)
            }
        } catch {
            throw .capture(error)
        }
        if goOn(0) { throw .notThere }
        return nil
    }

    /// What is read, and can be read again.
    private enum Input {
        case one(String)
        case merged([String])

        /// As `CaptureReader.forEachPacket`.
        ///
        /// - Returns: where the packets of a merge are from.
        func forEachPacket(
            _ visit: (PacketRecord, RawSpan) -> Bool
        ) throws(CaptureError) -> PacketOrigins? {
            switch self {
            case .one(let path):
                var reader = try CaptureReader(path: path)
                _ = try reader.forEachPacket(visit)
                return nil
            case .merged(let paths):
                var reader = try MergedCapture(paths: paths)
                _ = try reader.forEachPacket(visit)
                return reader.origins
            }
        }
    }

    private static func place(
        _ wish: Wish, _ input: Input, _ goOn: (Int) -> Bool
    ) throws(CaptureError) -> FlowPlace? {
        if case .known(let place) = wish { return place }
        var analysis = CaptureAnalysis(file: "", keepsFlows: false)
        var found: FlowPlace?
        _ = try input.forEachPacket { record, bytes in
            analysis.packet(
                bytes, number: record.number, time: record.time, wireLength: record.wireLength,
                link: record.link)
            let isIt =
                switch wish {
                case .flow(let number): analysis.flowCount > number
                case .packet(let number): record.number >= number
                case .known: true
                }
            if isIt {
                found = analysis.place(of: bytes, wireLength: record.wireLength, link: record.link)
            }
            return !isIt && goOn(record.number)
        }
        return found
    }

    private static func read(
        _ place: FlowPlace, _ input: Input, _ cited: Int?, _ goOn: (Int) -> Bool
    ) throws(CaptureError) -> (trace: FlowTrace, origins: PacketOrigins?)? {
        var tracer = FlowTracer(
            flow: place.flow, place.one, place.other, firstPacket: place.firstPacket, cited: cited)
        var stopped = false
        let origins = try input.forEachPacket { record, bytes in
            let isOver = !tracer.packet(
                bytes, number: record.number, time: record.time, wireLength: record.wireLength,
                link: record.link)
            stopped = !goOn(record.number)
            return !isOver && !stopped && !place.isBehind(record.time, packets: tracer.total)
        }
        guard !stopped, let trace = tracer.finish() else { return nil }
        return (trace, origins)
    }
}

extension FlowPlace {
    /// Packets that come later than this were not counted with the flow.
    private static let patience: Int64 = 2 * CaptureAnalysis.linger

    /// Whether nothing more of the flow is to be expected.
    fileprivate func isBehind(_ time: Int64, packets read: Int) -> Bool {
        guard let packets, let last else { return false }
        return read >= packets && time > last + Self.patience
    }
}
