import Casebook
import Testing

@testable import CasebookFiles

/// One change to the good case and everything that must be said about it.
struct Fault: CustomTestStringConvertible, Sendable {
    var old: String
    var new: String
    var said: [String]

    init(_ old: String, _ new: String, _ said: String...) {
        self.old = old
        self.new = new
        self.said = said
    }

    var testDescription: String { new.isEmpty ? "without \(old)" : new }
}

@Suite struct CaseLintTests {
    @Test func `a good case has no fault`() {
        #expect(lint() == [])
    }

    @Test(arguments: [
        Fault(
            "status: draft", "statsu: draft",
            "2:1: error: the front matter has no key “status” (add “status: …”)",
            "6:1: error: unknown key “statsu” in the front matter (did you mean “status”?)"),
        Fault(
            "publisher: Example", "publishr: Example",
            "9:5: error: a source has no key “publisher” (add “publisher: …”)",
            "10:5: error: unknown key “publishr” in a source (did you mean “publisher”?)"),
        Fault(
            "  effect: disruptive", "  efect: disruptive",
            "20:3: error: “decided-by” has no key “effect” (add “effect: …”)",
            "22:3: error: unknown key “efect” in “decided-by” (did you mean “effect”?)"),
        Fault(
            "  window: 15 minutes\n", "  zzz: 15 minutes\n",
            "35:3: error: “verify” has no key “window” (add “window: …”)",
            "37:3: error: unknown key “zzz” in “verify” "
                + "(known keys: present, absent, window, command)"),
        Fault(
            "    why: It only connects.", "    wy: It only connects.",
            "28:5: error: a false lead has no key “why” (add “why: …”)",
            "29:5: error: unknown key “wy” in a false lead (did you mean “why”?)"),
        Fault(
            "  root: Give", "  rot: Give",
            "32:3: error: “fixes” has no key “root” (add “root: …”)",
            "33:3: error: unknown key “rot” in “fixes” (did you mean “root”?)"),
        Fault(
            "    expect: confirmed", "    expects: confirmed",
            "40:5: error: a replay has no key “expect” (add “expect: …”)",
            "41:5: error: unknown key “expects” in a replay (did you mean “expect”?)"),
    ])
    func `a key that does not exist is shown with the one that was meant`(fault: Fault) {
        #expect(lint(fault.old, fault.new) == fault.said)
    }

    @Test(arguments: [
        Fault(
            "title: A silent client holds the server\n", "",
            "2:1: error: the front matter has no key “title” (add “title: …”)"),
        Fault(
            "title: A silent client holds the server", "title:",
            "4:1: error: key “title” has no value"),
        Fault(
            "title: A silent client holds the server", "title: \"  \"",
            "4:8: error: “title” is empty"),
        Fault(
            "title: A silent client holds the server", "title: [a, b]",
            "4:8: error: “title” must be a text, not a list"),
        Fault(
            "symptoms:\n  hang-after-connect: usually", "symptoms: [hang-after-connect]",
            "13:11: error: “symptoms” must be a mapping, not a list (write “key: value”)"),
        Fault(
            "  hang-after-connect: usually", "  hang-after-connect: [usually]",
            "14:23: error: “hang-after-connect” must be a text, not a list"),
        Fault(
            "  hang-after-connect: usually", "  hang-after-connect:",
            "14:3: error: “hang-after-connect” has no value"),
        Fault(
            "requires: []", "requires: capture.tcp.silent-open",
            "18:11: error: “requires” must be a list, not a text (write “- …” or “[…]”)"),
        Fault(
            "requires: []", "requires: [[a]]",
            "18:12: error: an entry of “requires” must be a text, not a list"),
        Fault(
            "    - [probe.tcp.blocks-others]", "    - probe.tcp.blocks-others",
            "24:7: error: an alternative of “confirms” must be a list, not a text "
                + "(write “- [probe.tcp.blocks-others]”)"),
        Fault(
            "    - [probe.tcp.blocks-others]", "    - []",
            "24:7: error: an alternative of “confirms” is empty"),
        Fault(
            "  confirms:\n    - [probe.tcp.blocks-others]", "  confirms: []",
            "23:3: error: nothing confirms the case (name at least one finding)"),
        Fault(
            "fixes:\n  mitigation: Close the silent connection.\n  root: Give each connection its "
                + "own thread.", "fixes: Close it.",
            "31:8: error: “fixes” must be a mapping, not a text (write “key: value”)"),
        Fault(
            "format: inquest.case/1", "format: inquest.case/2",
            "2:9: error: format “inquest.case/2” is not “inquest.case/1” "
                + "(this file needs another version of Inquest)"),
        Fault(
            "format: inquest.case/1", "format: case",
            "2:9: error: format “case” is not “inquest.case/1” "
                + "(write “format: inquest.case/1”)"),
    ])
    func `a missing, empty or ill-typed value is shown where it should be`(fault: Fault) {
        #expect(lint(fault.old, fault.new) == fault.said)
    }

