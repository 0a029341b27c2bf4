import ObservationTables
import Triage

/// The result of a query for a person: columns lined up, numbers to the right.
enum SQLText {
    /// Cells of a column; what is wider sticks out.
    private static let widestColumn = 60

    static func table(_ result: ObservationDatabase.Result, colour: Bool) -> [UInt8] {
        var page = TextPage(width: nil)
        let rows = result.rows.map { $0.map(text) }
        var widths = result.columns.map { DisplayWidth.of(SafeText.line($0)) }
        for row in rows {
            for (index, cell) in row.enumerated() {
                widths[index] = min(widestColumn, max(widths[index], DisplayWidth.of(cell)))
            }
        }
        let isNumber = result.columns.indices.map { index in
            result.rows.allSatisfy { $0[index].isNumberOrNull }
        }
        page.line(line(result.columns.map(SafeText.line), widths, isNumber), .bold)
        for row in rows { page.line(line(row, widths, isNumber)) }
        return page.render(colour: colour)
    }

    private static func line(_ cells: [String], _ widths: [Int], _ isNumber: [Bool]) -> String {
        cells.indices.map { index in
            let blank = String(
                repeating: " ", count: max(0, widths[index] - DisplayWidth.of(cells[index])))
            return isNumber[index] ? blank + cells[index] : cells[index] + blank
        }.joined(separator: "  ")
    }

    private static func text(_ value: SQLValue) -> String {
        switch value {
        case .null: "NULL"
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): SafeText.line(text)
        }
    }

    /// The description of every table.
    static func tables(_ empty: TextPage) -> TextPage {
        var page = empty
        for entry in ObservationTableList.all {
            let table = entry.definition
            page.heading("\(table.name) (\(entry.origin.option))")
            page.paragraph(table.summary, indent: 2)
            for column in table.columns {
                let label =
                    DisplayWidth.pad(column.name, to: 24) + " "
                    + DisplayWidth.pad(column.kind.rawValue.lowercased(), to: 8)
                page.paragraph(
                    column.meaning.isEmpty ? " " : column.meaning, label: label, indent: 4)
            }
        }
        return page
    }
}

extension SQLValue {
    fileprivate var isNumberOrNull: Bool {
        switch self {
        case .null, .integer, .real: true
        case .text: false
        }
    }
}
