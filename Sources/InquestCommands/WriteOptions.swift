import ArgumentParser
import Casebook
import Logging
import PacketCapture
import Redaction
import TrafficAnalysis
import Triage

/// Saving packets, in `capture` and `diagnose`.
struct WriteOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Save packets in a new file: of files the flows that findings cite, as pcapng with "
                + "comments; of an interface all, as pcap.", valueName: "file"))
    var write: String?

    @Flag(help: "Of files save all packets, not only those of cited flows.")
    var whole = false

    @Flag(help: "Save other addresses and names, and no payload; the diagnosis stays the same.")
    var redact = false

    @Option(
        help: ArgumentHelp(
            "A file whose bytes decide what addresses and names become, so that several captures "
                + "fit together. (default: chance)", valueName: "file"))
    var redactKey: String?

    func validate() throws {
        if let write, write.isEmpty || write == "-" {
            throw ValidationError("--write wants a file; standard output has the result")
        }
        let needy = [("--whole", whole), ("--redact", redact), ("--redact-key", redactKey != nil)]
        if write == nil, let flag = needy.first(where: { $0.1 })?.0 {
            throw ValidationError("\(flag) needs --write")
        }
    }

    var isForFiles: Bool { whole || redact || redactKey != nil }

    /// Looks at what can be wrong before a long capture is read.
    func check(_ files: [String]) throws(Failure) {
        guard let write else { return }
        for file in files where !OutputFile.isRegular(file) && OutputFile.exists(file) {
            throw .sliceOfStream(file)
        }
        _ = try key()
        if let code = OutputFile.obstacle(to: write) {
            throw .saving(.io(path: write, errno: code))
        }
        if OutputFile.exists(write) { throw .saving(.exists(path: write)) }
    }

    /// Writes what `--write` asks for, if it does.
    func save(_ evidence: [Evidence], of inputs: [SliceInput], _ run: Run) throws(Failure) {
        guard let write, !Interrupt.requested else { return }
        let logger = Logger(label: "inquest.capture")
        var progress = Progress(name: write, console: run.console)
        defer { progress.finish() }
        let wish = CaptureSlice.Wish(
            path: write, isWhole: whole, program: "inquest \(Inquest.version)",
            redaction: try key())
        do throws(CaptureSlice.Fault) {
            let slice = try CaptureSlice(evidence, of: inputs, wish) { _, packets in
                progress.update(packets: packets)
                return !Interrupt.requested
            }
            progress.finish()
            logger.notice("\(Self.words(slice, wish))")
        } catch {
            switch error {
            case .capture(let fault): throw .capture(fault)
            case .writing(let fault): throw .saving(fault)
            case .stopped: return
            case .nothingCited:
                logger.warning(
                    "no finding cites a packet: \(write) was not written; --whole saves all packets"
                )
            }
        }
    }

    /// `--redact-key` alone means `--redact`, too.
    private func key() throws(Failure) -> RedactionKey? {
        guard let redactKey else { return redact ? .random() : nil }
        let bytes: [UInt8]
        do {
            bytes = try InputFile.read(redactKey, limit: 1 << 20)
        } catch {
            throw .input(error, what: "key")
        }
        guard let key = RedactionKey(bytes) else { throw .shortKey(path: redactKey) }
        return key
    }

    private static func words(_ slice: CaptureSlice, _ wish: CaptureSlice.Wish) -> String {
        let flows = Figures.plural(slice.flows, "cited flow")
        let what =
            switch slice.breadth {
            case .cited: flows
            case .hosts: "\(flows), and the others of their hosts, with which findings compare"
            case .all:
                wish.isWhole ? "all packets" : "all packets: findings compare \(flows) with all"
            }
        let redacted =
            wish.redaction == nil
            ? "" : "; redacted: ports, sizes, times, numbers and TLS parameters stay"
        let missing =
            slice.missing.isEmpty
            ? "" : "; by itself it tells otherwise of \(slice.missing.joined(separator: ", "))"
        let emptied =
            slice.emptied == 0
            ? ""
            : "; \(Figures.plural(slice.emptied, "packet")) of a link that cannot be redacted "
                + "without their bytes"
        let bound =
            slice.isBounded
            ? "; later packets are left out, a slice has \(CaptureSlice.packetLimit) packets and "
                + "\(Figures.bytes(UInt64(CaptureSlice.byteLimit))) at most" : ""
        return
            "\(Figures.plural(slice.packets, "packet")) saved in \(wish.path) (\(what))\(redacted)\(emptied)\(missing)\(bound)"
    }
}
