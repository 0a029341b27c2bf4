/// Reads what the threads of a process do: state, wait channel, system call.
///
/// The last two need the right to trace the process (ptrace(2), PTRACE_MODE_READ and ATTACH);
/// the kernel writes 0 as wait channel to those who may not see it.
struct ThreadReader {
    private static let limit = 4096

    let reader: HostReader
    let pid: Int32

    func threads() -> Observed<[ThreadRecord]> {
        HostFile.names(reader.path("/proc/\(pid)/task"), limit: Self.limit).map { names in
            names.compactMap { Int32($0) }.sorted().compactMap(thread)
        }
    }

    /// `nil` when it ended meanwhile.
    private func thread(_ id: Int32) -> ThreadRecord? {
        let folder = "/proc/\(pid)/task/\(id)"
        guard let stat = HostFile.bytes(reader.path(folder + "/stat"), limit: 4096).value,
            let (record, _) = ProcessScan.process(stat, pid: id)
        else { return nil }
        let (call, inode) = systemCall(folder)
        return ThreadRecord(
            id: id, name: record.name, state: record.state,
            waitChannel: waitChannel(folder, record.state),
            systemCall: call, socketInode: inode, cpuTicks: record.cpuTicks)
    }

    private func waitChannel(_ folder: String, _ state: Character) -> Observed<String> {
        let path = folder + "/wchan"
        return reader.text(path, limit: 256).flatMap { text in
            // "0": running, or not for us to see.
            guard text == "0" || text.isEmpty else { return .known(text) }
            return state == "R"
                ? .known("") : .unknown(Obstacle(.notPermitted, reader.path(path)))
        }
    }

    /// `running`, `-1 SP PC` (not in a call), or `NUMBER ARG1 … ARG6 SP PC`.
    private func systemCall(_ folder: String) -> (Observed<String?>, inode: UInt32?) {
        let path = folder + "/syscall"
        switch reader.text(path, limit: 512) {
        case .unknown(let obstacle): return (.unknown(obstacle), nil)
        case .known(let text):
            let words = text.split(whereSeparator: \.isWhitespace)
            guard let number = words.first.flatMap({ Int($0) }) else {
                return words.first == "running"
                    ? (.known(nil), nil)
                    : (.unknown(Obstacle(.malformed, reader.path(path))), nil)
            }
            guard number >= 0 else { return (.known(nil), nil) }
            let name = SystemCallNames.name(number)
            guard let name, SystemCallNames.takeDescriptor.contains(name), words.count > 1,
                let descriptor = UInt32(words[1].dropFirst(2), radix: 16)
            else { return (.known(name ?? "call \(number)"), nil) }
            return (.known(name), inode(descriptor))
        }
    }

    private func inode(_ descriptor: UInt32) -> UInt32? {
        let link = HostFile.link(reader.path("/proc/\(pid)/fd/\(descriptor)")).value ?? ""
        guard link.hasPrefix("socket:["), link.hasSuffix("]") else { return nil }
        return UInt32(link.dropFirst(8).dropLast())
    }
}

/// Names of the calls in which servers wait, by their numbers.
enum SystemCallNames {
    /// Whose first argument is the descriptor that they wait for.
    static let takeDescriptor: Set<String> = [
        "read", "recvfrom", "recvmsg", "accept", "accept4", "connect", "write", "sendto",
        "sendmsg", "readv", "writev",
    ]
    /// Which wait for several descriptors at once.
    static let pollCalls: Set<String> = [
        "poll", "ppoll", "select", "pselect6", "epoll_wait", "epoll_pwait", "epoll_pwait2",
    ]

    static func name(_ number: Int) -> String? { names[number] }

    #if arch(x86_64)
        // arch/x86/entry/syscalls/syscall_64.tbl
        private static let names: [Int: String] = [
            0: "read", 1: "write", 7: "poll", 19: "readv", 20: "writev", 23: "select",
            34: "pause", 35: "nanosleep", 42: "connect", 43: "accept", 44: "sendto",
            45: "recvfrom", 46: "sendmsg", 47: "recvmsg", 61: "wait4", 72: "fcntl", 73: "flock",
            202: "futex", 230: "clock_nanosleep", 232: "epoll_wait", 270: "pselect6",
            271: "ppoll", 281: "epoll_pwait", 288: "accept4", 318: "getrandom",
            426: "io_uring_enter", 441: "epoll_pwait2", 220: "semtimedop", 65: "semop",
        ]
    #else
        // include/uapi/asm-generic/unistd.h (arm64, riscv64)
        private static let names: [Int: String] = [
            63: "read", 64: "write", 65: "readv", 66: "writev", 22: "epoll_pwait",
            25: "fcntl", 32: "flock", 72: "pselect6", 73: "ppoll", 98: "futex",
            101: "nanosleep", 115: "clock_nanosleep", 202: "accept", 203: "connect",
            206: "sendto", 207: "recvfrom", 211: "sendmsg", 212: "recvmsg", 242: "accept4",
            260: "wait4", 278: "getrandom", 426: "io_uring_enter", 441: "epoll_pwait2",
            193: "semop", 192: "semtimedop",
        ]
    #endif
}