    @Test(arguments: [
        Fault(
            "hang-after-connect: usually", "hang-after-connect: usualy",
            "14:23: error: bad word “usualy” for “hang-after-connect” (did you mean “usually”?)"),
        Fault(
            "hang-after-connect: usually", "hang-after-connect: 80%",
            "14:23: error: bad word “80%” for “hang-after-connect” "
                + "(one of always, usually, sometimes, rarely, never)"),
        Fault(
            "base-rate: uncommon", "base-rate: uncomon",
            "7:12: error: bad word “uncomon” for “base-rate” (did you mean “uncommon”?)"),
        Fault(
            "base-rate: uncommon", "base-rate: occasional",
            "7:12: error: bad word “occasional” for “base-rate” (one of common, uncommon, rare)"),
        Fault(
            "status: draft", "status: reviewd",
            "6:9: error: bad word “reviewd” for “status” (did you mean “reviewed”?)"),
        Fault(
            "  effect: disruptive", "  effect: disruptiv",
            "22:11: error: bad word “disruptiv” for “effect” (did you mean “disruptive”?)"),
        Fault(
            "kind: incident", "kind: writeup",
            "12:11: error: bad word “writeup” for “kind” (did you mean “write-up”?)"),
        Fault(
            "expect: confirmed", "expect: confirm",
            "41:13: error: bad word “confirm” for “expect” (did you mean “confirmed”?)"),
    ])
    func `a bad word is shown with the one that was meant`(fault: Fault) {
        #expect(lint(fault.old, fault.new) == fault.said)
    }

