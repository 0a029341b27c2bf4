import Dissection
import Foundation
import PacketCapture
import Testing

@Suite struct StreamTests {
    /// Writes `pieces` to `descriptor` from a thread of its own until the reader goes away.
    private static func feed(_ descriptor: Int32, _ pieces: [[UInt8]], endless: Bool = false) {
        signal(SIGPIPE, SIG_IGN)
        let thread = Thread {
            repeat {
                for piece in pieces where write(descriptor, piece, piece.count) < piece.count {
                    close(descriptor)
                    return
                }
            } while endless
            close(descriptor)
        }
        thread.start()
    }

    @Test(.timeLimit(.minutes(1)))
    func `a FIFO written byte by byte gives every packet`() throws {
        let path = NSTemporaryDirectory() + "/inquest-fifo-" + UUID().uuidString
        precondition(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        let pieces = PcapBuilder().file(Sample.three).map { [$0] }
        let thread = Thread { Self.feed(open(path, O_WRONLY), pieces) }
        thread.start()
        let delivery = try readCapture(path: path)
        #expect(delivery.samples.map(\.bytes) == Sample.three.map(\.bytes))
    }

    @Test(.timeLimit(.minutes(1)))
    func `an endless stream is read in constant memory until the visitor stops`() async {
        // A process of its own: no other test adds to its memory.
        await #expect(processExitsWith: .success) {
            let builder = PcapngBuilder()
            let packet = builder.enhanced(
                Sample(time: 0, bytes: [UInt8](repeating: 1, count: 1400), wireLength: 1400),
                units: 1)
            var ends: [Int32] = [0, 0]
            precondition(pipe(&ends) == 0)
            // Sections that repeat for ever: each begins anew, nothing may add up.
            let pieces = [builder.section(), builder.interface(), packet, packet, packet]
            Self.feed(ends[1], pieces, endless: true)
            var reader = try CaptureReader(path: "/dev/fd/\(ends[0])")
            var packets = 0
            var before = 0
            let facts = try reader.forEachPacket { _, _ in
                packets += 1
                if packets == 1000 { before = peakMemory() }
                return packets < 60_000
            }
            precondition(facts.packets == 60_000 && !facts.cutShort)
            // 84 MB went through.
            precondition(peakMemory() - before < 2_000_000)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a dash reads standard input, even one that does not block`() async {
        await #expect(processExitsWith: .success) {
            var ends: [Int32] = [0, 0]
            precondition(pipe(&ends) == 0)
            dup2(ends[0], STDIN_FILENO)
            precondition(fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK) == 0)
            let output = ends[1]
            Thread {
                usleep(50_000)
                Self.feed(output, PcapBuilder().file(Sample.three).map { [$0] })
            }.start()
            let delivery = try readCapture(path: "-")
            precondition(delivery.samples.count == 3)
        }
    }

    @Test func `standard input has a path, too`() async {
        await #expect(processExitsWith: .success) {
            try withFile(PcapBuilder().file(Sample.three)) { path in
                dup2(open(path, O_RDONLY), STDIN_FILENO)
                let delivery = try readCapture(path: "/dev/stdin")
                precondition(delivery.samples.count == 3)
            }
        }
    }

    @Test func `a directory as standard input is named as one`() async {
        await #expect(processExitsWith: .success) {
            dup2(open("/", O_RDONLY), STDIN_FILENO)
            do throws(CaptureError) {
                _ = try readCapture(path: "-")
                exit(1)
            } catch {
                precondition(error == .isDirectory(path: "-"))
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a signal during a read does not end the reading`() async {
        await #expect(processExitsWith: .success) {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { _ in }
            // Without SA_RESTART: read(2) returns EINTR.
            sigaction(SIGUSR1, &action, nil)
            let file = PcapBuilder().file(Sample.three)
            var ends: [Int32] = [0, 0]
            precondition(pipe(&ends) == 0)
            let output = ends[1]
            let reader = pthread_self()
            Thread {
                for piece in [file[..<30], file[30...]] {
                    for _ in 0..<3 {
                        usleep(20_000)
                        pthread_kill(reader, SIGUSR1)
                    }
                    precondition(write(output, Array(piece), piece.count) == piece.count)
                }
                close(output)
            }.start()
            let delivery = try readCapture(path: "/dev/fd/\(ends[0])")
            precondition(delivery.samples.count == 3)
        }
    }
}

/// The most memory the process ever had, in bytes.
private func peakMemory() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
}
