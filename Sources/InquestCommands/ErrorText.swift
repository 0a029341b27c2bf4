import ArgumentParser
import CasebookFiles
import CasebookStore
import Glibc
import HostInspection
import PacketCapture
import Triage

/// The only place that makes sentences of errors: what we did, to what, what came back, and what
/// to try.
enum ErrorText {
    struct Report {
        var text: String
        var status: ExitStatus
    }

    static func report(_ error: any Error) -> Report {
        switch error {
        case let failure as Failure: report(failure)
        case let fault as CaptureError: report(fault)
        default: Report(text: "unexpected: \(error)", status: .inputOutput)
        }
    }

    private static func report(_ failure: Failure) -> Report {
        switch failure {
        case .capture(let fault): report(fault)
        case .live(let fault): report(fault)
        case .saving(let fault): report(fault)
        case .probing(let fault): report(fault)
        case .casework(let fault): casework(fault)
        case .input(let fault, let what): report(fault, what)
        case .badValue, .unknownSymptom, .unknownID, .nothingGiven, .contradictingFormats,
            .noObservations,
            .standardInputTwice, .pointsToCompare, .sliceOfStream, .nothingToSlice, .shortKey,
            .ladderOfSeveral, .ladderOfStream, .noSuchFlow, .nothingToDraw:
            Report(text: usage(failure), status: .usage)
        case .unknownCommand, .terminal, .noStateFolder, .noSuchSession: screens(failure)
        case .evidence(let path, let fault):
            Report(text: evidence(path, fault), status: .badData)
        case .casebookNotFound(let tried):
            Report(
                text: "no casebook found; looked in " + tried.joined(separator: ", ")
                    + "; give its folder with --casebook DIR", status: .noInput)
        case .casebookUnusable(let folders, let faults):
            Report(
                text: "the casebook in \(folders.joined(separator: ", ")) cannot be used: "
                    + "\(faults.first?.text ?? "it holds no case"); "
                    + "'inquest case lint' shows every fault", status: .badData)
        case .store(let fault):
            Report(text: "asking the index failed: \(fault)", status: .inputOutput)
        case .ledger(let fault): ledger(fault)
        case .incidents(let fault): incidents(fault)
        case .openAlready, .notDeleted: incidents(failure)
        case .emptyEvidence(let path):
            Report(
                text: "\(name(path)) holds no fact that is known to be present or absent; "
                    + "an incident without evidence teaches nothing", status: .badData)
        case .log(let fault): report(InputFile.fault(fault.path, code: fault.code), "log")
        case .sql(let fault, let query): report(fault, query)
        case .noCertificate, .noSuchNamespace, .noSuchProcess, .unresolved: host(failure)
        case .output(let code):
            Report(
                text: "writing to standard output failed: \(reason(code))", status: .inputOutput)
        case .writing(let path, let code):
            Report(
                text: "cannot write \(path): \(reason(code))",
                status: code == EACCES || code == EPERM || code == EROFS
                    ? .noPermission : .inputOutput)
        }
    }

    private static func ledger(_ fault: StoreError) -> Report {
        switch fault {
        case .noSuchIncident, .withdrawnAlready:
            Report(text: "\(fault); 'inquest incident list' shows all", status: .usage)
        case .notKept:
            Report(text: "\(fault); name one with --database FILE", status: .inputOutput)
        case .readOnly:
            Report(text: "using the ledger failed: \(fault)", status: .noPermission)
        default: Report(text: "using the ledger failed: \(fault)", status: .inputOutput)
        }
    }

