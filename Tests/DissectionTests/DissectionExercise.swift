import Dissection

/// The dissectors by name; the fuzzer is asked for one of them or for all.
let dissectorExercises: [(name: String, exercise: @Sendable (RawSpan) -> Void)] = [
    ("client-hello", exerciseClientHello), ("server-hello", exerciseServerHello),
    ("certificates", exerciseCertificates), ("records", exerciseRecords),
    ("tcp-options", exerciseOptions), ("http-head", exerciseHTTP),
    ("http-framing", exerciseFraming), ("block-page", exerciseBlockPage), ("dns", exerciseDNS),
    ("address", exerciseAddress), ("packet", { exercisePacket($0) }), ("packets", exercisePackets),
]

/// Runs one of the dissectors over arbitrary bytes and checks what must hold of any answer.
///
/// The first byte chooses, the rest is the message; used by the fuzzer and by the tests that replay
/// what the fuzzer found.
func exerciseDissection(_ input: RawSpan) {
    guard input.byteCount > 0 else { return }
    let choice = Int(input.byte(at: 0)) % dissectorExercises.count
    dissectorExercises[choice].exercise(input.extracting(1..<input.byteCount))
}

/// Every link type that is dissected, and one that is not.
let exercisedLinks: [UInt32] = [
    0, 1, 9, 12, 50, 51, 101, 104, 105, 108, 113, 119, 127, 192, 228, 229, 239, 276, 147, 10, 100,
    129, 178, 242, 281, 282, 284, 285,
]

/// The first byte chooses the link, the second how much longer the packet was on the wire.
func exercisePacket(_ input: RawSpan) {
    guard input.byteCount >= 2 else { return }
    let bytes = input.extracting(2..<input.byteCount)
    let link = LinkType(rawValue: exercisedLinks[Int(input.byte(at: 0)) % exercisedLinks.count])
    let extra = Int(input.byte(at: 1) / 16)
    exercisePacket(bytes, link: link, wireLength: bytes.byteCount + extra * extra * 8)
}

func exercisePacket(_ bytes: RawSpan, link: LinkType, wireLength: Int) {
    var segment = TCPSegment()
    // Whoever looks ahead gets an answer of any bytes.
    _ = peekTCP(bytes, link: link, into: &segment)
    switch dissect(bytes, link: link, wireLength: wireLength, into: &segment) {
    case .tcp: check(segment, bytes, wireLength: wireLength)
    case .notIP:
        precondition(segment.payloadOffset + segment.capturedPayload <= bytes.byteCount)
        precondition(!segment.linkProtocol.description.isEmpty)
    default: break
    }
}

/// Packets one behind the other, each after its length of one byte, as one capture: fragments are
/// put together, tunnels are opened.
func exercisePackets(_ input: RawSpan) {
    guard input.byteCount > 0 else { return }
    let link = LinkType(rawValue: exercisedLinks[Int(input.byte(at: 0)) % exercisedLinks.count])
    var opener = PacketOpener()
    var segment = TCPSegment()
    var start = 1
    while start < input.byteCount {
        let end = min(start + 1 + Int(input.byte(at: start)), input.byteCount)
        let bytes = input.extracting(start + 1..<end)
        start = end
        let verdict = dissect(bytes, link: link, wireLength: bytes.byteCount, into: &segment)
        let opened = opener.open(bytes, verdict, into: &segment)
        switch opened.place {
        case .inside(let offset):
            precondition(offset <= bytes.byteCount)
            let inner = bytes.extracting(offset..<bytes.byteCount)
            if opened.verdict == .tcp { check(segment, inner, wireLength: inner.byteCount) }
        case .whole(let datagram):
            precondition(datagram.count <= 65_535)
            // A first fragment that was cut short is as long as its header says.
            let inner = datagram.span.bytes
            if opened.verdict == .tcp { check(segment, inner, wireLength: 65_535) }
        }
    }
}

/// A segment's offsets lie inside the captured bytes, its lengths inside the frame.
private func check(_ segment: TCPSegment, _ bytes: RawSpan, wireLength: Int) {
    let payloadEnd = segment.payloadOffset + segment.capturedPayload
    precondition(segment.capturedPayload >= 0 && payloadEnd <= bytes.byteCount)
    precondition(segment.capturedPayload <= segment.payloadLength)
    precondition(
        segment.payloadOffset + segment.payloadLength <= max(wireLength, bytes.byteCount) + 40)
    precondition(0...40 ~= segment.optionsLength)
    let optionsEnd = segment.optionsOffset + segment.optionsLength
    precondition(optionsEnd <= bytes.byteCount)
    exerciseOptions(bytes.extracting(segment.optionsOffset..<optionsEnd))
    exerciseRecords(bytes.extracting(segment.payloadOffset..<payloadEnd))
    _ = TCPChecksum(segment, bytes)
    precondition(IPAddress(segment.source.description) == segment.source)
    precondition(IPAddress(segment.destination.description) == segment.destination)
}

