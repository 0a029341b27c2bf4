import Foundation
import Testing
import Triage

@Suite struct SQLTests {
    private func rows(_ query: String, _ arguments: [String] = ["--host"]) throws -> [[JSONNode]] {
        let outcome = try Inquest.run(["sql"] + arguments + [query, "--json"])
        #expect(outcome.status == 0, "\(outcome.error)")
        let node = try document(outcome.output)
        #expect(SchemaValidator.faults(in: node) == [])
        return (node["rows"]?.array ?? []).map { $0.array ?? [] }
    }

    @Test func `a listener of this host is a row of sockets`() throws {
        let port = Service.freePort()
        let server = try Service(
            "/usr/bin/python3", ["-m", "http.server", "\(port)", "--bind", "127.0.0.1"],
            folder: Inquest.temporaryFolder()
        ) { Service.isListening(port) }
        let found = try rows(
            "SELECT local_address, state, program, outbound, remote_port FROM sockets "
                + "WHERE local_port = \(port) AND state = 'LISTEN'")
        withExtendedLifetime(server) {}
        #expect(found.count == 1)
        #expect(found.first?[0].string == "127.0.0.1")
        #expect(found.first?[2].string?.hasPrefix("python") == true)
        #expect(found.first?[3].number == 0)
    }

    @Test func `processes, limits and counters are there too`() throws {
        let own = try rows("SELECT pid, name, threads FROM processes WHERE name = 'inquest'")
        #expect(!own.isEmpty)
        let files = try rows("SELECT used, maximum, share FROM limits WHERE name = 'files.system'")
        #expect((files.first?[0].number ?? 0) > 0)
        let segments = try rows(
            "SELECT value, increase, meaning FROM counters WHERE name = 'TcpInSegs'")
        #expect(segments.first?[1].isNull == true)
        #expect(segments.first?[2].string == "segments received")
    }

    @Test func `two looks give increases`() throws {
        let found = try rows(
            "SELECT count(*) FROM counters WHERE increase IS NOT NULL AND per_minute IS NOT NULL",
            ["--host", "--watch", "0.5"])
        #expect((found.first?.first?.number ?? 0) > 10)
    }

    @Test func `flows of a capture are what --flows lists`() throws {
        let listed = try documents(
            try Inquest.run(["capture", Inquest.heldCapture, "--flows"]).output)
        let found = try rows(
            "SELECT flow, client, client_port, server_port, history, client_hellos FROM flows "
                + "ORDER BY flow", ["--capture", Inquest.heldCapture])
        #expect(found.count == listed.count)
        for (row, flow) in zip(found, listed) {
            #expect(row[0].number == flow["flow"]?.number)
            #expect(row[1].string == flow["client"]?["address"]?.string)
            #expect(row[2].number == flow["client"]?["port"]?.number)
            #expect(row[4].string == flow["history"]?.string)
            #expect(row[5].number == flow["tls"]?["client_hellos"]?.number ?? 0)
        }
    }

    @Test func `a person reads columns that line up`() throws {
        let outcome = try Inquest.run([
            "sql", "--capture", Inquest.heldCapture,
            "SELECT state, count(*) AS n, NULL AS empty FROM flows GROUP BY 1 ORDER BY 1",
        ])
        #expect(outcome.lines.first?.hasPrefix("state") == true)
        #expect(Set(outcome.lines.map(\.count)).count == 1)
        #expect(outcome.output.contains("NULL"))
    }

