import ArgumentParser
import EngineProtocol
import Glibc
import Triage

/// `inquest engine`: the diagnosis engine for other programs, as JSON lines.
struct EngineCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "engine",
        abstract: "Judge evidence against any casebook, as JSON lines on standard input.",
        discussion: """
            Each line in is one JSON object and is answered by one line:
              {"op":"casebook","path":FILE}          then {"op":"history","path":FILE}
              {"op":"rank","id":ID,"evidence":[…],"full":false}
              {"op":"start","id":ID,"evidence":[…]}  then {"op":"result","evidence":[…]}
              {"op":"quit"}
            A line that cannot be obeyed is answered by {"op":"error","message":TEXT}
            and changes nothing.
            """)

    @OptionGroup var global: GlobalOptions

    func execute(_ run: Run) throws -> ExitStatus {
        var session = EngineSession(read: Self.read)
        var buffer = LineBuffer()
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while run.console.failure == nil {
            let count = chunk.withUnsafeMutableBytes {
                Glibc.read(STDIN_FILENO, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            let ended = count <= 0
            let lines = ended ? buffer.finish().map { [$0] } ?? [] : buffer.add(chunk[..<count])
            for line in lines where !Self.isBlank(line) {
                guard let reply = session.reply(to: line) else { return .done }
                run.console.write(reply)
                // The other side waits for it.
                run.console.flush()
            }
            if ended { break }
        }
        return .done
    }

    private static func isBlank(_ line: LineBuffer.Line) -> Bool {
        guard case .line(let bytes) = line else { return false }
        return bytes.allSatisfy { $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }
    }

    /// Regular files only: a pipe without a writer would never end, and standard input is taken.
    private static func read(_ path: String, limit: Int) throws(ProtocolFault) -> [UInt8] {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw ProtocolFault("\(path) is no regular file")
        }
        do {
            return try InputFile.read(path == "-" ? "./-" : path, limit: limit)
        } catch {
            throw ProtocolFault(ErrorText.report(Failure.input(error, what: "file")).text)
        }
    }
}
