internal import CFileExchange
internal import Glibc

/// Why a case could not be put into a casebook.
public enum PlacementFault: Error, Hashable, Sendable {
    /// There is one of this id already.
    case exists(path: String)
    /// `code` is an `errno`.
    case io(path: String, code: Int32)
}

extension CaseFolder {
    /// Puts the case into `ROOT/FAMILY/ID`, the folders too: whole or not at all.
    ///
    /// It is written beside its place (a hidden folder, which no reader of casebooks enters) and
    /// renamed; with one that is replaced it changes places, so that at every moment, and after a
    /// crash, one of the two is there.
    ///
    /// - Returns: the folder of the case.
    @discardableResult
    public func place(in root: String, replacing: Bool) throws(PlacementFault) -> String {
        let home = "\(root)/\(family)"
        let target = "\(home)/\(id)"
        if !replacing, fileExists(target) { throw .exists(path: target) }
        let staged = "\(home)/.\(id).\(getpid()).new"
        makeFolders(home)
        do throws(PlacementFault) {
            try write(to: staged)
            try move(staged, to: target, replacing: replacing)
        } catch {
            removeTree(staged)
            throw error
        }
        return target
    }

    /// Writes all files below `folder`, which is made.
    public func write(to folder: String) throws(PlacementFault) {
        makeFolders(folder)
        for file in files {
            let path = "\(folder)/\(file.path)"
            makeFolders(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
            try writeNew(file.bytes, path)
        }
    }

    /// rename(2) refuses a folder that is there and not empty.
    private func move(
        _ staged: String, to target: String, replacing: Bool
    ) throws(PlacementFault) {
        defer { flush(String(target.dropLast(id.utf8.count))) }
        if rename(staged, target) == 0 { return }
        let code = errno
        guard code == EEXIST || code == ENOTEMPTY else { throw .io(path: target, code: code) }
        guard replacing else { throw .exists(path: target) }
        if cfileexchange_exchange(staged, target) == 0 {
            return removeTree(staged)
        }
        // File systems that cannot (NFS, some of FUSE) say so in one of these ways.
        guard [EINVAL, ENOSYS, ENOTSUP].contains(errno) else {
            throw .io(path: target, code: errno)
        }
        try moveInTwoSteps(staged, to: target)
    }

    /// A crash between the two leaves the old one beside its place, in a hidden folder.
    private func moveInTwoSteps(_ staged: String, to target: String) throws(PlacementFault) {
        let old = "\(staged).old"
        guard rename(target, old) == 0 else { throw .io(path: target, code: errno) }
        guard rename(staged, target) == 0 else {
            let code = errno
            rename(old, target)
            throw .io(path: target, code: code)
        }
        removeTree(old)
    }

    /// Puts the names in a folder on the disk.
    private func flush(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private func writeNew(_ bytes: [UInt8], _ path: String) throws(PlacementFault) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard file >= 0 else { throw .io(path: path, code: errno) }
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                Glibc.write(file, $0.baseAddress, $0.count)
            }
            if count < 0 {
                let code = errno
                if code == EINTR { continue }
                throw .io(path: path, code: code)
            }
            written += count
        }
        guard fsync(file) == 0 else { throw .io(path: path, code: errno) }
    }
}

/// Makes a folder and those above it; who cannot make it learns so when a file is put there.
public func makeFolders(_ path: String) {
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
        made += part + "/"
        mkdir(made, 0o755)
    }
}

/// Removes a folder with all that lies in it; links are removed, not followed.
public func removeTree(_ path: String) {
    guard let folder = opendir(path) else { return }
    var names: [String] = []
    while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != ".", name != ".." { names.append(name) }
    }
    closedir(folder)
    for name in names {
        var status = stat()
        guard lstat("\(path)/\(name)", &status) == 0 else { continue }
        if status.st_mode & S_IFMT == S_IFDIR {
            removeTree("\(path)/\(name)")
        } else {
            unlink("\(path)/\(name)")
        }
    }
    rmdir(path)
}
