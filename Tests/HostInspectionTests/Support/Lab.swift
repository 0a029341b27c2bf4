import Casebook
import Foundation
import Glibc
import HostInspection

/// A scenario of `lab.py` in a network namespace of its own; ends with this object.
final class Lab {
    /// What the tests need and this machine or user has not.
    static let lacks: String? = {
        if geteuid() != 0 { return "root" }
        let status = try? shell(
            "command -v ip && command -v python3 && command -v nft "
                + "&& unshare --net ip link set lo up")
        return status == 0 ? nil : "unshare with network namespaces, ip, nft, python3"
    }()

    struct Trouble: Error {
        var text: String
    }

    let process: Int32
    /// What the scenario said before it was ready, without that line.
    private(set) var said: [String] = []
    private let running = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var pending: [UInt8] = []

    init(_ scenario: String, _ arguments: String...) throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "lab.py").path
        running.executableURL = URL(filePath: "/usr/bin/env")
        running.arguments =
            ["unshare", "--net", "python3", "-u", script, scenario] + arguments
        running.environment = ProcessInfo.processInfo.environment.merging(
            ["PATH": Self.path], uniquingKeysWith: { $1 })
        running.standardInput = input
        running.standardOutput = output
        try running.run()
        process = running.processIdentifier
        while true {
            let line = try line()
            if line == "ready" { break }
            said.append(line)
        }
    }

    deinit {
        try? input.fileHandleForWriting.close()
        running.terminate()
        running.waitUntilExit()
    }

    /// Has the scenario do something, and waits until it is done.
    func tell(_ words: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data((words + "\n").utf8))
        _ = try line()
    }

    /// One look at the lab's namespace.
    func look(_ scope: HostScope = HostScope(), root: HostRoot = HostRoot()) -> HostSnapshot {
        var scope = scope
        scope.networkNamespace = .process(process)
        return HostInspector(root: root, scope: scope).look()
    }

    /// Two looks, with something in between; the second one `seconds` later by the clock of
    /// the looks, so that nobody has to wait.
    func looks(
        _ scope: HostScope = HostScope(), apart seconds: Double = 10, aged: Double = 0,
        _ meanwhile: () throws -> Void = {}
    ) throws -> HostContext {
        let first = look(scope).aged(aged)
        try meanwhile()
        return HostContext(first: first, second: look(scope).aged(aged + seconds), scope: scope)
    }

    private static let path =
        (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin") + ":/usr/sbin:/sbin"

    /// Where version 2 of control groups is mounted and tells pressure; `nil`: nowhere.
    static let unifiedGroups = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"].first {
        access($0 + "/cgroup.procs", W_OK) == 0 && access("/proc/pressure/memory", R_OK) == 0
    }

    static func shell(_ line: String) throws -> Int32 {
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", line]
        shell.environment = ["PATH": path]
        shell.standardOutput = FileHandle.nullDevice
        try shell.run()
        shell.waitUntilExit()
        return shell.terminationStatus
    }

    private func line() throws -> String {
        while true {
            if let end = pending.firstIndex(of: 0x0A) {
                let line = String(decoding: pending[..<end], as: UTF8.self)
                pending.removeFirst(end + 1)
                return line
            }
            var descriptor = pollfd(
                fd: output.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&descriptor, 1, 60_000) > 0 else { throw Trouble(text: "lab.py is silent") }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = read(descriptor.fd, &buffer, buffer.count)
            guard count > 0 else { throw Trouble(text: "lab.py ended") }
            pending += buffer[..<count]
        }
    }
}

extension HostSnapshot {
    /// The same sockets, as if they had been left alone for some seconds more.
    func aged(_ seconds: Double) -> HostSnapshot {
        var snapshot = self
        snapshot.sinceBoot += Int64(seconds * 1e9)
        guard var table = sockets.value else { return snapshot }
        for index in table.sockets.indices where table.sockets[index].hasInfo {
            table.sockets[index].lastSent += UInt32(seconds * 1000)
            table.sockets[index].lastReceived += UInt32(seconds * 1000)
            table.sockets[index].lastACK += UInt32(seconds * 1000)
        }
        snapshot.sockets = .known(table)
        return snapshot
    }
}

extension HostContext {
    /// What the checks say of a finding.
    func finding(_ id: FactID) -> Evidence? {
        HostCheckList.evidence(HostCheckList.all, self).first { $0.id == id }
    }
}
