internal import Dissection

/// Questions and answers of DNS over TCP port 53: messages after their length of two bytes
/// (RFC 1035 §4.2.2, RFC 7766 §8), wherever segments cut them, several in a connection.
struct DNSOverTCP {
    private(set) var exchanges: [DNSExchange] = []
    private var streams: [StreamKey: DNSStream] = [:]
    private var open: [QuestionKey: Int] = [:]
    private static let exchangeLimit = 100_000
    private static let streamLimit = 4096
    /// RFC 7766 §6.2.3 has servers close after some seconds.
    private static let idle: Int64 = 30_000_000_000

    private struct StreamKey: Hashable {
        var flow: UInt32
        var isClient: Bool
    }

    private struct QuestionKey: Hashable {
        var flow: UInt32
        var id: UInt16
    }

    static func isPort(_ ports: UInt32) -> Bool { ports >> 16 == 53 || ports & 0xFFFF == 53 }

    /// Payload of one side, in whatever order it was seen.
    ///
    mutating func take(
        _ payload: RawSpan, whole: Bool, of flow: Flow, _ ends: FlowKey, direction d: Int,
        sequence: UInt32, at place: PacketPlace
    ) {
        let server =
            ends.port(0) == 53 && ends.port(1) == 53
            ? flow.server : ends.port(0) == 53 ? 0 : 1
        let key = StreamKey(flow: flow.number, isClient: d != server)
        guard var stream = streams.removeValue(forKey: key) ?? newStream(at: place.time) else {
            return
        }
        let base = flow.seen.contains(.syn) ? flow.directions[d].base : nil
        stream.take(payload, whole: whole, sequence: sequence, base: base, at: place)
        while let message = stream.next() {
            if d == server {
                answer(message, flow.number)
            } else {
                ask(message, flow.number, ends, d)
            }
        }
        streams[key] = stream
    }

    /// `nil` when there are too many that are still in use.
    private mutating func newStream(at time: Int64) -> DNSStream? {
        if streams.count >= Self.streamLimit {
            streams = streams.filter { time - $0.value.lastTime < Self.idle }
        }
        return streams.count < Self.streamLimit ? DNSStream() : nil
    }

    private mutating func ask(
        _ read: DNSStream.Message, _ flow: UInt32, _ ends: FlowKey, _ d: Int
    ) {
        guard exchanges.count < Self.exchangeLimit, !read.message.flags.contains(.response),
            let question = read.message.questions.first
        else { return }
        open[QuestionKey(flow: flow, id: read.message.id)] = exchanges.count
        let origin = DNSExchange.Origin(
            transport: .tcp, client: ends.address(d), clientPort: ends.port(d),
            server: ends.address(1 - d), packet: read.place.number, time: read.place.time)
        exchanges.append(DNSExchange(origin, read.message, question))
    }

    private mutating func answer(_ read: DNSStream.Message, _ flow: UInt32) {
        guard read.message.flags.contains(.response), let question = read.message.questions.first,
            let place = open[QuestionKey(flow: flow, id: read.message.id)],
            exchanges[place].name == question.name
        else { return }
        exchanges[place].take(read.message, at: read.place.time)
    }
}

extension Flow {
    @inline(never)
    func readDNS(
        _ segment: TCPSegment, _ bytes: RawSpan, direction d: Int, sequence: UInt32,
        at place: PacketPlace, tables: inout SideTables
    ) {
        let start = segment.payloadOffset
        tables.dns.take(
            bytes.extracting(start..<start + segment.capturedPayload),
            whole: segment.capturedPayload == segment.payloadLength, of: self,
            FlowKey.of(segment).key, direction: d, sequence: sequence, at: place)
    }
}
