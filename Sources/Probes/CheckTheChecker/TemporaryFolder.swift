internal import Glibc

/// A folder of this process alone, removed at the end with the files that were declared.
struct TemporaryFolder: ~Copyable {
    let path: String
    private let files: [String]

    /// - Parameter files: names of what may come to lie in it.
    init(files: [String]) throws(CheckTheChecker.Fault) {
        let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? ""
        let plain = parent.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "/") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                || byte == UInt8(ascii: ".") || Self.isAlphanumeric(byte)
        }
        // The path becomes a word of a shell's command.
        let folder = parent.hasPrefix("/") && plain ? parent : "/tmp"
        var template = Array((folder + "/inquest-check-XXXXXX").utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            throw .system("making a folder in \(folder)", errno)
        }
        self.files = files
        path = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in files { unsafe unlink(path + "/" + name) }
        unsafe rmdir(path)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
