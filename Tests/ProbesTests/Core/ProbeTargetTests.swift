import Probes
import Testing

struct ProbeTargetTests {
    @Test(arguments: [
        ("example.com:443", "https://example.com:443"),
        ("example.com:993", "tls://example.com:993"),
        ("example.com:7", "tcp://example.com:7"),
        ("https://example.com", "https://example.com:443"),
        ("https://example.com/a?b=1#c", "https://example.com:443/a?b=1"),
        ("http://example.com?q", "http://example.com:80/?q"),
        ("tls://[2001:db8::1]:8443", "tls://[2001:db8::1]:8443"),
        ("[::1]:80", "tcp://[::1]:80"), ("SMTP://mail.example", "smtp://mail.example:25"),
        ("dns://[fe80::1%eth0]", "dns://[fe80::1%eth0]:53"),
    ])
    func `A target is read as it is meant`(text: String, meaning: String) throws {
        #expect(try ProbeTarget(parsing: text).description == meaning)
    }

    @Test(arguments: [
        ("", 1, "the host is missing"), ("example.com", 12, "the port is missing"),
        ("example.com:0", 12, "not a port"), ("example.com:65536", 12, "not a port"),
        ("example.com:8a", 12, "not a port"), ("example.com:+8", 12, "not a port"),
        ("ftp://example.com", 1, "no scheme is called “ftp”"),
        ("2001:db8::1", 1, "an IPv6 address stands in brackets"),
        ("[2001:db8::1:443", 1, "“]” is missing"), ("[example]:1", 1, "no IPv6 address"),
        ("tls://user@example.com:1", 11, "user names are not used here"),
        ("exa\u{1B}mple.com:1", 1, "not a host name"), ("a b:1", 1, "not a host name"),
        ("tls://:443", 7, "the host is missing"),
    ])
    func `A fault is named with its place`(text: String, column: Int, fault: String) throws {
        let error = try #require(throws: ProbeTargetError.self) {
            try ProbeTarget(parsing: text)
        }
        #expect(error.column == column)
        #expect(error.fault.contains(fault), "\(error.fault)")
        #expect(!error.suggestion.isEmpty)
    }

    @Test func `Text of any length is refused quickly`() {
        #expect(throws: ProbeTargetError.self) {
            try ProbeTarget(parsing: String(repeating: "a.", count: 1_000_000) + ":1")
        }
        #expect(throws: ProbeTargetError.self) {
            try ProbeTarget(parsing: String(repeating: "a", count: 254) + ":1")
        }
    }

    @Test func `A list gives all targets and all faults, each with its line`() {
        let (targets, errors) = ProbeTarget.list(
            parsing: """
                # the farm
                a.example:443   primary
                b.example

                [::1]:443
                c.example:99999
                """)
        #expect(targets.map(\.host) == ["a.example", "::1"])
        #expect(errors.map(\.line) == [3, 6])
    }
}
