import Casebook
import Dissection

@testable import TrafficAnalysis

/// A capture in the making: Ethernet and IPv4, times in seconds, put in order when it is analysed.
final class TestCapture {
    private(set) var frames: [(time: Double, bytes: [UInt8])] = []
    /// Bytes of each packet that are kept.
    var snapLength = Int.max

    /// - Parameter start: seconds since 1970 of time 0.
    init(start: Double = 1_800_000_000) { self.start = start }

    private let start: Double

    func add(_ time: Double, _ segment: TestSegment) { add(time, segment.frame) }

    func add(_ time: Double, _ frame: [UInt8]) { frames.append((time, frame)) }

    func connection(
        port: UInt16 = 40_000, to serverPort: UInt16 = 80, client: UInt8 = 1, server: UInt8 = 80,
        mss: UInt16 = 1460, scale: UInt8? = 7, base: UInt32 = 1000
    ) -> TestConnection {
        TestConnection(
            self, port: port, serverPort: serverPort, client: client, server: server, mss: mss,
            scale: scale, base: base)
    }

    /// - Parameter expects: whether each packet is shown three packets before its turn.
    func report(rows: Int = 0, keepsFlows: Bool = true, expects: Bool = false) -> CaptureReport {
        var analysis = CaptureAnalysis(file: "test", keepsFlows: keepsFlows, rows: rows)
        if expects { analysis.expected.leastFlows = 0 }
        let ordered = frames.enumerated().sorted {
            ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
        }
        for (number, frame) in ordered.enumerated() {
            if expects, number + 3 < ordered.count {
                let soon = ordered[number + 3].element.bytes
                _ = analysis.expect(soon.span.bytes, link: .ethernet)
            }
            let kept = frame.element.bytes.span.extracting(first: snapLength)
            analysis.packet(
                kept.bytes, number: number + 1,
                time: Int64((start + frame.element.time) * 1e6) * 1000,
                wireLength: frame.element.bytes.count, link: .ethernet)
        }
        return analysis.finish(CaptureSource(format: "pcap", linkTypes: []))
    }

    /// What is said of a finding; `nil` when nothing is.
    func finding(_ id: String) -> Evidence? {
        report().findings.first { $0.id == "capture." + id }
    }

    func state(_ id: String) -> FactState? { finding(id)?.state }
}

struct TestSegment {
    enum Checksum { case right, wrong, pseudoHeader, zero }

    var source: UInt8
    var target: UInt8
    var sourcePort: UInt16
    var targetPort: UInt16
    var flags: UInt8
    var sequence: UInt32
    var ack: UInt32
    var window: UInt16
    var options: [UInt8] = []
    var payload: [UInt8] = []
    /// Of IPv4; 0 says nothing.
    var identification: UInt16 = 0
    var timeToLive: UInt8 = 64
    var checksum = Checksum.right

    static let fin: UInt8 = 1
    static let syn: UInt8 = 2
    static let rst: UInt8 = 4
    static let push: UInt8 = 8
    static let ack: UInt8 = 16

    var frame: [UInt8] {
        let addresses: [UInt8] = [10, 0, 0, source, 10, 0, 0, target]
        let length = 20 + options.count + payload.count
        var segment = big16(sourcePort) + big16(targetPort) + big32(sequence) + big32(ack)
        segment += [UInt8(20 + options.count) << 2, flags] + big16(window) + [0, 0, 0, 0]
        segment += options + payload
        let pseudo = addresses + [0, 6] + big16(UInt16(truncatingIfNeeded: length))
        let sum: UInt16 =
            switch checksum {
            case .right: ~folded(pseudo + segment)
            case .wrong: ~folded(pseudo + segment) ^ 0x0180
            case .pseudoHeader: folded(pseudo)
            case .zero: 0
            }
        segment.replaceSubrange(16..<18, with: big16(sum))
        let header: [UInt8] =
            [0x45, 0] + big16(UInt16(truncatingIfNeeded: 20 + length)) + big16(identification)
            + [0x40, 0, timeToLive, 6, 0, 0] + addresses
        return [2, 0, 0, 0, 0, target, 2, 0, 0, 0, 0, source, 8, 0] + header + segment
    }

    private func folded(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for start in stride(from: 0, to: bytes.count, by: 2) {
            let low = start + 1 < bytes.count ? bytes[start + 1] : 0
            sum += UInt32(bytes[start]) << 8 | UInt32(low)
        }
        while sum > 0xFFFF { sum = (sum & 0xFFFF) + (sum >> 16) }
        return UInt16(sum)
    }
}

func big16(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }

func big32(_ value: UInt32) -> [UInt8] {
    big16(UInt16(value >> 16)) + big16(UInt16(value & 0xFFFF))
}

/// One TCP connection whose two sides count their bytes.
final class TestConnection {
    enum Side: Int { case client, server }

    private let capture: TestCapture
    private let ports: [UInt16]
    private let hosts: [UInt8]
    private let mss: UInt16
    private let scale: UInt8?
    /// The next byte of each side.
    private(set) var next: [UInt32]
    /// What each side has acknowledged.
    private var acknowledged: [UInt32]
    var window: [UInt16] = [501, 501]
    var checksum: [TestSegment.Checksum] = [.right, .right]
    var permitsSACK = false

