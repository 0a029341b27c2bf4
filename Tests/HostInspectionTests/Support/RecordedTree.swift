import Foundation
import HostInspection

/// A folder with `proc/`, `sys/` and `etc/` of some host; removed with this object.
final class RecordedTree {
    let root: HostRoot

    init(_ files: [String: String]) throws {
        root = HostRoot(folder: NSTemporaryDirectory() + "inquest-host-" + UUID().uuidString)
        for (path, text) in files { try write(path, Array(text.utf8)) }
    }

    deinit { try? FileManager.default.removeItem(atPath: root.folder) }

    /// - Parameter path: below the root, for example `proc/net/snmp`.
    func write(_ path: String, _ bytes: [UInt8]) throws {
        let url = URL(filePath: root.folder).appending(path: path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    /// A symbolic link, as descriptors are in /proc.
    func link(_ path: String, to target: String) throws {
        let place = root.folder + "/" + path
        try FileManager.default.createDirectory(
            atPath: (place as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: target)
    }

    func look(_ scope: HostScope = HostScope()) -> HostSnapshot {
        HostInspector(root: root, scope: scope).look()
    }
}
