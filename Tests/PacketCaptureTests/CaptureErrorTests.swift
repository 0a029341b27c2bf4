import Foundation
import PacketCapture
import Testing

@Suite struct CaptureErrorTests {
    @Test func `a missing file, or a file for a folder, is no such file`() throws {
        #expect(throws: CaptureError.noSuchFile(path: "/nonexistent/a.pcap")) {
            try readCapture(path: "/nonexistent/a.pcap")
        }
        try withFile([1]) { path in
            _ = #expect(throws: CaptureError.noSuchFile(path: path + "/x")) {
                try readCapture(path: path + "/x")
            }
        }
    }

    @Test func `a directory is named as one`() {
        #expect(throws: CaptureError.isDirectory(path: "/")) { try readCapture(path: "/") }
    }

    @Test func `a file without permission is named as one`() async {
        await #expect(processExitsWith: .success) {
            try withFile(PcapBuilder().file(Sample.three)) { path in
                chmod(path, 0)
                // Root may read everything: become somebody else.
                if geteuid() == 0 { precondition(seteuid(65534) == 0) }
                do throws(CaptureError) {
                    _ = try readCapture(path: path)
                    exit(1)
                } catch {
                    precondition(error == .permission(path: path))
                }
                seteuid(getuid())
            }
        }
    }

    @Test func `another error of the system keeps its number`() throws {
        let folder = NSTemporaryDirectory() + "/inquest-loop-" + UUID().uuidString
        try FileManager.default.createSymbolicLink(atPath: folder, withDestinationPath: folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(throws: CaptureError.io(path: folder, errno: ELOOP)) {
            try readCapture(path: folder)
        }
    }

    @Test func `an empty file is empty`() throws {
        try withFile([]) { path in
            _ = #expect(throws: CaptureError.empty(path: path)) { try readCapture(path: path) }
        }
        #expect(throws: CaptureError.empty(path: "/dev/null")) {
            try readCapture(path: "/dev/null")
        }
    }

    @Test(arguments: [
        Array("this is a text, no capture\n".utf8), [0], [0xD4, 0xC3, 0xB2],
        Array(repeating: 0xFF, count: 5000),
        [0x0A, 0x0D, 0x0D, 0x0A] + Array(repeating: 3, count: 30),
    ])
    func `other bytes are no capture, and the first are told`(bytes: [UInt8]) throws {
        try withFile(bytes) { path in
            let expected = CaptureError.notACapture(path: path, firstBytes: Array(bytes.prefix(16)))
            #expect(throws: expected) { try readCapture(path: path) }
        }
    }

    @Test(
        arguments: [
            ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "xz -d"), (Array("BZh91AY".utf8), "bzip2 -d"),
            ([0x50, 0x4B, 3, 4], "unzip"),
            (Array("snoop\0\0\0\0\0\0\u{2}".utf8), "editcap"), (Array("GMBU".utf8), "editcap"),
        ] as [([UInt8], String)])
    func `a known format that is not read is named with its converter`(
        bytes: [UInt8], converter: String
    ) throws {
        let error = #expect(throws: CaptureError.self) { try readCapture(bytes) }
        guard case .unsupported(_, let what) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(what.contains(converter))
    }

    @Test func `a capture that breaks off before its first packet has none to read`() throws {
        let file = PcapBuilder().file(Sample.three)
        try withFile(Array(file[..<50])) { path in
            let reason = "the file ends inside packet 1 (26 of 76 bytes)"
            #expect(throws: CaptureError.noPacketReadable(path: path, reason: reason)) {
                try readCapture(path: path)
            }
        }
        try withFile(Array(file[..<20])) { path in
            let reason = "the file ends inside its header (20 of 24 bytes)"
            #expect(throws: CaptureError.noPacketReadable(path: path, reason: reason)) {
                try readCapture(path: path)
            }
        }
    }
}
