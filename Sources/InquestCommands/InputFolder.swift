import Glibc
import Triage

/// Folders named on the command line.
enum InputFolder {
    static func check(_ path: String) throws(Failure) {
        guard let folder = opendir(path) else { throw fault(path, errno) }
        closedir(folder)
    }

    /// The captures that lie in a folder, sorted by name; folders in it are not entered.
    static func captures(_ path: String) throws(Failure) -> [String] {
        guard let folder = opendir(path) else { throw fault(path, errno) }
        defer { closedir(folder) }
        var files: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            let isCapture = [".pcap", ".pcapng", ".cap"].contains { name.hasSuffix($0) }
            if isCapture { files.append(path + "/" + name) }
        }
        return files.sorted()
    }

    private static func fault(_ path: String, _ code: Int32) -> Failure {
        let fault: InputFile.Fault =
            switch code {
            case EACCES, EPERM: .permission(path: path)
            case ENOENT, ENOTDIR: .noSuchFile(path: path)
            default: .io(path: path, code: code)
            }
        return .input(fault, what: "folder")
    }
}
