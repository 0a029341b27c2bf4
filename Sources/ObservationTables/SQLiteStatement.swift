internal import GRDBSQLite

/// A prepared statement (`sqlite3_stmt *`), finalised when it goes out of scope.
@safe struct SQLiteStatement: ~Copyable {
    private let handle: OpaquePointer?
    /// What follows the statement in its text, in bytes.
    let rest: Int

    /// - Returns: an empty one for text without a statement.
    init(_ sql: String, on database: OpaquePointer) throws(SQLFault) {
        var opened: OpaquePointer?
        var consumed = 0
        let code = unsafe sql.withCString { text in
            var tail: UnsafePointer<CChar>?
            let code = unsafe sqlite3_prepare_v2(database, text, -1, &opened, &tail)
            if let tail = unsafe tail { consumed = unsafe tail - text }
            return code
        }
        unsafe handle = opened
        rest = sql.utf8.count - consumed
        guard code == SQLITE_OK else {
            let message = unsafe String(cString: sqlite3_errmsg(database))
            if code == SQLITE_AUTH { throw .notAllowed(message: message) }
            let offset = unsafe sqlite3_error_offset(database)
            throw .wrong(message: message, offset: offset < 0 ? nil : Int(offset))
        }
    }

    deinit { unsafe sqlite3_finalize(handle) }

    var isEmpty: Bool { unsafe handle == nil }
    var isReadOnly: Bool { unsafe sqlite3_stmt_readonly(handle) != 0 }

    var columns: [String] {
        let count = unsafe sqlite3_column_count(handle)
        return (0..<count).map { index in
            guard let name = unsafe sqlite3_column_name(handle, index) else { return "" }
            return unsafe String(cString: name)
        }
    }

    /// - Returns: SQLITE_ROW, SQLITE_DONE or an error.
    borrowing func step() -> Int32 { unsafe sqlite3_step(handle) }

    /// A blob is shown as hexadecimal digits.
    borrowing func value(_ index: Int32) -> SQLValue {
        switch unsafe sqlite3_column_type(handle, index) {
        case SQLITE_INTEGER: return .integer(unsafe sqlite3_column_int64(handle, index))
        case SQLITE_FLOAT: return .real(unsafe sqlite3_column_double(handle, index))
        case SQLITE_TEXT: return .text(text(index))
        case SQLITE_BLOB: return .text(blob(index))
        default: return .null
        }
    }

    private func text(_ index: Int32) -> String {
        guard let bytes = unsafe sqlite3_column_text(handle, index) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(handle, index))
        return unsafe String(
            decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    private func blob(_ index: Int32) -> String {
        guard let bytes = unsafe sqlite3_column_blob(handle, index) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(handle, index))
        return unsafe UnsafeRawBufferPointer(start: bytes, count: count)
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
