import Glibc

/// Folders for what an incident was about: only their owner may look into them.
enum PrivateFolder {
    /// Makes a folder and those above it; who cannot make it learns so when a file is put there.
    ///
    /// - Parameter path: absolute.
    static func make(_ path: String) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            mkdir(made, 0o700)
        }
    }
}