    init(
        _ capture: TestCapture, port: UInt16, serverPort: UInt16, client: UInt8, server: UInt8,
        mss: UInt16, scale: UInt8?, base: UInt32
    ) {
        self.capture = capture
        ports = [port, serverPort]
        hosts = [client, server]
        self.mss = mss
        self.scale = scale
        next = [base, base &+ 500_000]
        acknowledged = [0, 0]
    }

    private func put(
        _ time: Double, _ side: Side, _ flags: UInt8, sequence: UInt32, options: [UInt8] = [],
        payload: [UInt8] = [], window: UInt16? = nil, identification: UInt16 = 0, less: UInt32 = 0,
        timeToLive: UInt8 = 64
    ) {
        let (own, other) = (side.rawValue, 1 - side.rawValue)
        capture.add(
            time,
            TestSegment(
                source: hosts[own], target: hosts[other], sourcePort: ports[own],
                targetPort: ports[other], flags: flags, sequence: sequence,
                ack: flags & TestSegment.ack == 0 ? 0 : acknowledged[own] &- less,
                window: window ?? self.window[own], options: options, payload: payload,
                identification: identification, timeToLive: timeToLive, checksum: checksum[own]))
    }

    private var synOptions: [UInt8] {
        [2, 4] + big16(mss) + (scale.map { [1, 3, 3, $0] } ?? [])
            + (permitsSACK ? [1, 1, 4, 2] : [])
    }

    func syn(at time: Double) {
        put(time, .client, TestSegment.syn, sequence: next[0], options: synOptions, window: 64240)
        next[0] &+= 1
    }

    /// Handshake; the capture is at the client, the server `roundTrip` seconds away.
    func open(at time: Double, roundTrip: Double = 0.001) {
        syn(at: time)
        acknowledged[1] = next[0]
        put(
            time + roundTrip, .server, TestSegment.syn | TestSegment.ack, sequence: next[1],
            options: synOptions, window: 65160)
        next[1] &+= 1
        acknowledge(at: time + roundTrip + 0.0001, by: .client)
    }

    /// The server's SYN-ACK again, before any data.
    func answerAgain(at time: Double) {
        put(
            time, .server, TestSegment.syn | TestSegment.ack, sequence: next[1] &- 1,
            options: synOptions, window: 65160)
    }

    func send(at time: Double, by side: Side, _ payload: [UInt8]) {
        put(
            time, side, TestSegment.push | TestSegment.ack, sequence: next[side.rawValue],
            payload: payload)
        next[side.rawValue] &+= UInt32(payload.count)
    }

    func send(at time: Double, by side: Side, count: Int, identification: UInt16 = 0) {
        put(
            time, side, TestSegment.push | TestSegment.ack, sequence: next[side.rawValue],
            payload: [UInt8](repeating: 0xAA, count: count), identification: identification)
        next[side.rawValue] &+= UInt32(count)
    }

    /// Bytes that are lost before they come to the capture's place.
    func lose(by side: Side, count: Int) { next[side.rawValue] &+= UInt32(count) }

    /// The side's newest `count` bytes again, or those so many bytes `back`; with an ACK of `less`.
    func sendAgain(
        at time: Double, by side: Side, count: Int, back: UInt32? = nil, identification: UInt16 = 0,
        less: UInt32 = 0
    ) {
        put(
            time, side, TestSegment.push | TestSegment.ack,
            sequence: next[side.rawValue] &- (back ?? UInt32(count)),
            payload: [UInt8](repeating: 0xAA, count: count), identification: identification,
            less: less)
    }

    /// - Parameters:
    ///   - left: how many of the peer's newest bytes are left out.
    ///   - twice: how many of those before it are reported as received twice (RFC 2883).
    func acknowledge(
        at time: Double, by side: Side, except left: UInt32 = 0, twice: UInt32 = 0
    ) {
        let end = next[1 - side.rawValue] &- left
        acknowledged[side.rawValue] = end
        put(
            time, side, TestSegment.ack, sequence: next[side.rawValue],
            options: twice > 0 ? [1, 1, 5, 10] + big32(end &- twice) + big32(end) : [])
    }

    func close(at time: Double, by side: Side) {
        acknowledged[side.rawValue] = next[1 - side.rawValue]
        put(time, side, TestSegment.fin | TestSegment.ack, sequence: next[side.rawValue])
        next[side.rawValue] &+= 1
    }

    func reset(at time: Double, by side: Side, timeToLive: UInt8 = 64) {
        put(
            time, side, TestSegment.rst | TestSegment.ack, sequence: next[side.rawValue],
            timeToLive: timeToLive)
    }

    /// The answer of who does not know the connection (RFC 9293 §3.5.2, group 1).
    func disown(at time: Double, by side: Side) {
        put(time, side, TestSegment.rst, sequence: next[side.rawValue])
    }

    /// Both sides, the other 1 ms later.
    func closeBoth(at time: Double, by side: Side) {
        close(at: time, by: side)
        close(at: time + 0.001, by: side == .client ? .server : .client)
        acknowledge(at: time + 0.002, by: side)
    }

    /// A request and its answer.
    func exchange(at time: Double, asked: Int = 200, answered: Int = 500, after: Double = 0.01) {
        send(at: time, by: .client, count: asked)
        acknowledge(at: time + after / 2, by: .server)
        send(at: time + after, by: .server, count: answered)
        acknowledge(at: time + after + 0.001, by: .client)
    }
}
