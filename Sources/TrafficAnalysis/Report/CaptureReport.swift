public import Casebook
internal import Dissection

/// The flows of a report and what they refer to. A class, for else each that is listed would copy that.
final class KeptFlows: Sendable {
    let table: FlowTable
    let tables: SideTables

    init(table: FlowTable, tables: SideTables) {
        self.table = table
        self.tables = tables
    }
}

/// What one capture holds: totals, findings and the flows behind them.
public struct CaptureReport: Sendable {
    public struct TCPTotals: Sendable, Equatable {
        public var flows = 0
        /// SYNs without ACK.
        public var syn = 0
        public var rst = 0
        public var retransmitted = 0
    }

    public struct TLSTotals: Sendable, Equatable {
        public var clientHellos = 0
        public var serverHellos = 0
        /// Alerts in clear.
        public var alerts = 0
    }

    public let file: String
    public let format: String
    public let linkTypes: [String]
    /// `gzip`, `zstd`, `lz4`; `nil` for a file as it was.
    public let compression: String?
    public let packets: Int
    /// On the wire, before a snap length cut packets.
    public let bytes: UInt64
    public let truncatedPackets: Int
    /// What is no TCP, and what could not be followed to an IP packet.
    public let otherPackets: OtherPackets
    /// Nanoseconds since 1970; `nil` without packets.
    public let first: Int64?
    public let last: Int64?
    public let cutShort: Bool
    public let tcp: TCPTotals
    public let tls: TLSTotals
    /// How many flows had to be held at one time: what peak memory depends on.
    public let flowRecords: Int
    public private(set) var findings: [Evidence]
    public let warnings: [Warning]
    public let timeline: TrafficTimeline
    /// `nil` unless the analysis was told to list the flows.
    public let digests: FlowDigests?
    /// `nil` unless the analysis was told to list rows.
    public private(set) var rows: TrafficRows?
    private let servers: ServersOfFlows
    private let waits: HandshakeWaits
    private var kept: KeptFlows?

    init(_ analysis: consuming CaptureAnalysis, source: CaptureSource) {
        file = analysis.file
        format = source.format
        linkTypes = source.linkTypes
        compression = source.compression
        packets = analysis.packets
        bytes = analysis.bytes
        truncatedPackets = analysis.truncatedPackets
        otherPackets = analysis.otherPackets
        first = analysis.packets > 0 ? analysis.firstTime : nil
        last = analysis.packets > 0 ? analysis.lastTime : nil
        cutShort = source.cutShort != nil
        for place in 0..<analysis.table.open {
            analysis.examination.visit(
                analysis.table[place], analysis.table.key(place), &analysis.tables,
                captureEnd: analysis.lastTime)
            // What analyzers note takes the place of the flows.
            if !analysis.keepsFlows, place & 0x3FF == 0 { analysis.table.forget(before: place) }
        }
        analysis.examination.digests?.finish()
        analysis.examination.datagrams.take(analysis.tables.dns)
        analysis.examination.datagrams.listQueries(in: &analysis.tables.rows)
        analysis.tables.rows?.finish()
        rows = analysis.tables.rows
        let examination = analysis.examination
        digests = examination.digests
        analysis.tables.timeline.finish(analysis.lastTime)
        timeline = analysis.tables.timeline
        servers = examination.servers
        waits = examination.waits
        tcp = examination.tcp
        tls = TLSTotals(
            clientHellos: analysis.tables.clientHellos, serverHellos: analysis.tables.serverHellos,
            alerts: analysis.tables.alerts)
        findings = examination.conclude(examination.context(analysis))
        warnings = examination.warnings(analysis, source)
        flowRecords = analysis.table.most
        kept =
            analysis.keepsFlows
            ? KeptFlows(table: analysis.table, tables: analysis.tables) : nil
    }

    /// Cites the packets of a merge where they came from.
    ///
    /// - Parameter origin: of a packet's number in the merge; `nil` where it is not known.
    public mutating func cite(_ origin: (Int) -> (file: String, number: Int)?) {
        Self.cite(&findings, origin)
    }

    /// The same for what others found in the merge.
    public static func cite(
        _ findings: inout [Evidence], _ origin: (Int) -> (file: String, number: Int)?
    ) {
        for index in findings.indices {
            findings[index].locations = findings[index].locations.map { location in
                guard let packet = location.packet else { return location }
                var location = location
                let place = origin(packet)
                location.packet = place?.number
                if let place { location.file = place.file }
                return location
            }
        }
    }

    /// Calls `body` with every flow, in order of the flows' first packets; with none when the
    /// analysis was told not to keep flows.
    public func forEachFlow(_ body: (FlowRecord) throws -> Void) rethrows {
        guard let kept else { return }
        for place in 0..<kept.table.open {
            try body(FlowRecord(kept, place))
        }
    }

    /// Gives back the memory of flows and rows, when nobody wants them listed any more.
    public mutating func forgetLists() { (kept, rows) = (nil, nil) }

    /// How many flows are listed; none when the analysis was told not to keep flows.
    public var flowCount: Int { kept?.table.open ?? 0 }

    /// A flow, in order of the flows' first packets.
    ///
    /// - Precondition: `index` is in `0..<flowCount`.
    public func flow(at index: Int) -> FlowRecord {
        guard let kept else { preconditionFailure("no flows were kept") }
        return FlowRecord(kept, index)
    }

    /// The server's side of a flow that a finding cites.
    public func server(ofFlow number: Int) -> FlowRecord.Endpoint? {
        servers[number].map {
            FlowRecord.Endpoint(address: $0.address, port: $0.port)
        }
    }

    /// What waited at one server, in order of the flows' first packets.
    public func handshakeWaits(at server: FlowRecord.Endpoint) -> [HandshakeWaits.Wait] {
        waits.all.filter {
            $0.server.address == server.address && $0.server.port == server.port
        }.sorted { $0.flow < $1.flow }
    }
}