    @Test(arguments: [
        Fault(
            "  hang-after-connect:", "  hang-after-conect:",
            "14:3: error: unknown symptom “hang-after-conect” "
                + "(did you mean “hang-after-connect”?)"),
        Fault(
            "  hang-after-connect:", "  something-else-entirely:",
            "14:3: error: unknown symptom “something-else-entirely” (add it to symptoms.yaml)"),
        Fault(
            "  capture.tcp.silent-open: usually", "  capture.tcp.open-silent: usually",
            "16:3: error: unknown finding “capture.tcp.open-silent” "
                + "(did you mean “capture.tcp.silent-open”?)"),
        Fault(
            "  capture.tcp.silent-open: usually", "  ping-works: usually",
            "16:3: error: “ping-works” is a symptom, not a finding (list it under “symptoms”)"),
        Fault(
            "  hang-after-connect: usually", "  probe.tls.timeout: usually",
            "14:3: error: “probe.tls.timeout” is a finding, not a symptom "
                + "(list it under “findings”)"),
        Fault(
            "requires: []", "requires: [capture.tcp.silent-opne]",
            "18:12: error: unknown finding “capture.tcp.silent-opne” "
                + "(did you mean “capture.tcp.silent-open”?)"),
        Fault(
            "    - [probe.tcp.blocks-others]", "    - [probe.tcp.block-others]",
            "24:8: error: unknown finding “probe.tcp.block-others” "
                + "(did you mean “probe.tcp.blocks-others”?)"),
        Fault(
            "  rivals:", "  sufficient:\n    - [probe.tcp.silent]\n  rivals:",
            "26:8: error: unknown finding “probe.tcp.silent” (add it to findings.yaml)"),
        Fault(
            "closed-by: probe.tls.timeout", "closed-by: probe.tls.timout",
            "30:16: error: unknown finding “probe.tls.timout” "
                + "(did you mean “probe.tls.timeout”?)"),
        Fault(
            "  present: []", "  present: [probe.tls.timeouts]",
            "35:13: error: unknown finding “probe.tls.timeouts” "
                + "(did you mean “probe.tls.timeout”?)"),
        Fault(
            "  absent: [probe.tcp.blocks-others]", "  absent: [probe.tcp.blocks-other]",
            "36:12: error: unknown finding “probe.tcp.blocks-other” "
                + "(did you mean “probe.tcp.blocks-others”?)"),
        Fault(
            "    cites: [capture.tcp.silent-open]", "    cites: [capture.tcp.silent]",
            "42:13: error: unknown finding “capture.tcp.silent” "
                + "(did you mean “capture.tcp.silent-open”?)"),
        Fault(
            "    process-hung:", "    proces-hung:",
            "26:5: error: unknown case “proces-hung” (did you mean “process-hung”?)"),
        Fault(
            "    process-hung:", "    qqqqqqqqqqqqqqqqqqqqqqqqqqqqqq:",
            "26:5: error: unknown case “qqqqqqqqqqqqqqqqqqqqqqqqqqqqqq” "
                + "(remove it, or write the case)"),
    ])
    func `an unknown id is shown with the one that was meant`(fault: Fault) {
        #expect(lint(fault.old, fault.new) == fault.said)
    }

    @Test(arguments: [
        Fault(
            "status: draft", "status: draft\ntitle: Another",
            "7:1: error: key “title” is given twice (first in line 4)"),
        Fault(
            "    kind: incident", "    kind: incident\n    url: https://example.org/",
            "13:5: error: key “url” is given twice (first in line 11)"),
        Fault(
            "  probe.tcp.blocks-others: always",
            "  capture.tcp.silent-open: always\n  probe.tcp.blocks-others: always",
            "17:3: error: key “capture.tcp.silent-open” is given twice (first in line 16)"),
        Fault(
            "requires: []", "requires: [capture.tcp.silent-open, capture.tcp.silent-open]",
            "18:37: error: “capture.tcp.silent-open” is listed twice (first in line 18)"),
        Fault(
            "    - [probe.tcp.blocks-others]",
            "    - [probe.tcp.blocks-others, probe.tcp.blocks-others]",
            "24:33: error: “probe.tcp.blocks-others” is listed twice (first in line 24)"),
        Fault(
            "replays:\n", "replays:\n  - file: replays/held.pcap\n    expect: likely\n",
            "42:11: error: replay “replays/held.pcap” is listed twice"),
        Fault(
            "status: draft", "status: {a: 1, a: 2}",
            "6:10: error: key “a” is given twice"),
    ])
    func `what is given twice is shown at its second place`(fault: Fault) {
        #expect(lint(fault.old, fault.new) == fault.said)
    }

