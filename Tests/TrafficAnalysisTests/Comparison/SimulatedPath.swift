import Dissection
import TrafficAnalysis

/// One packet as its sender writes it; the numbers count from the sides' initial ones.
struct SentPacket {
    var fromClient: Bool
    var sequence: UInt32
    var acknowledgement: UInt32
    var flags: TCPFlags
    var payload: [UInt8] = []
    /// Nanoseconds since 1970 of true time, when it leaves.
    var time: Int64
    var port: UInt16 = 40_000
    var identification: UInt16 = 0
    /// What its connection's initial numbers are more than the way's.
    var numbers: UInt32 = 0
    var hasOptions: Bool { flags.contains(.syn) }
}

/// One place of the way, and what has been done to packets when they pass it.
struct SimulatedPoint {
    /// Its clock shows so much more, and runs so many parts per million faster.
    var offset: Int64 = 0
    var drift = 0.0
    /// Nanoseconds from the client, and from the server.
    var fromClient: Int64 = 0
    var fromServer: Int64 = 0
    /// What a queue adds for a packet, by its place in the list.
    var queue: (Int) -> Int64 = { _ in 0 }
    var hops: UInt8 = 0
    /// What translated the client's address, counted numbers anew, or clamped the MSS before it.
    var clientAddress: UInt32 = 0x0A00_0001
    var portShift: UInt16 = 0
    var clientBase: UInt32 = 1_000_000
    var serverBase: UInt32 = 4_294_967_000
    var mss: UInt16 = 1460
    /// Whether a packet, by its place in the list, comes by.
    var sees: (Int, SentPacket) -> Bool = { _, _ in true }
    /// Packets here are cut to so much payload.
    var cutsTo = Int.max
    /// Whether a piece, by its packet's place in the list and its own in the packet, comes by.
    var seesPiece: (Int, Int) -> Bool = { _, _ in true }
}

/// A way with points on it, for captures whose truth is known.
struct SimulatedPath {
    var points: [SimulatedPoint]

    func compare(_ packets: [SentPacket]) -> PathComparison {
        PathComparison(points.indices.map { log(packets, at: $0) })
    }

    func log(_ packets: [SentPacket], at index: Int) -> PointLog {
        let point = points[index]
        var log = PointLog(file: "\(index).pcap")
        let seen = packets.enumerated().filter { point.sees($0.offset, $0.element) }
            .map { ($0, time($0.element, point) + point.queue($0.offset)) }.sorted {
                $0.1 < $1.1
            }
        var number = 0
        for (packet, time) in seen {
            for (place, piece) in pieces(packet.element, point).enumerated()
            where point.seesPiece(packet.offset, place) {
                number += 1
                let bytes = frame(piece, point)
                log.packet(
                    bytes.span.bytes, number: number, time: time, wireLength: bytes.count,
                    link: LinkType(rawValue: 1))
            }
        }
        return log
    }

    private func time(_ packet: SentPacket, _ point: SimulatedPoint) -> Int64 {
        let truth = packet.time + (packet.fromClient ? point.fromClient : point.fromServer)
        return truth + point.offset + Int64(Double(truth - Self.start) * point.drift / 1e6)
    }

    static let start: Int64 = 1_700_000_000_000_000_000

    private func pieces(_ packet: SentPacket, _ point: SimulatedPoint) -> [SentPacket] {
        guard packet.payload.count > point.cutsTo else { return [packet] }
        return stride(from: 0, to: packet.payload.count, by: point.cutsTo).map { offset in
            var piece = packet
            piece.sequence &+= UInt32(offset)
            piece.payload = Array(packet.payload[offset...].prefix(point.cutsTo))
            return piece
        }
    }

