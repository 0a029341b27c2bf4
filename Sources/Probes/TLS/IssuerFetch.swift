/// Fetches the certificate that an AIA extension points to (RFC 5280 §4.2.2.1): one GET over HTTP.
enum IssuerFetch {
    struct Refusal: Error {
        var text: String
    }

    private static let largest = 256 * 1024

    static func certificate(
        at url: String, _ context: ProbeContext
    ) -> Result<Certificate, Refusal> {
        let shown = printable(url.utf8, atMost: 200)
        do throws(NetworkFailure) {
            guard let target = try? ProbeTarget(parsing: url), target.scheme == .http else {
                return .failure(Refusal(text: "no address to fetch the issuer from: \(shown)"))
            }
            let body = try get(target, context)
            guard let certificate = Certificate(body) else {
                return .failure(Refusal(text: "no certificate at \(shown)"))
            }
            return .success(certificate)
        } catch {
            return .failure(Refusal(text: "the issuer at \(shown) could not be fetched: \(error)"))
        }
    }

    private static func get(
        _ target: ProbeTarget, _ context: ProbeContext
    ) throws(NetworkFailure) -> [UInt8] {
        let deadline = context.attempt
        guard let address = try context.addresses(of: target.host, port: target.port).first else {
            throw .unresolved(code: 0, words: "no address")
        }
        let connection = Connection(context, to: address, label: "issuer")
        connection.receiveLimit = largest
        // Another host than the target: its rate limit and source are not ours to use.
        try connection.connect(by: deadline, .init(isPaced: false))
        let request =
            "GET \(target.path) HTTP/1.0\r\nHost: \(target.hostField)\r\nUser-Agent: inquest\r\n\r\n"
        try connection.send(Array(request.utf8), by: deadline)
        var answer: [UInt8] = []
        while true {
            let bytes = try connection.receive(by: deadline)
            if bytes.isEmpty { break }
            answer += bytes
        }
        connection.closePolitely(by: deadline.within(seconds: 1))
        return body(of: answer)
    }

    /// What follows the empty line of a 200 answer; empty for every other.
    private static func body(of answer: [UInt8]) -> [UInt8] {
        guard answer.starts(with: "HTTP/1.".utf8), answer.dropFirst(8).starts(with: " 200".utf8)
        else { return [] }
        for index in answer.indices.dropLast(3)
        where answer[index...].prefix(4).elementsEqual("\r\n\r\n".utf8) {
            return Array(answer[(index + 4)...])
        }
        return []
    }
}