    @Test func `two repeated keys and another fault are all shown in one run`() {
        let text = goodCase.replacingFirst("status: draft", with: "status: draft\nstatus: retired")
            .replacingFirst("  root: Give", with: "  root: Twice.\n  root: Give")
            .replacingFirst("kind: incident", with: "kind: incdent")
        #expect(
            lint(text: text) == [
                "7:1: error: key “status” is given twice (first in line 6)",
                "13:11: error: bad word “incdent” for “kind” (did you mean “incident”?)",
                "35:3: error: key “root” is given twice (first in line 34)",
            ])
    }

    @Test(arguments: [
        Fault(
            "id: held-by-silent-client", "id: held-by-silent-clients",
            "3:5: error: id “held-by-silent-clients” is not the folder's name "
                + "(write “held-by-silent-client”, or rename the folder)"),
        Fault(
            "id: held-by-silent-client", "id: Held_By",
            "3:5: error: id “Held_By” is not kebab-case "
                + "(lower-case letters and digits with “-” between)",
            "3:5: error: id “Held_By” is not the folder's name "
                + "(write “held-by-silent-client”, or rename the folder)"),
        Fault(
            "family: tls", "family: tcp",
            "5:9: error: family “tcp” is not the name of the folder above "
                + "(write “tls”, or move the case)"),
        Fault(
            "family: tls", "family: tlss",
            "5:9: error: family “tlss” is not the name of the folder above "
                + "(write “tls”, or move the case)",
            "5:9: error: unknown family “tlss” (did you mean “tls”?)"),
    ])
    func `id and family must be those of the folders`(fault: Fault) {
        #expect(lint(fault.old, fault.new) == fault.said)
    }

    @Test func `a case that is not in a folder is not compared with one`() {
        #expect(lint("family: tls", "family: tcp", path: "draft.md") == [])
    }

    @Test(arguments: [
        Fault(
            "    process-hung: Nothing", "    held-by-silent-client: Nothing",
            "26:5: error: the case is its own rival (remove it)"),
        Fault(
            "  rivals:\n    process-hung: Nothing changes when the connection closes.\n", "",
            "20:3: warning: the case names no rival (which case looks most like it?)"),
        Fault(
            "  probe.tcp.blocks-others: always\n", "",
            "23:8: warning: “confirms” names “probe.tcp.blocks-others”, which the case does not "
                + "list (list it under “findings”)"),
        Fault(
            "  rivals:", "  sufficient:\n    - [probe.tls.timeout]\n  rivals:",
            "26:8: warning: “sufficient” names “probe.tls.timeout”, which the case does not list "
                + "(list it under “findings”)"),
        Fault(
            "  probe.tcp.blocks-others: always", "  probe.tcp.blocks-others: never",
            "24:8: error: “confirms” names “probe.tcp.blocks-others”, which the case lists as "
                + "“never”"),
        Fault(
            "  capture.tcp.silent-open: usually\n  probe.tcp.blocks-others: always\nrequires: []",
            "  capture.tcp.silent-open: never\n  probe.tcp.blocks-others: always\n"
                + "requires: [capture.tcp.silent-open]",
            "18:12: error: “requires” names “capture.tcp.silent-open”, which the case lists as "
                + "“never”"),
        Fault(
            "  absent: [probe.tcp.blocks-others]", "  absent: []",
            "35:3: warning: “verify” names no finding (name one that must be gone afterwards)"),
    ])
    func `a case that contradicts itself or says too little is told so`(fault: Fault) {
        #expect(lint(fault.old, fault.new) == fault.said)
    }

    @Test(arguments: [
        Fault(
            "sources:\n  - title: An incident\n    publisher: Example\n    url: "
                + "https://example.com/incident\n    kind: incident", "sources: []",
            "8:1: error: the case names no source (add at least one)"),
        Fault(
            "sources:\n  - title: An incident\n    publisher: Example\n    url: "
                + "https://example.com/incident\n    kind: incident\n", "",
            "2:1: error: the front matter has no key “sources” (add “sources: …”)"),
        Fault(
            "url: https://example.com/incident", "url: ftp://example.com/incident",
            "11:10: error: “ftp://example.com/incident” is not an http or https address "
                + "(write it in full: https://…)"),
        Fault(
            "url: https://example.com/incident", "url: https://",
            "11:10: error: “https://” is not an http or https address "
                + "(write it in full: https://…)"),
        Fault(
            "url: https://example.com/incident", "url: https://example.com/a b",
            "11:10: error: “https://example.com/a b” is not an http or https address "
                + "(write it in full: https://…)"),
        Fault(
            "title: A silent client holds the server", "title: A silent client.",
            "4:8: warning: the title ends with a full stop (remove it)"),
        Fault(
            "title: A silent client holds the server",
            "title: \(String(repeating: "a", count: 101))",
            "4:8: error: the title has 101 characters (use at most 100)"),
        Fault(
            "title: A silent client holds the server", "title: \"A\\nB\"",
            "4:8: error: the title has more than one line"),
    ])
    func `sources and title are checked`(fault: Fault) {
        #expect(lint(fault.old, fault.new) == fault.said)
    }

    @Test(arguments: [
        Fault(
            "  - lead: The health check is green.\n    why: It only connects.\n    closed-by: "
                + "probe.tls.timeout", "  []",
            "28:3: error: no false lead is named (name one, or write “none known”)"),
        Fault(
            "false-leads:\n  - lead: The health check is green.\n    why: It only connects.\n    "
                + "closed-by: probe.tls.timeout", "false-leads: none know",
            "27:14: error: “false-leads” must be a list or the words “none known” "
                + "(did you mean “none known”?)"),
        Fault(
            "false-leads:\n  - lead: The health check is green.\n    why: It only connects.\n    "
                + "closed-by: probe.tls.timeout\n", "",
            "2:1: error: the front matter has no key “false-leads” (add “false-leads: …”)"),
        Fault(
            "status: draft", "status: draft\nundecidable: Nothing tells them apart.",
            "7:14: error: the case says both “decided-by” and “undecidable” (remove one)"),
    ])
    func `false leads and the decision are demanded`(fault: Fault) {
        #expect(lint(fault.old, fault.new) == fault.said)
    }

    @Test func `none known and undecidable are accepted`() {
        let lines = goodCase.split(separator: "\n", omittingEmptySubsequences: false)
        let text =
            lines[..<18] + ["undecidable: Nothing tells them apart.", "false-leads: none known"]
            + lines[30...]
        let (value, found) = parseCase(
            text: text.joined(separator: "\n"), path: goodPath, vocabulary: vocabulary)
        #expect(found == [])
        #expect(value?.decision.undecidable == "Nothing tells them apart.")
        #expect(value?.falseLeads == [])
    }

    @Test func `a case with neither a test nor a reason is told so`() {
        let lines = goodCase.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            lint(text: (lines[..<18] + lines[26...]).joined(separator: "\n")) == [
                "2:1: error: the case says neither “decided-by” nor “undecidable” "
                    + "(add the test that decides, or “undecidable: why”)"
            ])
    }

    @Test func `a draft without replay is warned, a reviewed case is at fault`() {
        let lines = goodCase.split(separator: "\n", omittingEmptySubsequences: false)
        let text = (lines[..<38] + lines[42...]).joined(separator: "\n")
        let advice = "(add a capture that must fire it, and its row under “replays”)"
        #expect(lint(text: text) == ["2:1: warning: the case has no replay \(advice)"])
        let reviewed = text.replacingFirst("status: draft", with: "status: reviewed")
        #expect(lint(text: reviewed) == ["2:1: error: the case has no replay \(advice)"])
        #expect(
            parseCase(text: reviewed, path: goodPath, vocabulary: vocabulary).case != nil,
            "a case can be used without its replays")
        #expect(lint(text: text.replacingFirst("status: draft", with: "status: retired")) == [])
    }

    @Test(arguments: ["/etc/passwd", "../other/replays/a.pcap", "replays/../../a", "replays//a"])
    func `a replay outside the case's folder is refused`(file: String) {
        #expect(
            lint("file: replays/held.pcap", "file: \(file)") == [
                "40:11: error: “\(file)” does not lie in the folder of the case "
                    + "(write a path such as “replays/name.pcap”)"
            ])
    }
}
