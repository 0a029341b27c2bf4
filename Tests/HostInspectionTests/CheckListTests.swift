import Casebook
import Foundation
import HostInspection
import Testing

/// What holds for every check.
@Suite struct CheckListTests {
    @Test("Names and findings are unique over the list")
    func unique() {
        let names = HostCheckList.all.map(\.name)
        #expect(Set(names).count == names.count)
        let ids = HostCheckList.all.flatMap(\.establishes)
        #expect(Set(ids).count == ids.count)
    }

    @Test("Each check says something of each of its findings, once, in any state of the host")
    func complete() throws {
        let (first, second) = try TroubledHost.trees()
        let live = HostInspector()
        let contexts = [
            HostContext(first: first.look()),
            TroubledHost.context(first.look(), second.look()),
            HostContext(first: live.look(), second: live.look()),
            HostContext(first: HostSnapshot()),
            HostContext(
                first: live.look(),
                scope: HostScope(
                    process: .name("no-such"), remote: HostScope.Remote(addresses: [], port: 1),
                    servicePort: 1, pathIdleLimit: 1)),
        ]
        for host in contexts {
            for check in HostCheckList.all {
                let evidence = check.run(host)
                #expect(evidence.map(\.id).sorted() == check.establishes.sorted(), "\(check.name)")
                #expect(evidence.allSatisfy { !$0.summary.isEmpty && $0.source == host.source })
            }
        }
    }

    @Test("Every finding stands in the vocabulary, with the unit that its evidence carries")
    func vocabulary() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(
            contentsOf: root.appending(path: "casebook/findings.yaml"), encoding: .utf8)
        let entries = text.components(separatedBy: "\n  - id: ")
        var units: [FactID: String?] = [:]
        for entry in entries.dropFirst() {
            let lines = entry.split(separator: "\n")
            let unit = lines.first { $0.hasPrefix("    unit: ") }?.dropFirst(10)
            units[String(lines[0])] = .some(unit.map(String.init))
        }
        let (first, second) = try TroubledHost.trees()
        let host = TroubledHost.context(first.look(), second.look())
        for evidence in HostCheckList.evidence(HostCheckList.all, host) {
            let unit = try #require(units[evidence.id], "\(evidence.id) is not in findings.yaml")
            if let measure = evidence.measure { #expect(measure.unit == unit, "\(evidence.id)") }
        }
    }
}
