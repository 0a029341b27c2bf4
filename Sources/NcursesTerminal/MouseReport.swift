internal import TerminalUI

/// What a terminal says of its mouse, in the encoding SGR 1006 of xterm's ctlseqs:
/// `ESC [ < button ; column ; row M`, and `m` for a release; columns and rows count from 1.
///
/// ncurses has a reader of its own, which waits for the next key behind a release although it was
/// told not to wait (6.4, `_nc_wgetch`): then no signal and no other thread is heard.
struct MouseReport {
    static let begins = "\u{1B}[<"
    static let on = "\u{1B}[?1000h\u{1B}[?1006h"
    static let off = "\u{1B}[?1006l\u{1B}[?1000l"

    /// Three numbers of four digits are more than any screen has.
    private static let longest = 14

    private var text = ""
    private var isPress = false

    /// - Returns: whether it goes on behind `scalar`.
    mutating func take(_ scalar: Unicode.Scalar?) -> Bool {
        guard let scalar, text.count < Self.longest else { return false }
        switch scalar {
        case "0"..."9", ";":
            text.unicodeScalars.append(scalar)
            return true
        case "M": isPress = true
        default: break
        }
        return false
    }

    /// `nil` for a release, another button, and what is no report.
    var key: Key? {
        let numbers = text.split(separator: ";").compactMap { Int($0) }
        guard isPress, numbers.count == 3, numbers[1] > 0, numbers[2] > 0 else { return nil }
        return switch numbers[0] {
        case 0: .click(x: numbers[1] - 1, y: numbers[2] - 1)
        case 64: .wheelUp
        case 65: .wheelDown
        default: nil
        }
    }
}
