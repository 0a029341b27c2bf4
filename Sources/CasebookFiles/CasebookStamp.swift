internal import Dispatch
internal import Glibc
internal import Synchronization

/// A name for the state of the files of casebook folders that takes a look at each and reads none:
/// while it is the same, so are the files, and who could have written them.
///
/// It is made of device, inode, size, owner, mode and times of every `case.md`, of the
/// vocabularies and of the folders that hold them, as git's index is (gitformat-index(5)). The
/// folder of a single case is not looked at: whoever may write there changes nothing that was
/// read but by another inode or another time of `case.md`.
///
/// Families are looked at in the background, one by one; who asks for the name lends a hand. A
/// second thread in the background would not be faster: the kernel's looks get in each other's way.
public final class CasebookStamp: Sendable {
    /// What changed as lately could change again and leave the same times ("racily clean").
    private static let racySeconds = 2

    private let roots: Look?
    private let families: [Family]
    private let next = Atomic(0)
    private let looks: Mutex<[Look?]>
    private let background = DispatchGroup()

    /// Begins to look.
    ///
    /// - Parameters:
    ///   - roots: in their order.
    ///   - remarks: whatever else must be the same.
    public init(_ roots: [String], remarks: [String]) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var look = Look(latest: now.tv_sec - Self.racySeconds)
        for remark in remarks { look.add(remark) }
        var families: [Family] = []
        var isComplete = true
        for root in roots {
            look.add(root)
            let found = look.addRoot(root)
            isComplete = isComplete && found != nil
            families += (found ?? []).map { Family(path: "\(root)/\($0)", latest: look.latest) }
        }
        self.roots = isComplete ? look : nil
        self.families = isComplete ? families : []
        looks = Mutex(Array(repeating: nil, count: self.families.count))
        DispatchQueue.global(qos: .userInitiated).async(group: background) { [self] in work() }
    }

    /// Waits until all was looked at.
    ///
    /// `nil` where nothing but reading tells: there are links, something cannot be looked at, or
    /// has changed within the last two seconds.
    public var value: String? {
        work()
        background.wait()
        guard var all = roots else { return nil }
        for look in looks.withLock(\.self) {
            guard let look else { return nil }
            all.add(look)
        }
        return "2-" + String(all.sum, radix: 16) + "-" + String(all.count)
    }

    private func work() {
        while true {
            let place = next.wrappingAdd(1, ordering: .relaxed).oldValue
            if place >= families.count { return }
            let look = families[place].look()
            looks.withLock { $0[place] = look }
        }
    }
}

private struct Family {
    let path: String
    let latest: Int

    func look() -> Look? {
        var look = Look(latest: latest)
        look.add(path)
        return look.addFamily(path) ? look : nil
    }
}

/// One pass over the folders.
private struct Look {
    /// FNV-1a, 64 bits, by words instead of bytes; the upper half is folded into the lower one.
    private(set) var sum: UInt64 = 0xCBF2_9CE4_8422_2325
    private(set) var count = 0
    /// Seconds since 1970; what changed later makes the stamp worthless.
    let latest: Int

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

    mutating func add(_ other: Look) {
        add(other.sum)
        count += other.count
    }

    /// - Returns: the names of its folders; `nil` when it cannot be looked at.
    mutating func addRoot(_ path: String) -> [String]? {
        // It may be a link; where that leads is in its inode.
        addFolder(path, flags: 0) { look, descriptor, name, type in
            switch type {
            case Int(DT_DIR): return .listed
            case Int(DT_REG):
                let isRead =
                    strcmp(name, "symptoms.yaml") == 0 || strcmp(name, "findings.yaml") == 0
                return isRead && !look.addFile(descriptor, name) ? .unknown : .done
            // Without its kind a name may be that of a link.
            case Int(DT_LNK), Int(DT_UNKNOWN): return .unknown
            default: return .done
            }
        }
    }

    mutating func addFamily(_ path: String) -> Bool {
        let names = addFolder(path, flags: O_NOFOLLOW) { look, descriptor, name, type in
            switch type {
            case Int(DT_DIR): return look.addCase(descriptor, name) ? .done : .unknown
            case Int(DT_REG):
                let isCase = strcmp(name, "case.md") == 0
                return isCase && !look.addFile(descriptor, name) ? .unknown : .done
            case Int(DT_LNK), Int(DT_UNKNOWN): return .unknown
            default: return .done
            }
        }
        return names != nil
    }

    private enum Entry { case done, listed, unknown }

    /// - Returns: the names that `visit` wants listed; `nil` when something cannot be looked at.
    private mutating func addFolder(
        _ path: String, flags: Int32,
        _ visit: (inout Look, Int32, UnsafePointer<CChar>, Int) -> Entry
    ) -> [String]? {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | flags)
        guard descriptor >= 0 else { return nil }
        guard let folder = fdopendir(descriptor) else {
            close(descriptor)
            return nil
        }
        defer { closedir(folder) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, add(status) else { return nil }
        var listed: [String] = []
        while let entry = readdir(folder) {
            let name = UnsafeRawPointer(entry).advanced(by: Self.nameOffset)
                .assumingMemoryBound(to: CChar.self)
            if name.pointee == CChar(bitPattern: UInt8(ascii: ".")) { continue }
            switch visit(&self, descriptor, name, Int(entry.pointee.d_type)) {
            case .done: break
            case .listed: listed.append(String(cString: name))
            case .unknown: return nil
            }
        }
        return listed
    }

    private static let nameOffset = MemoryLayout<dirent>.offset(of: \dirent.d_name)!

    private mutating func addCase(_ family: Int32, _ name: UnsafePointer<CChar>) -> Bool {
        let length = strlen(name)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: length + 16) { buffer in
            memcpy(buffer.baseAddress!, name, length)
            strcpy(buffer.baseAddress! + length, "/case.md")
            return addFile(family, buffer.baseAddress!)
        }
    }

    private mutating func addFile(_ folder: Int32, _ path: UnsafePointer<CChar>) -> Bool {
        add(name: path, length: strlen(path))
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
