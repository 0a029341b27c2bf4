import Casebook
import CasebookFiles
import Foundation
import Glibc

/// A folder that is removed with everything in it when the value goes.
final class TemporaryFolder {
    let path: String

    init() {
        var template = Array("/tmp/inquest-files-XXXXXX".utf8CString)
        path = String(cString: mkdtemp(&template)!)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Makes the folders on the way.
    @discardableResult
    func write(_ relative: String, _ bytes: [UInt8]) -> String {
        makeFolder(relative.split(separator: "/").dropLast().joined(separator: "/"))
        let file = open("\(path)/\(relative)", O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        precondition(file >= 0, "cannot write \(relative)")
        defer { close(file) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            precondition(count > 0)
            rest = rest.dropFirst(count)
        }
        return "\(path)/\(relative)"
    }

    @discardableResult
    func write(_ relative: String, _ text: String) -> String { write(relative, Array(text.utf8)) }

    func makeFolder(_ relative: String) {
        var folder = path
        for part in relative.split(separator: "/") {
            folder += "/\(part)"
            mkdir(folder, 0o755)
        }
    }

    /// A casebook with the good case (and its replay) and the rival it names.
    static func casebook() -> TemporaryFolder {
        let folder = TemporaryFolder()
        folder.write("symptoms.yaml", goodSymptoms)
        folder.write("findings.yaml", goodFindings)
        folder.writeCase("tls", "held-by-silent-client", goodCase)
        folder.writeCase(
            "tls", "process-hung",
            goodCase.replacingFirst("id: held-by-silent-client", with: "id: process-hung")
                .replacingFirst("    process-hung:", with: "    held-by-silent-client:"))
        return folder
    }

    func writeCase(_ family: String, _ id: String, _ text: String) {
        write("\(family)/\(id)/case.md", text)
        write("\(family)/\(id)/replays/held.pcap", pcapHeader)
    }

    /// Reads this folder; diagnostics without the folder's path.
    func read() -> (casebook: Casebook?, diagnostics: [String]) {
        let found = CasebookFolder(path: path).read()
        return (found.casebook, found.diagnostics.map { String($0.text.dropFirst(path.count + 1)) })
    }
}