    @Test(arguments: [
        "DELETE FROM flows", "INSERT INTO flows DEFAULT VALUES", "DROP TABLE flows",
        "CREATE TABLE x (a)", "UPDATE flows SET flow = 1", "ATTACH DATABASE 'x.db' AS x",
        "PRAGMA table_info(flows)", "PRAGMA writable_schema = 1", "SELECT * FROM sqlite_master",
        "SELECT load_extension('x')", "SELECT zeroblob(100000000)", "SELECT 1; DROP TABLE flows",
        "SELECT * FROM pragma_database_list", "VACUUM INTO 'x.db'", "BEGIN",
        "SELECT nope FROM flows",
        "SELECT * FROM nope", "SELEC 1", "", "/* nothing */",
        "WITH x AS (SELECT 1) DELETE FROM flows",
        "SELECT fts3_tokenizer('simple')", "EXPLAIN SELECT 1; SELECT 1",
        "SELECT randomblob(1000000000)", "SELECT random()", "SELECT count(*) FROM sqlite_master",
        "SELECT count(*) FROM pragma_database_list", "SELECT count(*) FROM json_each('[1]')",
        "SELECT * FROM dbstat", "SELECT count(*) FROM dbstat",
        "WITH RECURSIVE c(x) AS (SELECT 1) SELECT x, readfile('/etc/passwd') FROM c",
    ])
    func `a query that does more than read the tables is refused`(query: String) throws {
        let folder = Inquest.temporaryFolder()
        let outcome = try Inquest.run(
            ["sql", "--capture", Inquest.heldCapture, query], folder: folder)
        #expect(outcome.status == 64)
        #expect(outcome.output.isEmpty)
        #expect(outcome.error.contains("inquest: "))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }

    @Test(arguments: [
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c",
        "SELECT count(*) FROM counters a, counters b, counters c, counters d, counters e",
    ])
    func `a query without end is ended`(query: String) throws {
        let outcome = try Inquest.run(["sql", "--host", "--timeout", "0.2", query])
        #expect(outcome.status == 74)
        #expect(outcome.error.contains("took longer than 0.2 s"))
    }

    @Test(arguments: [
        "WITH RECURSIVE c(x, y) AS (SELECT 1, 'a' UNION ALL SELECT x + 1, y || x FROM c) "
            + "SELECT count(DISTINCT y) FROM c",
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) "
            + "SELECT x, printf('%500000d', x) AS y FROM c ORDER BY y",
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) "
            + "FROM c a, c b WHERE a.x = b.x + 1000000000",
    ])
    func `a query that would take all memory is ended`(query: String) throws {
        let outcome = try Inquest.shell(
            "ulimit -v 4000000; \"$INQUEST\" sql --host --timeout 60 \"\(query)\"")
        #expect(outcome.status == 74)
        #expect(outcome.error.contains("268 MB of memory"), "\(outcome.error)")
    }

    @Test func `a pattern made to be slow is answered`() throws {
        let found = try rows(
            "SELECT printf('%.100000c', 'a') LIKE '%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%ab'")
        #expect(found.first?.first?.number == 0)
    }

    @Test func `joins by equal values find each pair once, whatever the types`() throws {
        let capture = ["--capture", Inquest.heldCapture]
        let all = try rows("SELECT count(*), count(DISTINCT flow) FROM flows", capture)
        let count = try #require(all.first?.first?.number)
        #expect(count > 2)
        for condition in [
            "f.flow = g.flow", "f.flow = g.flow + 0.0", "f.client_port = g.client_port",
            "f.first = g.first AND f.flow = g.flow", "CAST(f.flow AS TEXT) = g.flow",
            "upper(f.community_id) = g.community_id COLLATE NOCASE",
            "f.flow IN (SELECT flow FROM flows) AND f.flow = g.flow",
        ] {
            let joined = try rows(
                "SELECT count(*) FROM flows f JOIN flows g ON \(condition)", capture)
            #expect(joined.first?.first?.number == count, "\(condition)")
        }
        let none = try rows(
            "SELECT count(*) FROM flows f JOIN flows g ON f.sni = NULL OR f.flow = -1", capture)
        #expect(none.first?.first?.number == 0)
    }

    @Test func `rows come as CSV by RFC 4180`() throws {
        let outcome = try Inquest.run([
            "sql", "--capture", Inquest.heldCapture, "--csv", "--limit", "2",
            "SELECT flow, 'a \"b\", c' AS \"x,y\", NULL AS n, '' AS e, 'l' || char(13, 10) || 'm' "
                + "AS l FROM flows ORDER BY flow",
        ])
        #expect(outcome.status == 0)
        #expect(
            outcome.output == "flow,\"x,y\",n,e,l\r\n"
                + (0...1).map { "\($0),\"a \"\"b\"\", c\",,\"\",\"l\r\nm\"\r\n" }.joined())
        #expect(outcome.error.contains("only the first 2 rows"))
        #expect(
            try Inquest.run(["sql", "--host", "--csv", "--json", "SELECT 1"]).status == 64)
    }

    @Test func `a probe's answers are rows`() throws {
        let port = Service.freePort()
        let server = try Service(
            "/usr/bin/python3", ["-m", "http.server", "\(port)", "--bind", "127.0.0.1"],
            folder: Inquest.temporaryFolder()
        ) { Service.isListening(port) }
        let found = try rows(
            "SELECT target, address, good, json_extract(measures, '$.connect') FROM probes "
                + "WHERE probe = 'tcp'", ["--probe", "http://127.0.0.1:\(port)/"])
        withExtendedLifetime(server) {}
        #expect(found.count == 1)
        #expect(found.first?[1].string == "127.0.0.1:\(port)")
        #expect(found.first?[2].number == 1)
    }

    @Test func `a result without end is cut`() throws {
        let outcome = try Inquest.run([
            "sql", "--host", "--json",
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c",
        ])
        #expect(outcome.status == 0)
        let node = try document(outcome.output)
        #expect(node["truncated"]?.bool == true)
        #expect(outcome.error.contains("only the first"))
    }

    @Test func `a query comes from standard input too`() throws {
        let outcome = try Inquest.run(
            ["sql", "--capture", Inquest.heldCapture, "-"],
            input: Array("SELECT count(*) AS n FROM flows\n".utf8))
        #expect(outcome.lines.first == "n")
    }

    @Test func `the tables are described, each column`() throws {
        let outcome = try Inquest.run(["sql", "--schema", "--json"])
        let tables = try document(outcome.output)["tables"]?.array ?? []
        #expect(
            tables.map { $0["name"]?.string } == [
                "sockets", "counters", "processes", "limits", "flows",
                "tls_handshakes", "resets", "dns_queries", "http_requests", "probes",
            ])
        #expect(SchemaValidator.faults(in: try document(outcome.output)) == [])
        for table in tables {
            let names = (table["columns"]?.array ?? []).compactMap { $0["name"]?.string }
            #expect(Set(names).count == names.count)
            let query =
                "SELECT \(names.joined(separator: ", ")) FROM \(table["name"]?.string ?? "")"
            #expect(try Inquest.run(["sql", "--host", query + " LIMIT 1"]).status == 0)
        }
        #expect(try Inquest.run(["sql", "--tables"]).output.contains("never_answered"))
    }

    @Test func `nothing to ask, or nothing to ask for, is a fault of usage`() throws {
        #expect(try Inquest.run(["sql", "SELECT 1"]).status == 64)
        #expect(try Inquest.run(["sql", "--host"]).status == 64)
        #expect(try Inquest.run(["sql", "--capture", "/nowhere.pcap", "SELECT 1"]).status == 66)
        #expect(try Inquest.run(["sql", "--host", "--timeout", "0", "SELECT 1"]).status == 64)
    }
}