func exerciseClientHello(_ bytes: RawSpan) {
    guard let hello = try? ClientHello(body: bytes) else { return }
    precondition(hello.random.count == 32 && hello.sessionID.count <= 32)
    precondition((hello.serverName?.unicodeScalars.count ?? 0) <= 255)
    precondition(hello.sessionTicketLength ?? 0 <= bytes.byteCount)
    _ = hello.offersResumption
    precondition(ClientFingerprint(hello).text.utf8.count == 36)
}

/// Certificates are bounded, and answer for any name.
func exerciseCertificates(_ bytes: RawSpan) {
    guard let message = CertificateMessage(body: bytes) else { return }
    precondition(message.certificates.count <= min(message.count, 10))
    for certificate in message.certificates {
        precondition(certificate.dnsNames.count + certificate.addresses.count <= 256)
        _ = certificate.isFor("shop.example.com")
        _ = certificate.isFor("192.0.2.1")
    }
}

/// A head lies inside the bytes, wherever it begins.
func exerciseFraming(_ bytes: RawSpan) {
    for start in [0, bytes.byteCount / 2, bytes.byteCount] {
        guard let head = HTTPFraming(bytes, from: start) else { continue }
        precondition(start < head.bodyOffset && head.bodyOffset <= bytes.byteCount)
        precondition((head.method == nil) != (head.status == nil))
        precondition(head.target.map { start < $0.lowerBound } ?? true)
    }
}

func exerciseServerHello(_ bytes: RawSpan) {
    guard let hello = try? ServerHello(body: bytes) else { return }
    precondition(hello.random.count == 32 && hello.sessionID.count <= 32)
    _ = (hello.isHelloRetryRequest, tlsVersionName(hello.selectedVersion))
}

/// Walks records and the messages inside them as an analyzer does.
func exerciseRecords(_ bytes: RawSpan) {
    _ = (looksLikeTLS(bytes), isSSLv2ClientHello(bytes))
    var offset = 0
    while let record = tlsRecord(bytes, at: offset) {
        let start = offset + 5
        let end = min(start + record.length, bytes.byteCount)
        let fragment = bytes.extracting(start..<end)
        if record.contentType == 21 { _ = TLSAlert(fragment: fragment)?.name }
        if record.contentType == 22, let header = HandshakeHeader(fragment, at: 0) {
            let body = fragment.extracting(4..<min(4 + header.length, fragment.byteCount))
            if header.type == 1 { exerciseClientHello(body) }
            if header.type == 2 { exerciseServerHello(body) }
        }
        offset = start + record.length
    }
    exerciseHTTP(bytes)
}

/// Only what a block page says is found in one.
func exerciseBlockPage(_ bytes: RawSpan) {
    _ = BlockPage.isText(bytes)
    precondition(BlockPage.phrase(in: bytes).map(BlockPage.phrases.contains) ?? true)
}

func exerciseOptions(_ bytes: RawSpan) {
    let options = TCPOptions.parse(bytes)
    precondition(options.windowScale ?? 0 <= 14)
    precondition(options.mss == nil || bytes.byteCount >= 4)
}

func exerciseHTTP(_ bytes: RawSpan) {
    if let request = HTTPRequestHead(bytes) { precondition(!request.method.isEmpty) }
    if let response = HTTPResponseHead(bytes) {
        precondition(100...999 ~= response.status)
        precondition(response.bodyOffset <= bytes.byteCount)
        precondition(response.headers.count <= 8192)
    }
}

/// Text that is an address prints as one that reads back the same.
func exerciseAddress(_ bytes: RawSpan) {
    guard let address = IPAddress(bytes.text(0..<bytes.byteCount)) else { return }
    precondition(IPAddress(address.description) == address)
    precondition(address.bytes.count == (address.isIPv4 ? 4 : 16))
}

/// Names print as text that is safe, and are as short as the format says.
func exerciseDNS(_ bytes: RawSpan) {
    let beginning = try? DNSMessage(bytes, mayBeCut: true)
    guard let message = try? DNSMessage(bytes) else { return }
    // What is whole is not read otherwise where it could have been cut.
    precondition(beginning == message)
    for record in message.answers + message.authorities + message.additionals {
        precondition(record.name.wire.count <= 255)
        precondition(record.name.description.utf8.allSatisfy { 0x21...0x7E ~= $0 })
        if case .other(let count) = record.content { precondition(count <= bytes.byteCount) }
    }
}
