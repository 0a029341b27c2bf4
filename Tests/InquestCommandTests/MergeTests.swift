import Foundation
import Testing
import Triage

/// One capture cut into several by editcap, and read as one again.
@Suite struct MergeTests {
    private func ring() throws -> String {
        let folder = Inquest.temporaryFolder()
        let cut = try Inquest.shell(
            "editcap -F pcap -c 20 \(Inquest.heldCapture) ring.pcap && gzip ring_00003*",
            folder: folder)
        try #require(cut.status == 0, "\(cut.error)")
        return folder
    }

    @Test func `a capture that was cut is what it was before it was cut`() throws {
        let folder = try ring()
        let whole = try document(
            try Inquest.run(["capture", Inquest.heldCapture, "--json"]).output)
        let merged = try document(
            try Inquest.shell("$INQUEST capture --json --merge $(ls -r ring*)", folder: folder)
                .output)
        for key in ["packets", "bytes", "first", "last"] {
            #expect(merged[key]?.string == whole[key]?.string)
            #expect(merged[key]?.number == whole[key]?.number)
        }
        #expect(merged["files"]?.array?.count == 7)
        let (before, after) = (whole["findings"]?.array ?? [], merged["findings"]?.array ?? [])
        #expect(after.map { $0["id"]?.string } == before.map { $0["id"]?.string })
        #expect(after.map { $0["state"]?.string } == before.map { $0["state"]?.string })
        #expect(after.map { $0["summary"]?.string } == before.map { $0["summary"]?.string })
        // Packet 53 of the whole is packet 13 of the third file.
        let place = after.first { $0["id"]?.string == "capture.tcp.silent-open" }?["where"]?
            .array?.first
        #expect(place?["packet"]?.number == 13)
        #expect(place?["flow"]?.number == 3)
        #expect(place?["file"]?.string?.hasPrefix("ring_00002_") == true)
        #expect(SchemaValidator.faults(in: merged) == [])
    }

    @Test func `a flow is drawn over the borders of the files, and its packets are told apart`()
        throws
    {
        let folder = try ring()
        let whole = try Inquest.run(["capture", Inquest.heldCapture, "--ladder", "3"])
        let merged = try Inquest.shell(
            "$INQUEST capture --merge --ladder 3 $(ls -r ring*)", folder: folder)
        #expect(merged.status == 0, "\(merged.error)")
        // The same drawing, then where the packets are from.
        #expect(merged.lines.starts(with: whole.lines))
        #expect(merged.output.contains("Packets count through all files:"))
        #expect(merged.output.contains(#/53( to \d+)? are 13( to \d+)? of ring_00002_\d+\.pcap/#))
        let alone = try Inquest.shell("$INQUEST capture --ladder 3 ring*", folder: folder)
        #expect(alone.status == 64)
        #expect(alone.error.contains("with --merge"))
        let missing = try Inquest.shell(
            "$INQUEST capture --merge --ladder 99 ring*", folder: folder)
        #expect(missing.error.contains("no flow 99"))
    }

    @Test func `without the flag each file is a capture of its own`() throws {
        let folder = try ring()
        let outcome = try Inquest.shell("$INQUEST capture --ndjson ring*", folder: folder)
        #expect(try documents(outcome.output).count == 7)
    }

    @Test func `a merge is diagnosed as the whole, and its slice cites the files`() throws {
        let folder = try ring()
        let outcome = try Inquest.shell(
            "$INQUEST diagnose --json --merge ring* --write s.pcapng; "
                + "tshark -r s.pcapng -T fields -e frame.comment > comments", folder: folder)
        let node = try document(outcome.output)
        #expect(node["verdict"]?.string == "confirmed")
        #expect(SchemaValidator.faults(in: node) == [])
        let comments = try String(contentsOfFile: folder + "/comments", encoding: .utf8)
        #expect(comments.contains(#/packet 13 of ring_00002_\d+\.pcap: capture\.tcp\.silent-open/#))
        let again = try document(
            try Inquest.run(["diagnose", "--json", "--capture", "s.pcapng"], folder: folder).output)
        #expect(again["verdict"]?.string == "confirmed")
    }

    @Test func `tcpdump's own rotation is read as one`() throws {
        let folder = Inquest.temporaryFolder()
        // Files of a million bytes are the smallest that -C cuts: packets are repeated until there
        // are some.
        let cut = try Inquest.shell(
            "for i in $(seq 120); do cp \(Inquest.heldCapture) $i.pcap; "
                + "editcap -t $((i * 10)) $i.pcap s$i.pcap; done; "
                + "mergecap -F pcap -w all.pcap s*.pcap && "
                + "tcpdump -r all.pcap -C 1 -w cut -Z root 2>/dev/null; ls cut* | wc -l; "
                + "$INQUEST capture all.pcap --json > a; $INQUEST capture --merge cut* --json > b",
            folder: folder)
        #expect((Int(cut.lines.first ?? "") ?? 0) >= 2)
        let (a, b) = try (
            document(String(contentsOfFile: folder + "/a", encoding: .utf8)),
            document(String(contentsOfFile: folder + "/b", encoding: .utf8))
        )
        #expect(a["tcp"]?["flows"]?.number == b["tcp"]?["flows"]?.number)
        #expect(
            a["findings"]?.array?.map { $0["summary"]?.string }
                == b["findings"]?.array?.map { $0["summary"]?.string })
    }
}
