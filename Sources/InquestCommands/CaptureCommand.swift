import ArgumentParser
import Casebook
import TrafficAnalysis
import Triage

struct CaptureCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "capture",
        abstract: "Show what a capture holds: totals, findings, flows.",
        discussion: """
            Examples:
              inquest capture client.pcap
              inquest capture --flows server.pcapng | jq 'select(.tls.server_hellos == 0)'
              tcpdump -c 1000 -w - port 443 | inquest capture - --json
              inquest capture big.pcap.zst --write slice.pcapng
              inquest capture a.pcap --ladder 4 --svg flow4.svg
              inquest capture --merge ring.pcap*
              inquest capture --compare client.pcap balancer.pcap server.pcap
              inquest capture --interface eth0 --for 60 --write now.pcap tcp port 443
              inquest capture --interface eth0 --ndjson --for 86400 --write ring.pcap
                --ring-files 10 --ring-size 100

            With --interface the words are a filter as tcpdump has it, pcap-filter(7).
            ^C shows what was seen. Without --for and --packets that is the normal end
            (exit code 0); otherwise the result is marked as truncated (130). A capture
            ends by itself after an hour unless --for says otherwise. With --ndjson each
            finding is a line when it arises, grows or goes (inquest.evidence/1), and the
            last line is the document. Root's rights are given up once the interface is
            open: to the caller of sudo, or to --user; capabilities in any case.

            With --write the packets of the flows that findings cite are saved as pcapng,
            and the cited packets say in a comment for what; --whole saves all packets.

            --redact maps addresses so that networks stay together (private stays private),
            replaces names by others of the same length and payload by blanks. Ports, sizes,
            times, sequence numbers, TTL, VLAN, TLS extensions, random values and session
            tickets stay.

            With --merge the files are one capture that was cut into several (tcpdump -C,
            -G, a ring), whatever their order. Packets that stand a little behind later
            ones are put in order. Findings cite the file and the number there. With --ladder
            a flow is drawn over the borders of the files.

            With --compare the files are captures of the same traffic at two to eight
            points, the client's side first. Addresses may be translated and sequence
            numbers counted anew between them; clocks need not agree.
            """)

    @Argument(
        help: ArgumentHelp(
            "pcap or pcapng, also in gzip, zstd or LZ4; '-' for standard input. With --interface "
                + "a filter.",
            valueName: "file"))
    var files: [String] = []

    @OptionGroup(title: "Live capture") var live: LiveOptions

    @OptionGroup(title: "Saving packets") var writing: WriteOptions

    @Flag(help: "One JSON object a flow, in order of the flows' first packets.")
    var flows = false

    @Flag(help: "Where each packet was seen, lost or changed between the captures.")
    var compare = false

    @Flag(
        help: "The files are one capture, in the order of time: flows go over their borders.")
    var merge = false

    @Option(
        help: ArgumentHelp(
            "Draw a flow packet by packet; flows count from 0, as in --flows and tcp.stream.",
            valueName: "flow"))
    var ladder: Int?

    @Option(
        help: ArgumentHelp(
            "The drawing of --ladder, or of --compare, as an SVG file, too.", valueName: "file"))
    var svg: String?

    @Flag(help: "One JSON document a capture.") var json = false
    @Flag(help: "One JSON object a line, errors too.") var ndjson = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if files.isEmpty, live.interface == nil {
            throw ValidationError("Missing expected argument '<file>'; or --interface <name>")
        }
        if svg != nil, ladder == nil, !compare {
            throw ValidationError("--svg needs --ladder <flow> or --compare")
        }
        if let ladder, ladder < 0 { throw ValidationError("--ladder wants a number from 0 on") }
        if live.interface != nil, writing.isForFiles {
            throw ValidationError("--whole and --redact are for files, not for an interface")
        }
        if live.ringFiles != nil, live.interface != nil, writing.write == nil {
            throw ValidationError("a ring of files needs --write, for their names")
        }
    }

    func execute(_ run: Run) throws -> ExitStatus {
        if json && ndjson { throw Failure.contradictingFormats(["--json", "--ndjson"]) }
        if let ladder { return try showLadder(alone(ladder), run) }
        if merge { return try showMerge(run) }
        if compare { return try showComparison(run) }
        if let interface = live.interface { return try captureLive(interface, run) }
        if files.filter({ $0 == "-" }).count > 1 { throw Failure.standardInputTwice }
        try writing.check(files)
        return try showFiles(run)
    }

    /// A ladder comes by itself.
    private func alone(_ ladder: Int) throws(Failure) -> Int {
        let others = [
            ("--flows", flows), ("--compare", compare), ("--json", json), ("--ndjson", ndjson),
            ("--write", writing.write != nil),
        ].filter(\.1).map(\.0)
        if let other = others.first { throw .contradictingFormats(["--ladder", other]) }
        return ladder
    }

    private func showFiles(_ run: Run) throws -> ExitStatus {
        var evidence: [Evidence] = []
        var readable: [SliceInput] = []
        var status = ExitStatus.done
        for (index, file) in files.enumerated() where !Interrupt.requested {
            do {
                let capture = try show(file, isFirst: index == 0, run.console)
                evidence += capture.report.findings
                readable.append(SliceInput(capture))
            } catch {
                // The other captures are still worth reading.
                let report = ErrorText.report(error)
                if ndjson { run.console.write(CaptureJSON.error(report.text, file: file)) }
                StandardErrorLog.error(report.text, run.settings.logFormat)
                if status == .done { status = report.status }
            }
        }
        if !readable.isEmpty { try writing.save(evidence, of: readable, run) }
        return Interrupt.requested ? .interrupted : status
    }

    private func show(
        _ file: String, isFirst: Bool, _ console: Console
    ) throws(Failure) -> CaptureRun {
        let capture = try analyse(file, console)
        if !isFirst, !flows, !json, !ndjson { console.write([UInt8(ascii: "\n")]) }
        show(capture, console)
        // Results of a long list of files are to be seen as they come.
        console.flush()
        return capture
    }

    func show(_ capture: CaptureRun, _ console: Console) {
        if flows {
            FlowJSON.write(capture.report, to: console)
        } else if json || ndjson {
            console.write(CaptureJSON.document(capture))
        } else {
            console.write(CaptureText(capture: capture).page(console.newPage()))
        }
    }

    private func analyse(_ file: String, _ console: Console) throws(Failure) -> CaptureRun {
        var progress = Progress(name: file, console: console)
        defer { progress.finish() }
        var needs = CaptureNeeds()
        needs.flows = flows
        do {
            var capture = try CaptureRun(path: file, needs: needs) { packets in
                progress.update(packets: packets)
                return !Interrupt.requested
            }
            // A pipe that waits looks like its end after ^C.
            if Interrupt.requested { capture.interrupted = true }
            return capture
        } catch {
            throw .capture(error)
        }
    }
}
