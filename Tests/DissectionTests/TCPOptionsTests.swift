import Dissection
import Testing

@Suite struct TCPOptionsTests {
    /// MSS 1460, no operation, scale 7, SACK permitted, time stamp, one SACK block.
    private let all: [UInt8] =
        [2, 4, 5, 0xB4, 1, 3, 3, 7, 4, 2, 8, 10, 0, 0, 1, 0, 0, 0, 2, 0]
        + [5, 10, 0, 0, 0, 1, 0, 0, 0, 9]

    @Test func `all options of a handshake are read`() {
        let options = TCPOptions.parse(all)
        #expect(options.mss == 1460 && options.windowScale == 7 && options.sackPermitted)
        #expect(options.timestamp?.value == 256 && options.timestamp?.echo == 512)
        #expect(!options.isMalformed)
    }

    @Test func `options cut anywhere keep those before the cut`() {
        let ends = [0, 4, 5, 8, 10, 20, 30]
        for length in 0..<all.count {
            let options = TCPOptions.parse(all[..<length])
            #expect(options.isMalformed == !ends.contains(length))
            #expect((options.mss != nil) == (length >= 4))
            #expect((options.windowScale != nil) == (length >= 8))
        }
    }

    @Test func `a shift above 14 counts as 14`() {
        #expect(TCPOptions.parse(([3, 3, 200] as [UInt8])).windowScale == 14)
    }

    @Test(arguments: [[2, 0], [2, 1], [8], [2, 9, 0, 0]] as [[UInt8]])
    func `an impossible length ends the options`(_ bytes: [UInt8]) {
        #expect(TCPOptions.parse(bytes).isMalformed)
    }

    @Test func `an option of a wrong length is left out, what follows an end is not read`() {
        let options = TCPOptions.parse(([2, 3, 5, 3, 3, 7, 0, 4, 2] as [UInt8]))
        #expect(options.mss == nil && options.windowScale == 7 && !options.sackPermitted)
    }

    @Test func `what was received twice stands first`() {
        func block(_ left: UInt8, _ right: UInt8) -> [UInt8] { [0, 0, 0, left, 0, 0, 0, right] }
        func twice(_ blocks: [[UInt8]]) -> UInt32? {
            let option: [UInt8] = [5, UInt8(2 + 8 * blocks.count)] + blocks.joined()
            return TCPOptions.parse(option).receivedTwice(acknowledgement: 50)?.left
        }
        #expect(twice([block(20, 30)]) == 20)
        #expect(twice([block(40, 50), block(60, 70)]) == 40)
        #expect(twice([block(60, 70)]) == nil)
        // Inside the second block, or only beside it.
        #expect(twice([block(64, 68), block(60, 70)]) == 64)
        #expect(twice([block(64, 72), block(60, 70)]) == nil)
        #expect(TCPOptions.parse(([5, 8, 0, 0, 0, 1, 0, 0] as [UInt8])).sack == nil)
        #expect(TCPOptions.parse(all).sack?.first.right == 9)
    }
}