    private static func usage(_ failure: Failure) -> String {
        switch failure {
        case .badValue(let option, let value, let expected):
            "\(option) cannot be '\(value)'; "
                + (expected.count == 1 ? "it wants " : "use one of ")
                + expected.joined(separator: ", ")
        case .unknownSymptom(let id, let suggestion):
            "--symptom: the casebook knows no symptom '\(id)'"
                + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
                + "; 'inquest symptom list' shows all"
        case .unknownID(let kind, let id, let suggestion):
            "the casebook knows no \(kind) '\(id)'"
                + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
                + "; 'inquest \(kind) list' shows all"
        case .nothingGiven:
            "nothing to look at; give --capture FILE, --host, --log FILE, --symptom ID, --say TEXT, "
                + "--evidence FILE or TARGET --probe"
        case .noObservations: "nothing to ask; give --host or --capture FILE"
        case .contradictingFormats(let flags):
            "\(flags.joined(separator: " and ")) contradict each other; choose one"
        case .standardInputTwice:
            "'-' (standard input) can be read only once"
        case .sliceOfStream(let path):
            "--write reads captures twice, which \(name(path)) cannot be; save it as a file first"
        case .shortKey(let path):
            "--redact-key wants 16 bytes at least, which \(name(path)) has not; "
                + "make one: head -c 32 /dev/urandom > KEY"
        case .ladderOfSeveral(let count):
            "--ladder draws a flow of one file, not of \(Figures.plural(count, "file")); with "
                + "--merge the files are one capture"
        case .ladderOfStream(let path):
            "--ladder reads a capture twice, which \(name(path)) cannot be; save it as a file first"
        case .noSuchFlow(let flow, let file):
            "capture \(name(file)) has no flow \(flow); 'inquest capture --flows' lists all"
        case .nothingToDraw: "--svg: no connection is in trouble, there is nothing to draw"
        case .nothingToSlice: "--write saves packets; give --capture FILE or --compare FILE FILE"
        case .pointsToCompare(let count):
            "--compare wants captures of two to eight points, not "
                + Figures.plural(count, "file")
        default: ""
        }
    }

    private static func evidence(_ path: String, _ fault: EvidenceFile.Fault) -> String {
        "\(name(path)):\(fault.place.line):\(fault.place.column): \(fault.fault)"
            + (fault.suggestion.map { " (\($0))" } ?? "")
    }

    private static func report(_ fault: InputFile.Fault, _ what: String) -> Report {
        switch fault {
        case .noSuchFile(let path):
            Report(text: "cannot open \(what) \(path): there is no such file", status: .noInput)
        case .isDirectory(let path):
            Report(text: "cannot read \(what) \(path): it is a directory", status: .noInput)
        case .permission(let path):
            Report(
                text: "cannot open \(what) \(path): permission denied; "
                    + "try as its owner, or copy it here", status: .noPermission)
        case .tooLarge(let path, let limit):
            Report(
                text: "\(what) \(name(path)) is larger than \(limit >> 20) MiB", status: .badData)
        case .io(let path, let code):
            Report(
                text: "reading \(what) \(name(path)) failed: \(reason(code))", status: .inputOutput)
        }
    }

    private static func report(_ fault: CaptureError) -> Report {
        switch fault {
        case .noSuchFile(let path):
            Report(text: "cannot open capture \(path): there is no such file", status: .noInput)
        case .isDirectory(let path):
            Report(
                text: "cannot read capture \(path): it is a directory; name the files in it",
                status: .noInput)
        case .permission(let path):
            Report(
                text: "cannot open capture \(path): permission denied; "
                    + "try 'sudo chown $USER' on it, or copy it here", status: .noPermission)
        case .io(let path, let code):
            Report(
                text: "reading capture \(name(path)) failed: \(reason(code))", status: .inputOutput)
        case .empty(let path):
            Report(text: "capture \(name(path)) is empty (0 bytes)", status: .badData)
        case .notACapture(let path, let bytes):
            Report(
                text: "\(name(path)) is no pcap or pcapng file; it begins with \(hex(bytes))",
                status: .badData)
        case .unsupported(let path, let what):
            Report(text: "capture \(name(path)): \(what)", status: .badData)
        case .noPacketReadable(let path, let why):
            Report(
                text: "not one packet of capture \(name(path)) can be read: \(why)",
                status: .badData)
        }
    }

    private static func name(_ path: String) -> String { path == "-" ? "standard input" : path }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = bytes.prefix(8).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return digits.isEmpty ? "nothing" : digits.joined(separator: " ")
    }

    /// The system's own words for an `errno`.
    static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
