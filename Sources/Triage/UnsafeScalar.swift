extension Unicode.Scalar {
    /// Whether a terminal would obey this character or hide what it does: control characters
    /// (C0, DEL, C1), marks of bidirectional order, invisible and format characters, line and
    /// paragraph separators, tags and noncharacters (Unicode 15 general categories Cc, Cf, Zl, Zp).
    public var isUnsafeOnTerminal: Bool {
        switch value {
        case 0x20...0x7E: false
        case 0...0x1F, 0x7F...0x9F: true
        default:
            switch properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned,
                .privateUse:
                true
            default: properties.isNoncharacterCodePoint
            }
        }
    }
}
