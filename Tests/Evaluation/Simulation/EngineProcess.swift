import Casebook
import Foundation
import Triage

/// `inquest engine`, run as a program.
final class EngineProcess {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var pending: [UInt8] = []
    /// Seconds that each reply to a dialogue took.
    private(set) var waits: [Double] = []
    let folder: URL

    init(program: String) throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "inquest-evaluate-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        process.executableURL = URL(filePath: program)
        process.arguments = ["engine"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    func close() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Writes a file and names it to the engine.
    func load(_ operation: String, _ bytes: [UInt8]) throws {
        let file = folder.appending(path: operation)
        try Data(bytes).write(to: file)
        var writer = JSONWriter()
        writer.object {
            $0.member("op", operation)
            $0.member("path", file.path)
        }
        _ = try say(writer.bytes)
    }

    func say(_ operation: String, _ evidence: [Incident.Answer]) throws -> JSONNode {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("op", operation)
            writer.member("id", "i")
            if operation == "rank" { writer.member("full", true) }
            writer.evidence(evidence)
        }
        let before = ContinuousClock.now
        let reply = try say(writer.bytes)
        let wait = before.duration(to: .now).components
        if operation != "rank" {
            waits.append(Double(wait.seconds) + Double(wait.attoseconds) * 1e-18)
        }
        return reply
    }

    private func say(_ line: [UInt8]) throws -> JSONNode {
        try input.fileHandleForWriting.write(contentsOf: Data(line + [UInt8(ascii: "\n")]))
        var reader = JSONReader(try readLine())
        guard let reply = try reader.next(), reply["op"]?.string != "error" else {
            throw EvaluationFault.refused(String(decoding: line.prefix(200), as: UTF8.self))
        }
        return reply
    }

    private func readLine() throws -> [UInt8] {
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                defer { pending.removeSubrange(...end) }
                return Array(pending[..<end])
            }
            let chunk = output.fileHandleForReading.availableData
            if chunk.isEmpty { throw EvaluationFault.ended }
            pending.append(contentsOf: chunk)
        }
    }
}

enum EvaluationFault: Error {
    /// The engine answered this line with an error.
    case refused(String)
    /// The engine closed its output.
    case ended
}

extension JSONWriter {
    mutating func evidence(_ answers: [Incident.Answer]) {
        member("evidence", array: answers) { writer, answer in
            writer.object {
                $0.member("fact", answer.fact)
                $0.member("source", answer.source.rawValue)
                $0.member("value", answer.yes ? "yes" : "no")
            }
        }
    }
}
