/// What in an answer tells which backend made it: a field, a cookie, the certificate, the address.
enum BackendMark {
    /// Parts of the names of fields that balancers and applications add for this purpose.
    private static let fieldParts = [
        "served-by", "backend", "upstream", "server-name", "server-id", "instance", "node", "pod",
        "host", "worker", "replica", "x-server", "x-via", "x-amz-cf-pop", "x-azure-ref-origin",
    ]
    /// Beginnings of the names of persistence cookies, as the manuals of HAProxy, nginx, Apache,
    /// F5, AWS and others give them.
    private static let cookieParts = [
        "serverid", "srv", "route", "backend", "lb", "node", "bigipserver", "persist", "sticky",
        "balanceid", "app_srv", "arraffinity",
    ]

    /// Name of the mark to its value, both bounded.
    static func marks(_ exchange: HTTPExchange) -> [String: String] {
        var found = ["address": exchange.address.description]
        if let certificate = exchange.certificate { found["certificate"] = certificate }
        for field in exchange.response?.head.fields ?? [] {
            if field.name == "set-cookie" {
                guard let (name, value) = cookie(field.value) else { continue }
                found["cookie \(name)"] = value
            } else if field.name == "via" || fieldParts.contains(where: field.name.contains) {
                found[bounded(field.name)] = bounded(field.value)
            }
        }
        return found
    }

    private static func cookie(_ text: String) -> (String, String)? {
        let pair = text.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
        guard pair.count == 2 else { return nil }
        let name = trimmedText(pair[0]).lowercased()
        // Tomcat and others append the node to the session: `0123ABCD.node1`.
        if name == "jsessionid", let dot = pair[1].lastIndex(of: ".") {
            return (name, bounded(pair[1][pair[1].index(after: dot)...]))
        }
        guard cookieParts.contains(where: name.hasPrefix) else { return nil }
        return (bounded(name), bounded(pair[1]))
    }

    private static func bounded(_ text: some StringProtocol) -> String { String(text.prefix(80)) }
}
