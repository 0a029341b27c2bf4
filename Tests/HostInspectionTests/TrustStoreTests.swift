import Casebook
import Foundation
import HostInspection
import Testing

/// Whether the host's roots are enough for a chain.
@Suite(.enabled(if: Roots.made != nil, "needs openssl"))
struct TrustStoreTests {
    private func finding(
        _ bundle: [String], chain: [String]?, maps: String? = nil
    ) throws -> Evidence? {
        let roots = try #require(Roots.made)
        var files = KernelLayout.all[0].files
        files["etc/ssl/certs/ca-certificates.crt"] = bundle.map(roots.pem).joined(separator: "\n")
        var scope = HostScope()
        if let maps {
            files["proc/77/maps"] = "7f00-7f01 r-xp 00000000 08:01 99 \(maps)\n"
            scope.process = .pid(77)
        } else {
            files["proc/77/maps"] = ""
        }
        if let chain {
            scope.chain = ServerChain(pem: "s_client says\n" + chain.map(roots.pem).joined())
        }
        let look = try RecordedTree(files).look(scope)
        return HostContext(first: look, scope: scope).finding("host.trust.old-store")
    }

    @Test("A store that holds the root is enough, through an intermediate or without one")
    func trusted() throws {
        let direct = try finding(["other", "root"], chain: ["leaf"])
        #expect(direct?.state == .absent)
        #expect(direct?.summary.hasSuffix("the root that the chain needs: A Root") == true)
        #expect(try finding(["root"], chain: ["far", "middle"])?.state == .absent)
        #expect(try finding(["root", "expired"], chain: ["leaf"])?.state == .absent)
    }

    @Test("A store without the root, or with an expired one alone, is told")
    func old() throws {
        let missing = try finding(["other"], chain: ["leaf"])
        #expect(missing?.state == .present)
        #expect(missing?.summary.contains("lacks the root that the chain needs: A Root") == true)
        let expired = try finding(["other", "expired"], chain: ["leaf"])
        #expect(expired?.state == .present)
        #expect(expired?.summary.contains("only an expired root of that name: A Root") == true)
        // The intermediate was not sent: nothing leads to the root.
        #expect(try finding(["root"], chain: ["far"])?.state == .present)
    }

    @Test("Without the chain, or for a program with roots of its own, it is unknown")
    func unknown() throws {
        let bare = try finding(["root"], chain: nil)
        #expect(bare?.state == .unknown)
        #expect(bare?.summary.hasSuffix("--chain FILE") == true)
        for (library, state) in [
            ("/usr/lib/libssl.so.3", FactState.absent), ("/usr/lib/libgnutls.so.30", .absent),
            ("/usr/lib/libnss3.so", .unknown), ("/usr/lib/jvm/libjvm.so", .unknown),
            ("/usr/lib/libssl.so.1.0.2", .present),
        ] {
            #expect(try finding(["root"], chain: ["leaf"], maps: library)?.state == state)
        }
    }
}

/// Certificates made by openssl(1) for these tests.
private struct Roots {
    private let texts: [String: String]

    func pem(_ name: String) -> String { texts[name] ?? "" }

    static let made: Roots? = {
        let folder = NSTemporaryDirectory() + "inquest-chain-" + UUID().uuidString
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        guard (try? Lab.shell("cd \(folder) && exec 2>/dev/null && set -e; \(script)")) == 0 else {
            return nil
        }
        var texts: [String: String] = [:]
        for name in ["root", "expired", "other", "leaf", "middle", "far"] {
            texts[name] = try? String(contentsOfFile: "\(folder)/\(name).pem", encoding: .utf8)
        }
        return texts.count == 6 ? Roots(texts: texts) : nil
    }()

    // Only `openssl ca` gives dates that lie in the past.
    private static let script = """
        touch index.txt; echo 01 >serial
        printf '[ca]\\ndefault_ca=own\\n[own]\\ndatabase=index.txt\\nserial=serial\\n' >ca.cnf
        printf 'new_certs_dir=.\\ndefault_md=sha256\\npolicy=any\\n[any]\\n' >>ca.cnf
        printf 'commonName=supplied\\n' >>ca.cnf
        key() { openssl ecparam -name prime256v1 -genkey -noout -out $1.key; }
        for name in root other expired leaf middle far; do key $name; done
        openssl req -x509 -key root.key -days 9 -subj '/CN=A Root' -out root.pem
        openssl req -x509 -key other.key -days 9 -subj '/CN=Another' -out other.pem
        openssl req -new -key expired.key -subj '/CN=A Root' -out expired.csr
        openssl ca -batch -config ca.cnf -selfsign -keyfile expired.key -in expired.csr -notext \
            -startdate 20200101000000Z -enddate 20210101000000Z -out expired.pem
        sign() { openssl req -new -key $1.key -subj "/CN=$1" -out $1.csr
            openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -CAcreateserial -days 9 \
            -out $1.pem; }
        sign leaf root; sign middle root; sign far middle
        """
}
