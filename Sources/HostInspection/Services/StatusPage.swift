/// The status page of a web server: nginx's stub_status or Apache's server-status?auto.
public struct StatusPage: Sendable {
    /// By the page's own names: `BusyWorkers`, `IdleWorkers`, `Scoreboard`; of nginx `Active`,
    /// `accepts`, `handled`, `requests`, `Reading`, `Writing`, `Waiting`.
    public var values: [String: String]
    /// `nginx` or `Apache httpd`.
    public var server: String
    public var url: String

    public func number(_ name: String) -> Double? { values[name].flatMap { Double($0) } }

    /// One GET of exactly that address; no redirect is followed.
    public static func look(_ url: HTTPAddress, seconds: Double = 3) -> Observed<StatusPage> {
        let question = StreamQuestion(
            subject: "the status page \(url)", deadline: .now + .seconds(seconds))
        let request =
            "GET \(url.path) HTTP/1.0\r\nHost: \(url.authority)\r\n"
            + "User-Agent: inquest\r\nConnection: close\r\n\r\n"
        return question.ask(host: url.host, port: url.port, request).flatMap { read($0, url) }
    }

    static func read(_ answer: [UInt8], _ url: HTTPAddress) -> Observed<StatusPage> {
        func fault(_ detail: String) -> Observed<StatusPage> {
            .unknown(Obstacle(.malformed, "the answer of \(url)", detail))
        }
        guard let end = headEnd(answer) else { return fault("no head of an HTTP answer") }
        let head = HAProxyStatus.text(answer[..<end])
        let status = head.split(separator: " ").dropFirst().first ?? ""
        guard head.hasPrefix("HTTP/1."), status == "200" else {
            let line = head.prefix { !$0.isNewline }
            return fault("“\(line)”")
        }
        let body = String(decoding: answer[end...].prefix(64 << 10), as: UTF8.self)
        if let values = nginx(body) {
            return .known(StatusPage(values: values, server: "nginx", url: url.description))
        }
        if let values = apache(body) {
            return .known(StatusPage(values: values, server: "Apache httpd", url: url.description))
        }
        return fault("neither stub_status nor server-status?auto")
    }

    /// The offset of the body.
    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        let mark: [UInt8] = [13, 10, 13, 10]
        guard bytes.count >= 4 else { return nil }
        return (0...min(bytes.count - 4, 64 << 10)).first { bytes[$0..<$0 + 4].elementsEqual(mark) }
            .map { $0 + 4 }
    }

    /// `Active connections: 1 \nserver accepts handled requests\n 1 1 1 \nReading: 0 …`
    private static func nginx(_ body: String) -> [String: String]? {
        let lines = body.split(whereSeparator: \.isNewline)
        guard lines.count >= 4, lines[0].hasPrefix("Active connections:"),
            lines[1].hasPrefix("server accepts handled requests")
        else { return nil }
        var values: [String: String] = [:]
        values["Active"] = lines[0].split(separator: " ").last.map(String.init)
        let sums = lines[2].split(separator: " ")
        for (name, value) in zip(["accepts", "handled", "requests"], sums) {
            values[name] = String(value)
        }
        let words = lines[3].split(separator: " ")
        for index in words.indices.dropLast() where words[index].hasSuffix(":") {
            values[String(words[index].dropLast())] = String(words[index + 1])
        }
        return values.count == 7 ? values : nil
    }

    /// `BusyWorkers: 1`, a line each.
    private static func apache(_ body: String) -> [String: String]? {
        var values: [String: String] = [:]
        for line in body.split(whereSeparator: \.isNewline).prefix(200) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            values[String(line[..<colon].prefix(60))] = String(value.prefix(4096))
        }
        return values["BusyWorkers"] != nil && values["IdleWorkers"] != nil ? values : nil
    }
}

/// `http://host[:port]/path`, taken apart.
public struct HTTPAddress: Hashable, Sendable, CustomStringConvertible {
    public let host: String
    public let port: String
    public let path: String
    /// As it was written, for the Host field.
    let authority: String

    /// `nil` when `text` is of another form; printable ASCII without spaces only.
    public init?(_ text: String) {
        let scheme = "http://"
        guard text.hasPrefix(scheme), text.utf8.count <= 2000,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let path = rest[authority.endIndex...].prefix { $0 != "#" }
        self.authority = String(authority)
        self.path = path.hasPrefix("/") ? String(path) : "/" + path
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = String(authority[authority.index(after: authority.startIndex)..<end])
            let tail = authority[authority.index(after: end)...]
            guard tail.isEmpty || tail.hasPrefix(":") else { return nil }
            port = tail.isEmpty ? "80" : String(tail.dropFirst())
        } else {
            let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else { return nil }
            host = String(parts[0])
            port = parts.count == 2 ? String(parts[1]) : "80"
        }
        guard !host.isEmpty, let number = UInt16(port), number > 0 else { return nil }
    }

    public var description: String { "http://\(authority)\(path)" }
}
