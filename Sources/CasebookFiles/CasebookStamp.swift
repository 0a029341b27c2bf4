internal import Dispatch
internal import Glibc

/// A name for the state of the files of casebook folders that takes a look at each and reads none:
/// while it is the same, so are the files, and who could have written them.
///
/// It is made of device, inode, size, owner, mode and times of every `case.md`, of the
/// vocabularies and of the folders that hold them, as git's index is (gitformat-index(5)). The
/// folder of a single case is not looked at: whoever may write there changes nothing that was
/// read but by another inode or another time of `case.md`.
public enum CasebookStamp {
    /// What changed as lately could change again and leave the same times ("racily clean").
    private static let racySeconds = 2

    /// - Parameters:
    ///   - roots: in their order.
    ///   - remarks: whatever else must be the same.
    /// - Returns: `nil` where nothing but reading tells: there are links, something cannot be
    ///   looked at, or has changed within the last two seconds.
    public static func of(_ roots: [String], remarks: [String]) -> String? {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var look = Look(latest: now.tv_sec - racySeconds)
        for remark in remarks { look.add(remark) }
        for root in roots {
            look.add(root)
            guard look.addFolder(AT_FDCWD, root, depth: 0) else { return nil }
        }
        return "1-" + String(look.sum, radix: 16) + "-" + String(look.count)
    }
}

/// One pass over the folders.
private struct Look {
    /// FNV-1a, 64 bits, by words instead of bytes; the upper half is folded into the lower one.
    private(set) var sum: UInt64 = 0xCBF2_9CE4_8422_2325
    private(set) var count = 0
    /// Seconds since 1970; what changed later makes the stamp worthless.
    private let latest: Int

    init(latest: Int) { self.latest = latest }

    private mutating func add(_ word: UInt64) {
        sum = (sum ^ word) &* 0x0000_0100_0000_01B3
        sum ^= sum >> 32
    }

    mutating func add(_ text: String) {
        add(UInt64(text.utf8.count))
        for byte in text.utf8 { add(UInt64(byte)) }
    }

    private mutating func add(name: UnsafePointer<CChar>, length: Int) {
        add(UInt64(length))
        let bytes = UnsafeRawPointer(name)
        var offset = 0
        while offset + 8 <= length {
            add(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            offset += 8
        }
        while offset < length {
            add(UInt64(bytes.load(fromByteOffset: offset, as: UInt8.self)))
            offset += 1
        }
    }

    private mutating func add(_ status: stat) -> Bool {
        guard status.st_ctim.tv_sec <= latest else { return false }
        add(UInt64(status.st_dev))
        add(UInt64(status.st_ino))
        add(UInt64(bitPattern: Int64(status.st_size)))
        add(UInt64(status.st_uid) << 32 | UInt64(status.st_mode))
        add(status.st_mtim)
        add(status.st_ctim)
        count += 1
        return true
    }

    private mutating func add(_ time: timespec) {
        add(UInt64(bitPattern: Int64(time.tv_sec)))
        add(UInt64(bitPattern: Int64(time.tv_nsec)))
    }

    /// - Parameter depth: 0 of a casebook, 1 of a family.
    mutating func addFolder(_ parent: Int32, _ name: UnsafePointer<CChar>, depth: Int) -> Bool {
        // The casebook itself may be a link; where that leads is in its inode.
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | (depth > 0 ? O_NOFOLLOW : 0)
        let descriptor = openat(parent, name, flags)
        guard descriptor >= 0 else { return false }
        guard let folder = fdopendir(descriptor) else {
            close(descriptor)
            return false
        }
        defer { closedir(folder) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, add(status) else { return false }
        var families: [String] = []
        while let entry = readdir(folder) {
            let name = UnsafeRawPointer(entry).advanced(by: Self.nameOffset)
                .assumingMemoryBound(to: CChar.self)
            if name.pointee == CChar(bitPattern: UInt8(ascii: ".")) { continue }
            if depth == 0, Int(entry.pointee.d_type) == Int(DT_DIR) {
                families.append(String(cString: name))
            } else if !addEntry(descriptor, name, Int(entry.pointee.d_type), depth) {
                return false
            }
        }
        return addFamilies(descriptor, families)
    }

    /// Side by side: to look at 10,000 files is half of what a list of them takes.
    private mutating func addFamilies(_ root: Int32, _ names: [String]) -> Bool {
        var looks = [Look?](repeating: nil, count: names.count)
        looks.withUnsafeMutableBufferPointer { [latest] buffer in
            // Each call writes its own place.
            nonisolated(unsafe) let places = buffer
            DispatchQueue.concurrentPerform(iterations: names.count) { index in
                var look = Look(latest: latest)
                look.add(names[index])
                if look.addFolder(root, names[index], depth: 1) { places[index] = look }
            }
        }
        for look in looks {
            guard let look else { return false }
            add(look.sum)
            count += look.count
        }
        return true
    }

    private static let nameOffset = MemoryLayout<dirent>.offset(of: \dirent.d_name)!

    private mutating func addEntry(
        _ folder: Int32, _ name: UnsafePointer<CChar>, _ type: Int, _ depth: Int
    ) -> Bool {
        let length = strlen(name)
        switch type {
        case Int(DT_REG):
            let isRead =
                depth == 0
                ? strcmp(name, "symptoms.yaml") == 0 || strcmp(name, "findings.yaml") == 0
                : strcmp(name, "case.md") == 0
            if !isRead { return true }
            add(name: name, length: length)
            return addFile(folder, name)
        case Int(DT_DIR):
            add(name: name, length: length)
            return addCase(folder, name, length)
        // Without its kind a name may be that of a link.
        case Int(DT_LNK), Int(DT_UNKNOWN): return false
        default: return true
        }
    }

    private mutating func addCase(
        _ family: Int32, _ name: UnsafePointer<CChar>, _ length: Int
    ) -> Bool {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: length + 16) { buffer in
            memcpy(buffer.baseAddress!, name, length)
            strcpy(buffer.baseAddress! + length, "/case.md")
            return addFile(family, buffer.baseAddress!)
        }
    }

    private mutating func addFile(_ folder: Int32, _ path: UnsafePointer<CChar>) -> Bool {
        var status = stat()
        if fstatat(folder, path, &status, AT_SYMLINK_NOFOLLOW) != 0 {
            // A folder without a case is one as long as that is so.
            guard errno == ENOENT else { return false }
            add(0)
            return true
        }
        return status.st_mode & S_IFMT == S_IFREG && add(status)
    }
}
