/// Lines of figures over several seeds beside what they should be.
struct Report {
    struct Target {
        var least: Double?
        var most: Double?

        static func atLeast(_ value: Double) -> Target { Target(least: value) }
        static func atMost(_ value: Double) -> Target { Target(most: value) }

        func met(_ value: Double) -> Bool { value >= least ?? value && value <= most ?? value }

        var text: String {
            least.map { ">= \(Report.number($0))" } ?? most.map { "<= \(Report.number($0))" } ?? ""
        }
    }

    private var rows: [(label: String, values: [Double], target: Target?)] = []

    /// One seed's figure; labels keep the order of their first use.
    mutating func add(_ label: String, _ value: Double, _ target: Target? = nil) {
        if let row = rows.firstIndex(where: { $0.label == label }) {
            rows[row].values.append(value)
        } else {
            rows.append((label, [value], target))
        }
    }

    /// Targets that the mean over the seeds misses.
    var missed: Int {
        rows.filter { row in row.target.map { !$0.met(mean(row.values)) } ?? false }.count
    }

    func text(_ title: String) -> String {
        let lines = rows.map { row in
            let values = row.values.filter { !$0.isNaN }
            let average = mean(values)
            let range =
                "\(Self.number(values.min() ?? .nan)) to \(Self.number(values.max() ?? .nan))"
            let mark = row.target.map { "\($0.met(average) ? "ok  " : "MISS") \($0.text)" } ?? ""
            return "  " + Self.pad(row.label, 44) + Self.pad(Self.number(average), 10)
                + Self.pad(range, 20) + mark
        }
        let header =
            "  " + Self.pad("", 44) + Self.pad("mean", 10) + Self.pad("range", 20) + "target"
        return ([title, header] + lines).joined(separator: "\n")
    }

    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        let scaled =
            abs(value) >= 10 ? (value * 10).rounded() / 10 : (value * 1000).rounded() / 1000
        return "\(scaled)"
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
