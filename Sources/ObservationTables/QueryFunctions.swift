/// The functions that a query may call: those of sqlite.org that only compute, from the pages on
/// core, date, aggregate, window, mathematical and JSON functions.
///
/// A list of what is allowed, so that what a later SQLite brings is not allowed by chance. Not in
/// it: what reads or writes files, what makes values of any size (`zeroblob`, `randomblob`), and
/// what gives another result each time (`random`, `changes`).
enum QueryFunctions {
    static let allowed: Set<String> = core.union(dates).union(aggregates).union(windows)
        .union(mathematics).union(json)

    private static let core: Set<String> = [
        "abs", "char", "coalesce", "format", "glob", "hex", "ifnull", "iif", "instr", "length",
        "like", "likelihood", "likely", "lower", "ltrim", "max", "min", "nullif", "printf",
        "quote", "replace", "round", "rtrim", "sign", "substr", "substring", "trim", "typeof",
        "unhex", "unicode", "unlikely", "upper", "concat", "concat_ws", "octet_length",
    ]
    private static let dates: Set<String> = [
        "date", "time", "datetime", "julianday", "unixepoch", "strftime", "timediff",
    ]
    private static let aggregates: Set<String> = [
        "avg", "count", "group_concat", "string_agg", "sum", "total", "median", "percentile",
    ]
    private static let windows: Set<String> = [
        "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead",
        "first_value", "last_value", "nth_value",
    ]
    private static let mathematics: Set<String> = [
        "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "ceiling", "cos",
        "cosh", "degrees", "exp", "floor", "ln", "log", "log10", "log2", "mod", "pi", "pow",
        "power", "radians", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
    ]
    private static let json: Set<String> = [
        "json", "json_array", "json_array_length", "json_extract", "json_object", "json_quote",
        "json_type", "json_valid", "json_group_array", "json_group_object", "->", "->>",
    ]
}
