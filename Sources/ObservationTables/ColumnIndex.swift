/// Finds the rows that may hold a value in one column: chains of rows whose values have one hash.
///
/// Eight bytes a row and no copy of a value. A chain may hold rows with other values, which
/// SQLite looks at again; each is in ascending order, so that results do not hang on the hash.
struct ColumnIndex {
    private static let end = UInt32.max
    private var heads: [UInt32]
    private var following: [UInt32]
    private let mask: Int

    init(_ rows: any TableRows, column: Int) {
        let count = min(rows.count, Int(Self.end))
        var size = 16
        while size < count { size *= 2 }
        mask = size - 1
        heads = Array(repeating: Self.end, count: size)
        following = Array(repeating: Self.end, count: count)
        var reader = rows.reader()
        for row in (0..<count).reversed() {
            reader.move(to: row)
            let bucket = reader.value(column).hashValue & mask
            following[row] = heads[bucket]
            heads[bucket] = UInt32(row)
        }
    }

    /// The first row that may hold `value`.
    func first(_ value: SQLValue) -> Int? { Self.row(heads[value.hashValue & mask]) }

    func next(after row: Int) -> Int? { Self.row(following[row]) }

    private static func row(_ number: UInt32) -> Int? { number == end ? nil : Int(number) }
}
