import CasebookFiles
import Testing

@Suite struct CasebookLocatorTests {
    private func find(
        _ existing: [String], explicit: [String] = [], environment: [String: String] = [:],
        executable: String = "/home/a/inquest/.build/release/inquest"
    ) -> CasebookLocator.Location {
        CasebookLocator.find(
            explicit: explicit, environment: environment, executable: executable
        ) { existing.contains($0) }
    }

    @Test func `folders named on the command line win, in their order`() {
        let found = find(
            ["/a", "/b", "/c"], explicit: ["/b", "/a"], environment: ["INQUEST_CASEBOOK": "/c"])
        #expect(found == .found(["/b", "/a"]))
    }

    @Test func `a named folder that is missing is not replaced by another`() {
        #expect(
            find(["/a", "/home/a/inquest/casebook/symptoms.yaml"], explicit: ["/a", "/x"])
                == .notFound(tried: ["/x"]))
        #expect(
            find([], environment: ["INQUEST_CASEBOOK": "/x:/y"]) == .notFound(tried: ["/x", "/y"]))
    }

    @Test func `the environment may name several folders`() {
        #expect(
            find(["/a", "/b"], environment: ["INQUEST_CASEBOOK": "/a:/b"]) == .found(["/a", "/b"]))
    }

    @Test func `in a build tree the casebook lies above the executable`() {
        #expect(
            find(["/home/a/inquest/casebook/symptoms.yaml"]) == .found(["/home/a/inquest/casebook"])
        )
    }

    @Test func `the nearest folder above wins`() {
        #expect(
            find([
                "/home/a/inquest/casebook/symptoms.yaml", "/home/a/casebook/symptoms.yaml",
                "/home/a/inquest/.build/casebook/symptoms.yaml",
            ]) == .found(["/home/a/inquest/.build/casebook"]))
    }

    @Test func `an installed executable finds the casebook under its prefix`() {
        #expect(
            find(
                ["/usr/local/share/inquest/casebook/symptoms.yaml"],
                executable: "/usr/local/bin/inquest")
                == .found(["/usr/local/share/inquest/casebook"]))
    }

    @Test func `the user's data folder comes last`() {
        let existing = ["/data/inquest/casebook/symptoms.yaml"]
        #expect(
            find(existing, environment: ["XDG_DATA_HOME": "/data", "HOME": "/h"])
                == .found(["/data/inquest/casebook"]))
        #expect(
            find(["/h/.local/share/inquest/casebook/symptoms.yaml"], environment: ["HOME": "/h"])
                == .found(["/h/.local/share/inquest/casebook"]))
    }

    @Test func `the user's own casebook is read over the built-in one, and teams' between them`() {
        let existing = [
            "/p/share/inquest/casebook/symptoms.yaml", "/h/d/inquest/casebook", "/team",
        ]
        let environment = ["XDG_DATA_HOME": "/h/d"]
        func find(explicit: [String] = [], listed: [String] = []) -> CasebookLocator.Location {
            CasebookLocator.find(
                explicit: explicit, environment: environment, executable: "/p/bin/inquest",
                listed: listed
            ) { (existing + ["/team/tls", "/full", "/full/symptoms.yaml"]).contains($0) }
        }
        let (base, own) = ("/p/share/inquest/casebook", "/h/d/inquest/casebook")
        #expect(find() == .found([base, own]))
        #expect(find(listed: ["/team", "/gone"]) == .found([base, "/team", own]))
        // A folder of cases without words is an addition, a whole casebook stands by itself.
        #expect(find(explicit: ["/team"]) == .found([base, "/team", own]))
        #expect(find(explicit: ["/full"], listed: ["/team"]) == .found(["/full"]))
        #expect(find(explicit: ["/full", "/team"]) == .found(["/full", "/team"]))
    }

    @Test func `relative data folders are ignored, as XDG demands`() {
        #expect(
            find(["data/inquest/casebook/symptoms.yaml"], environment: ["XDG_DATA_HOME": "data"])
                == find([]))
    }

    @Test func `what was tried is told in order`() {
        #expect(
            find([], environment: ["HOME": "/h"], executable: "/opt/bin/inquest")
                == .notFound(tried: [
                    "/opt/bin/casebook", "/opt/casebook", "/casebook",
                    "/opt/share/inquest/casebook",
                    "/h/.local/share/inquest/casebook",
                ]))
    }

    @Test func `without an absolute executable only the data folder is left`() {
        #expect(
            find([], environment: ["HOME": "/h"], executable: "inquest")
                == .notFound(tried: ["/h/.local/share/inquest/casebook"]))
    }
}
