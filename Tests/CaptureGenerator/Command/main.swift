public import ArgumentParser
public import CaptureGeneration

/// The command-line face of `CaptureGenerator`.
struct CaptureGeneratorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture-generator",
        abstract: "Write a capture of TCP and TLS connections whose truth is known.",
        discussion: """
            The same options and seed give the same bytes. Each connection is healthy, or has \
            exactly one of the chosen faults.
            """)

    @Option(name: .shortAndLong, help: "Where the capture goes; - is standard output.")
    var output = "-"
    @Option(help: "Where the totals go, one JSON object.")
    var manifest: String?
    @Option(help: "Where the truth about each flow goes, one JSON object a line.")
    var truth: String?
    @Flag(help: "List the faults and stop.")
    var listFaults = false

    @Option(help: "Connections to open (default 1000).")
    var flows: Int?
    @Option(help: "Open connections until so many packets are planned, instead of --flows.")
    var packets: Int?
    @Option(help: "Seed of every random choice.")
    var seed: UInt64 = 1
    @Option(help: "Connections opened per second of capture time.")
    var rate = 1000
    @Option(help: "Mean bytes of a response.")
    var meanBytes = 6000
    @Option(help: "Client hosts.")
    var clients = 250
    @Option(help: "Server hosts, 1 to 200.")
    var servers = 64

    @Option(help: "Faults to choose from, separated by commas (default: all).")
    var faults: String?
    @Option(help: "Instead: traffic made to exhaust or confuse (--list-hostile), of --packets.")
    var hostile: HostileTraffic?
    @Flag(help: "List the kinds of hostile traffic and stop.")
    var listHostile = false
    @Option(help: "Percent of connections with a fault.")
    var faultPercent = 10
    @Option(help: "Percent over IPv6.") var ipv6Percent = 25
    @Option(help: "Percent with VLAN tags.") var vlanPercent = 20
    @Option(help: "Percent of plain HTTP.") var plainPercent = 10
    @Option(help: "Percent of TLS 1.2 among TLS.") var tls12Percent = 30
    @Option(help: "Percent of post-quantum key shares among TLS 1.3.")
    var postQuantumPercent = 30
    @Option(help: "Percent that offer a session among TLS.") var resumptionPercent = 30
    @Option(help: "Percent with segments above the MTU.") var mergedPercent = 3

    @Option(help: "pcap or pcapng.") var format = FileFormat.Container.pcap
    @Option(help: "microseconds or nanoseconds.")
    var precision = FileFormat.Precision.microseconds
    @Option(help: "little or big.") var byteOrder = FileFormat.ByteOrder.little
    @Option(help: "Bytes kept of each frame.") var snaplen = 262_144

    func validate() throws {
        let percents = [
            faultPercent, ipv6Percent, vlanPercent, plainPercent, tls12Percent,
            postQuantumPercent, resumptionPercent, mergedPercent,
        ]
        guard percents.allSatisfy((0...100).contains) else {
            throw ValidationError("A percentage lies between 0 and 100.")
        }
        guard snaplen >= 1, snaplen <= 262_144 else {
            throw ValidationError("The snap length lies between 1 and 262144.")
        }
        guard flows == nil || packets == nil else {
            throw ValidationError("Give --flows or --packets, not both.")
        }
        guard rate >= 1, clients >= 1, (1...200).contains(servers), (1...60_000).contains(meanBytes)
        else {
            throw ValidationError(
                "--rate and --clients are at least 1, --servers 1 to 200, --mean-bytes 1 to 60000.")
        }
        _ = try chosenFaults()
    }

    func run() throws {
        if listFaults { return printFaults() }
        if listHostile { return printHostile() }
        var captureSink = try FileSink(path: output)
        if let hostile {
            let file = try options().file
            var generator = HostileGenerator(packets: packets ?? 100_000, seed: seed, file: file)
            return try generator.run(hostile, capture: &captureSink)
        }
        var generator = CaptureGenerator(try options())
        var truthSink: FileSink? = nil
        if let truth { truthSink = try FileSink(path: truth) }
        let totals = try generator.run(capture: &captureSink, truth: &truthSink)
        if let manifest {
            var sink = try FileSink(path: manifest)
            var text = totals.json
            try text.withUTF8 { try sink.write(UnsafeRawBufferPointer($0)) }
        }
    }

    private func printFaults() {
        for fault in Fault.allCases {
            let gap = String(repeating: " ", count: max(1, 24 - fault.rawValue.count))
            print(fault.rawValue + gap + fault.summary)
        }
    }

    private func printHostile() {
        for kind in HostileTraffic.allCases {
            let gap = String(repeating: " ", count: max(1, 24 - kind.rawValue.count))
            print(kind.rawValue + gap + kind.summary)
        }
    }

    private func chosenFaults() throws -> [Fault] {
        guard let faults else { return Fault.allCases }
        return try faults.split(separator: ",").map { name in
            guard let fault = Fault(rawValue: String(name)) else {
                throw ValidationError("There is no fault '\(name)'; see --list-faults.")
            }
            return fault
        }
    }

    private func options() throws -> GeneratorOptions {
        var options = GeneratorOptions()
        options.limit = packets.map { .packets($0) } ?? .flows(flows ?? 1000)
        options.seed = seed
        options.flowsPerSecond = rate
        options.meanResponse = meanBytes
        options.clients = clients
        options.servers = servers
        options.faults = try chosenFaults()
        options.shares = shares
        options.file.container = format
        options.file.precision = precision
        options.file.byteOrder = byteOrder
        options.file.snapLength = snaplen
        return options
    }

    private var shares: GeneratorOptions.Shares {
        var shares = GeneratorOptions.Shares()
        shares.faulty = faultPercent
        shares.ipv6 = ipv6Percent
        shares.vlan = vlanPercent
        shares.plain = plainPercent
        shares.tls12 = tls12Percent
        shares.postQuantum = postQuantumPercent
        shares.resumption = resumptionPercent
        shares.merged = mergedPercent
        return shares
    }
}

extension HostileTraffic: ExpressibleByArgument {}
extension FileFormat.Container: ExpressibleByArgument {}
extension FileFormat.Precision: ExpressibleByArgument {}
extension FileFormat.ByteOrder: ExpressibleByArgument {}

CaptureGeneratorCommand.main()
