import Probes
import Testing

struct ProbeOptionFaultTests {
    private func faults(_ change: (inout ProbeOptions) -> Void) -> [String] {
        var options = ProbeOptions()
        change(&options)
        return options.faults().map(\.option)
    }

    @Test func `Options as they come have no fault`() {
        #expect(faults { _ in }.isEmpty)
    }

    @Test func `Each fault names its option, and all are named`() {
        let named = faults {
            $0.sourceAddress = "here"
            $0.timeout = -1
            $0.count = 0
            $0.holdSeconds = 11
            $0.connectionsPerSecond = 0
            $0.addresses = ["127.0.0.1", "example.com"]
            $0.tls.trustFile = "/nonexistent/roots.pem"
            $0.tls.ciphers = "NO-SUCH-SUITE"
        }
        #expect(
            named == [
                "--source", "--address", "--timeout", "--hold", "--rate", "--count", "TLS",
                "--trust",
            ])
    }

    @Test func `A key that does not fit the certificate is a fault`() throws {
        let pki = try Certificates.shared.get()
        #expect(
            faults {
                $0.tls.clientCertificateFile = pki.root.certificate
                $0.tls.clientKeyFile = pki.intermediate.key
            } == ["TLS"])
        #expect(
            faults {
                $0.tls.clientCertificateFile = pki.root.certificate
                $0.tls.clientKeyFile = pki.root.key
            }.isEmpty)
    }
}