    private func frame(_ packet: SentPacket, _ point: SimulatedPoint) -> [UInt8] {
        let client = (point.clientAddress, packet.port &+ point.portShift)
        let server: (UInt32, UInt16) = (0x0A00_0909, 443)
        let (source, target) = packet.fromClient ? (client, server) : (server, client)
        let own = packet.fromClient ? point.clientBase : point.serverBase
        let peer = packet.fromClient ? point.serverBase : point.clientBase
        let options: [UInt8] =
            packet.hasOptions
            ? [2, 4, UInt8(point.mss >> 8), UInt8(truncatingIfNeeded: point.mss)] : []
        var bytes: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0]
        let total = UInt16(40 + options.count + packet.payload.count)
        bytes += [0x45, 0] + big(total) + big(packet.identification) + [0x40, 0]
        let hops = packet.fromClient ? point.hops : (points.map(\.hops).max() ?? 0) - point.hops
        bytes += [64 - hops, 6, 0, 0] + big(source.0) + big(target.0)
        bytes += big(source.1) + big(target.1) + big(own &+ packet.numbers &+ packet.sequence)
        let number =
            packet.flags.contains(.ack) ? peer &+ packet.numbers &+ packet.acknowledgement : 0
        bytes += big(number) + [UInt8(5 + options.count / 4) << 4, packet.flags.rawValue]
        bytes += [255, 255, 0, 0, 0, 0] + options + packet.payload
        return bytes
    }
}

func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
}

/// A conversation written down packet by packet.
struct Talk {
    private(set) var packets: [SentPacket] = []
    var port: UInt16 = 40_000
    private var now: Int64
    private var sent: (client: UInt32, server: UInt32) = (0, 0)
    private var identification: UInt16 = 1
    private let numbers: UInt32
    /// How much the server says that it has; all that was sent, unless set.
    var serverHas: UInt32?

    init(port: UInt16 = 40_000, at seconds: Double = 0, numbers: UInt32? = nil) {
        self.port = port
        self.numbers = numbers ?? UInt32(port) * 7919
        now = SimulatedPath.start + Int64(seconds * 1e9)
    }

    mutating func pause(_ milliseconds: Double) { now += Int64(milliseconds * 1e6) }

    /// Adds a packet with the next numbers of its side.
    mutating func send(
        fromClient: Bool, _ flags: TCPFlags, _ payload: [UInt8] = [], isRepeat: Bool = false
    ) {
        let counts = UInt32(payload.count) + (flags.isDisjoint(with: [.syn, .fin]) ? 0 : 1)
        var sequence = fromClient ? sent.client : sent.server
        if isRepeat { sequence &-= counts }
        packets.append(
            SentPacket(
                fromClient: fromClient, sequence: sequence,
                acknowledgement: fromClient ? sent.server : serverHas ?? sent.client, flags: flags,
                payload: payload, time: now, port: port, identification: identification,
                numbers: numbers))
        identification &+= 1
        now += 2_000_000
        if isRepeat { return }
        if fromClient { sent.client &+= counts } else { sent.server &+= counts }
    }

    mutating func open() {
        send(fromClient: true, .syn)
        send(fromClient: false, [.syn, .ack])
        send(fromClient: true, .ack)
    }

    mutating func close() {
        send(fromClient: true, [.fin, .ack])
        send(fromClient: false, [.fin, .ack])
        send(fromClient: true, .ack)
    }

    /// A ClientHello as far as the comparison reads it.
    static func hello(random: UInt8) -> [UInt8] {
        [22, 3, 1, 1, 0, 1, 0, 0, 252, 3, 3] + [UInt8](repeating: random, count: 32)
            + [UInt8](repeating: 0, count: 218)
    }

    static func whole(
        port: UInt16 = 40_000, at seconds: Double = 0, exchanges: Int = 3, hello: UInt8? = nil
    ) -> [SentPacket] {
        var talk = Talk(port: port, at: seconds)
        talk.open()
        if let hello { talk.send(fromClient: true, [.psh, .ack], Talk.hello(random: hello)) }
        for number in 0..<exchanges {
            talk.send(
                fromClient: true, [.psh, .ack],
                [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 100 + number))
            talk.send(
                fromClient: false, [.psh, .ack],
                [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 1400))
            talk.send(fromClient: true, .ack)
        }
        talk.close()
        return talk.packets
    }
}
