internal import CNcurses
internal import Glibc
internal import TerminalUI

/// Codes of `wget_wch` as keys.
enum KeyDecoder {
    /// Codes of our own for sequences that terminfo does not name, above those of ncurses.
    static let pasteBegins = KEY_MAX + 1
    static let pasteEnds = KEY_MAX + 2
    static let mouseBegins = KEY_MAX + 3

    /// `nil` for what is no key of ours, such as KEY_RESIZE, which `resizeterm` queues.
    static func key(_ code: wint_t, isFunctionKey: Bool) -> Key? {
        isFunctionKey ? function(Int32(bitPattern: code)) : character(code)
    }

    private static func function(_ code: Int32) -> Key? {
        if code > KEY_F0, code <= KEY_F0 + 24 { return .function(Int(code - KEY_F0)) }
        return named[code]
    }

    private static let named: [Int32: Key] = [
        KEY_UP: .up, KEY_DOWN: .down, KEY_LEFT: .left, KEY_RIGHT: .right, KEY_HOME: .home,
        KEY_END: .end, KEY_PPAGE: .pageUp, KEY_NPAGE: .pageDown, KEY_BACKSPACE: .backspace,
        KEY_DC: .delete, KEY_BTAB: .backTab, KEY_ENTER: .enter,
    ]

    private static func character(_ code: wint_t) -> Key? {
        switch code {
        case 0x09: return .tab
        case 0x0A, 0x0D: return .enter
        case 0x1B: return .escape
        case 0x7F, 0x08: return .backspace
        case 0x01...0x1A:
            return .control(Character(Unicode.Scalar(UInt8(code + 0x60))))
        case 0..<0x20: return nil
        default: return Unicode.Scalar(code).map { .character(Character($0)) }
        }
    }
}
