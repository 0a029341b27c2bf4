import Testing

@testable import Probes

/// What a reader made of bytes, given whole or in pieces.
private struct Reading: Equatable {
    var progress: HTTPResponseReader.Progress
    var taken: Int
    var status: Int?
    var bodyBytes: UInt64?
    var body: String?

    init(_ bytes: [UInt8], piece: Int = .max, method: String = "GET", closes: Bool = false) {
        var reader = HTTPResponseReader(method: method)
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(piece)
            let count = reader.consume(part)
            rest = rest.dropFirst(count)
            if count < part.count { break }
        }
        if closes { reader.finish() }
        progress = reader.progress
        // A fault is met at the same byte, but how much was taken by then depends on the pieces.
        if case .failed = reader.progress { taken = 0 } else { taken = reader.consumedBytes }
        status = reader.response?.head.status
        bodyBytes = reader.response?.bodyBytes
        body = reader.response.map { String(decoding: $0.body, as: UTF8.self) }
    }
}

private func bytes(_ text: String) -> [UInt8] {
    Array(text.replacing("\n", with: "\r\n").utf8)
}

private let examples: [String: [UInt8]] = [
    "length": bytes("HTTP/1.1 200 OK\nContent-Length: 5\nServer: x\n\nhello"),
    "chunked": bytes(
        "HTTP/1.1 200 OK\nTransfer-Encoding: gzip, Chunked\n\n5;a=b\nhello\n6\n world\n0\nX: y\n\n"),
    "interim": bytes("HTTP/1.1 100 Continue\n\nHTTP/1.1 103 x\nLink: y\n\nHTTP/1.0 204\n\n"),
    "until close": bytes("HTTP/1.0 200 OK\nServer: y\n\nhello"),
    "folded": bytes("HTTP/1.1 404 Not Found\nX: a\n  b\nContent-Length: 2, 2\n\nno"),
]

@Suite struct HTTPResponseReaderTests {
    @Test func `A body ends where its length, its chunks or the connection end`() {
        let length = Reading(examples["length"]! + [1, 2])
        #expect(length.progress == .complete)
        #expect(length.taken == examples["length"]!.count)
        #expect(length.body == "hello")
        let chunked = Reading(examples["chunked"]! + [1])
        #expect(chunked.progress == .complete)
        #expect(chunked.taken == examples["chunked"]!.count)
        #expect(chunked.body == "hello world")
        let open = Reading(examples["until close"]!)
        #expect(open.progress == .body)
        #expect(Reading(examples["until close"]!, closes: true).progress == .complete)
    }

    @Test func `Interim answers are told and passed over`() {
        var reader = HTTPResponseReader()
        _ = reader.consume(examples["interim"]![...])
        #expect(reader.response?.interim == [100, 103])
        #expect(reader.response?.head.status == 204)
        #expect(reader.progress == .complete)
    }

    @Test func `Trailers, folds and repeated lengths are read`() {
        var reader = HTTPResponseReader()
        _ = reader.consume(examples["chunked"]![...])
        #expect(reader.response?.trailers == [.init(name: "x", value: "y")])
        #expect(reader.response?.chunks == 2)
        reader = HTTPResponseReader()
        _ = reader.consume(examples["folded"]![...])
        #expect(reader.response?.head.value(of: "x") == "a b")
        #expect(reader.response?.faults == [.foldedField])
        #expect(reader.progress == .complete)
    }

    @Test func `HEAD, 304 and 101 have no body`() {
        let head = Reading(bytes("HTTP/1.1 200 OK\nContent-Length: 5\n\n"), method: "HEAD")
        #expect(head.progress == .complete)
        #expect(Reading(bytes("HTTP/1.1 304 x\nContent-Length: 5\n\n")).progress == .complete)
        #expect(Reading(bytes("HTTP/1.1 101 x\nUpgrade: y\n\n")).progress == .complete)
    }

    @Test func `What announces both lengths is read by its chunks and noted`() {
        var reader = HTTPResponseReader()
        let both = "HTTP/1.1 200 OK\nContent-Length: 50\nTransfer-Encoding: chunked\n\n0\n\n"
        _ = reader.consume(bytes(both)[...])
        #expect(reader.progress == .complete)
        #expect(reader.response?.faults == [.lengthAndChunked])
    }

    @Test(arguments: [
        ("220 mail.example ESMTP\n", HTTPFault.notHTTP),
        ("HTTP/2 200 OK\n\n", .notHTTP), ("HTTP/1.1 2x0 OK\n\n", .notHTTP),
        ("HTTP/1.1 099 OK\n\n", .notHTTP), ("HTTP/1.1 2000 OK\n\n", .notHTTP),
        ("HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 6\n\n", .lengthsDiffer),
        ("HTTP/1.1 200 OK\nContent-Length: +5\n\n", .lengthInvalid),
        ("HTTP/1.1 200 OK\nContent-Length: 99999999999999999999\n\n", .lengthInvalid),
        ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nx\n", .chunkInvalid),
        ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nfffffffffffffffff\n", .chunkInvalid),
        ("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n1\nab\n", .chunkInvalid),
        (
            "HTTP/1.1 200 OK\n" + String(repeating: "A: b\n", count: 10_000) + "\n",
            .tooManyFields
        ),
        ("HTTP/1.1 200 OK\nA: " + String(repeating: "b", count: 100_000), .headTooLong),
        (String(repeating: "HTTP/1.1 100 x\n\n", count: 1000), .tooManyInterim),
        (String(repeating: "\n", count: 1000), .notHTTP),
        (String(repeating: "x", count: 100_000), .notHTTP),
    ])
    func `What is no response, or has no end, is a named fault`(text: String, fault: HTTPFault) {
        #expect(Reading(bytes(text)).progress == .failed(fault))
        #expect(Reading(bytes(text), piece: 7).progress == .failed(fault))
    }

    @Test func `An endless body is counted and not kept`() {
        var reader = HTTPResponseReader()
        _ = reader.consume(bytes("HTTP/1.1 200 OK\n\n")[...])
        let block = [UInt8](repeating: 0x41, count: 1 << 20)
        for _ in 0..<64 {
            let taken = reader.consume(block[...])
            #expect(taken == block.count)
        }
        #expect(reader.response?.bodyBytes == 64 << 20)
        #expect(reader.response?.body.count == HTTPBounds().keptBody)
    }

    @Test(arguments: examples.keys.sorted())
    func `Pieces of any size read as the whole, and no prefix is more than it`(name: String) {
        let whole = Reading(examples[name]!)
        for size in [1, 2, 3, 7, 64] { #expect(Reading(examples[name]!, piece: size) == whole) }
        for end in 0..<examples[name]!.count {
            let part = Reading(Array(examples[name]!.prefix(end)))
            #expect(part.progress == .head || part.progress == .body)
            #expect(part.taken == end)
        }
    }

    @Test(arguments: examples.keys.sorted())
    func `A damaged response is an answer too`(name: String) {
        let good = examples[name]!
        for index in good.indices {
            for value in [0, 0x0A, 0x0D, 0x20, 0x2C, 0x30, 0x3A, 0x66, 0x80, 0xFF] as [UInt8] {
                var bad = good
                bad[index] = value
                let whole = Reading(bad)
                #expect(Reading(bad, piece: 1) == whole)
            }
            var short = good
            short.remove(at: index)
            #expect(Reading(short, piece: 3) == Reading(short))
        }
    }
}
