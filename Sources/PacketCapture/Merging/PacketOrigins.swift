/// Where the packets of a merge come from, by their numbers in it.
public struct PacketOrigins: Sendable {
    /// Packets that follow each other in one file.
    private struct Run {
        var first: UInt32
        var number: UInt32
        var file: UInt32
    }

    public let files: [String]
    private var runs: [Run] = []
    /// Twelve bytes each: two files whose packets alternate all the time need one a packet.
    private static let limit = 8 << 20
    /// Packets from here on cannot be told.
    public private(set) var end = Int.max

    init(files: [String]) { self.files = files }

    mutating func note(_ merged: Int, file: Int, number: Int) {
        if let last = runs.last, Int(last.file) == file,
            merged - Int(last.first) == number - Int(last.number)
        {
            return
        }
        guard runs.count < Self.limit else {
            end = min(end, merged)
            return
        }
        runs.append(
            Run(
                first: UInt32(truncatingIfNeeded: merged),
                number: UInt32(truncatingIfNeeded: number),
                file: UInt32(truncatingIfNeeded: file)))
    }

    /// - Parameter merged: a packet's number in the merge, from 1.
    /// - Returns: its file, and its number there; `nil` beyond what was noted.
    public subscript(merged: Int) -> (file: String, number: Int)? {
        guard merged < end, !runs.isEmpty, merged >= Int(runs[0].first) else { return nil }
        var (low, high) = (0, runs.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(runs[middle].first) <= merged { low = middle } else { high = middle }
        }
        let run = runs[low]
        return (files[Int(run.file)], Int(run.number) + merged - Int(run.first))
    }
}
