public import Casebook
internal import Dissection

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
    public let packets: Int
    /// On the wire, before a snap length cut packets.
    public let bytes: UInt64
    public let truncatedPackets: Int
    /// Packets of a link type, or with headers, that could not be followed to an IP packet.
    public let undecodedPackets: Int
    /// Nanoseconds since 1970; `nil` without packets.
    public let first: Int64?
    public let last: Int64?
    public let cutShort: Bool
    public let tcp: TCPTotals
    public let tls: TLSTotals
    public let findings: [Evidence]
    public let warnings: [Warning]
    let table: FlowTable
    let tables: SideTables

    init(_ analysis: consuming CaptureAnalysis, source: CaptureSource) {
        file = analysis.file
        format = source.format
        linkTypes = source.linkTypes
        packets = analysis.packets
        bytes = analysis.bytes
        truncatedPackets = analysis.truncatedPackets
        undecodedPackets = analysis.undecodedPackets
        first = analysis.packets > 0 ? analysis.firstTime : nil
        last = analysis.packets > 0 ? analysis.lastTime : nil
        cutShort = source.cutShort != nil
        var examination = Examination(analysis)
        examination.run()
        tcp = examination.tcp
        tls = TLSTotals(
            clientHellos: analysis.tables.clientHellos, serverHellos: analysis.tables.serverHellos,
            alerts: analysis.tables.alerts)
        findings = examination.findings
        warnings = examination.warnings(analysis, source)
        table = analysis.table
        tables = analysis.tables
    }

    public var flowCount: Int { table.count }

    /// Calls `body` with every flow, in order of the flows' first packets.
    public func forEachFlow(_ body: (FlowRecord) throws -> Void) rethrows {
        for number in 0..<table.count {
            try body(FlowRecord(table[number], number: number, tables: tables))
        }
    }
}
