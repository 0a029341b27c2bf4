import Foundation

/// A folder that goes when the value that owns it goes.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "probes-\(UUID().uuidString)"
        // A test without its folder could not say anything.
        try! FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String, _ text: String) throws -> String {
        let whole = path + "/" + name
        try text.write(toFile: whole, atomically: true, encoding: .utf8)
        return whole
    }
}
