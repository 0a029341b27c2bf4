internal import GRDBSQLite

/// SQLite's side of the tables (sqlite.org/vtab.html): each is a module of its name and needs no
/// CREATE VIRTUAL TABLE ("eponymous").
///
/// SQLite reaches its own structures through the first member of ours, as in C; Swift lays out
/// the members of a struct in their order.
@unsafe private struct TableHandle {
    var base: sqlite3_vtab
    var table: Unmanaged<VirtualTable>
}

@unsafe private struct CursorHandle {
    var base: sqlite3_vtab_cursor
    var cursor: Unmanaged<TableCursor>
}

extension VirtualTable {
    /// Makes the table known to a connection, which keeps it until it is closed.
    ///
    /// - Returns: SQLite's code.
    func register(on database: OpaquePointer) -> Int32 {
        let context = unsafe Unmanaged.passRetained(self).toOpaque()
        return unsafe sqlite3_create_module_v2(database, definition.name, module, context) {
            context in
            if let context = unsafe context {
                unsafe Unmanaged<VirtualTable>.fromOpaque(context).release()
            }
        }
    }
}

/// One for all tables and for as long as the process lives; never written after it was made.
private nonisolated(unsafe) let module: UnsafeMutablePointer<sqlite3_module> = {
    let module = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
    unsafe module.initialize(to: sqlite3_module())
    unsafe module.pointee.xConnect = connect
    unsafe module.pointee.xBestIndex = chooseIndex
    unsafe module.pointee.xDisconnect = { handle in
        guard let handle = unsafe handle else { return SQLITE_OK }
        unsafe UnsafeMutableRawPointer(handle).assumingMemoryBound(to: TableHandle.self)
            .deallocate()
        return SQLITE_OK
    }
    unsafe module.pointee.xOpen = open
    unsafe module.pointee.xClose = { handle in
        guard let handle = unsafe handle else { return SQLITE_OK }
        let memory = unsafe UnsafeMutableRawPointer(handle)
            .assumingMemoryBound(to: CursorHandle.self)
        unsafe memory.pointee.cursor.release()
        unsafe memory.deallocate()
        return SQLITE_OK
    }
    unsafe module.pointee.xFilter = filter
    unsafe module.pointee.xNext = { handle in
        unsafe cursor(handle)?.next()
        return SQLITE_OK
    }
    unsafe module.pointee.xEof = { handle in unsafe cursor(handle)?.row == nil ? 1 : 0 }
    unsafe module.pointee.xColumn = column
    unsafe module.pointee.xRowid = { handle, result in
        unsafe result?.pointee = Int64(cursor(handle)?.row ?? 0)
        return SQLITE_OK
    }
    return unsafe module
}()

private func cursor(_ handle: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> TableCursor? {
    guard let handle = unsafe handle else { return nil }
    return unsafe UnsafeMutableRawPointer(handle).assumingMemoryBound(to: CursorHandle.self)
        .pointee.cursor.takeUnretainedValue()
}

private func table(_ handle: UnsafeMutablePointer<sqlite3_vtab>?) -> VirtualTable? {
    guard let handle = unsafe handle else { return nil }
    return unsafe UnsafeMutableRawPointer(handle).assumingMemoryBound(to: TableHandle.self)
        .pointee.table.takeUnretainedValue()
}

private let connect:
    @convention(c) (
        OpaquePointer?, UnsafeMutableRawPointer?, Int32,
        UnsafePointer<UnsafePointer<CChar>?>?,
        UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab>?>?,
        UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
    ) -> Int32 = { database, context, _, _, result, _ in
        guard let context = unsafe context else { return SQLITE_ERROR }
        let table = unsafe Unmanaged<VirtualTable>.fromOpaque(context)
        let declaration = unsafe table.takeUnretainedValue().definition.declaration
        let code = unsafe sqlite3_declare_vtab(database, declaration)
        guard code == SQLITE_OK else { return code }
        let handle = UnsafeMutablePointer<TableHandle>.allocate(capacity: 1)
        unsafe handle.initialize(to: TableHandle(base: sqlite3_vtab(), table: table))
        unsafe result?.pointee = UnsafeMutableRawPointer(handle)
            .assumingMemoryBound(to: sqlite3_vtab.self)
        return SQLITE_OK
    }

private let open:
    @convention(c) (
        UnsafeMutablePointer<sqlite3_vtab>?,
        UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab_cursor>?>?
    ) -> Int32 = { handle, result in
        guard let table = unsafe table(handle) else { return SQLITE_ERROR }
        let memory = UnsafeMutablePointer<CursorHandle>.allocate(capacity: 1)
        unsafe memory.initialize(
            to: CursorHandle(
                base: sqlite3_vtab_cursor(), cursor: Unmanaged.passRetained(TableCursor(table))))
        unsafe result?.pointee = UnsafeMutableRawPointer(memory)
            .assumingMemoryBound(to: sqlite3_vtab_cursor.self)
        return SQLITE_OK
    }

/// `idxNum` is one more than the column whose value is given; 0 wants all rows.
private let chooseIndex:
    @convention(c) (
        UnsafeMutablePointer<sqlite3_vtab>?, UnsafeMutablePointer<sqlite3_index_info>?
    ) -> Int32 = { handle, facts in
        guard let table = unsafe table(handle), let facts = unsafe facts else {
            return SQLITE_ERROR
        }
        let count = Double(table.rows.count)
        unsafe facts.pointee.estimatedCost = count + 1
        unsafe facts.pointee.estimatedRows = Int64(table.rows.count) + 1
        for index in 0..<Int(unsafe facts.pointee.nConstraint) {
            let constraint = unsafe facts.pointee.aConstraint[index]
            guard constraint.usable != 0, constraint.iColumn >= 0,
                constraint.op == UInt8(SQLITE_INDEX_CONSTRAINT_EQ),
                let collation = unsafe sqlite3_vtab_collation(facts, Int32(index)),
                unsafe String(cString: collation) == "BINARY"
            else { continue }
            unsafe facts.pointee.aConstraintUsage[index].argvIndex = 1
            unsafe facts.pointee.idxNum = constraint.iColumn + 1
            unsafe facts.pointee.estimatedCost = count.squareRoot() + 1
            unsafe facts.pointee.estimatedRows = Int64(count.squareRoot()) + 1
            break
        }
        return SQLITE_OK
    }

private let filter:
    @convention(c) (
        UnsafeMutablePointer<sqlite3_vtab_cursor>?, Int32, UnsafePointer<CChar>?, Int32,
        UnsafeMutablePointer<OpaquePointer?>?
    ) -> Int32 = { handle, column, _, count, values in
        guard let handle = unsafe handle, let cursor = unsafe cursor(handle),
            let table = unsafe table(handle.pointee.pVtab)
        else { return SQLITE_ERROR }
        guard column > 0, count == 1, let given = unsafe values?[0] else {
            cursor.begin(table.all)
            return SQLITE_OK
        }
        cursor.begin(table.rows(where: Int(column) - 1, equals: unsafe SQLValue(given)))
        return SQLITE_OK
    }

private let column:
    @convention(c) (
        UnsafeMutablePointer<sqlite3_vtab_cursor>?, OpaquePointer?, Int32
    ) -> Int32 = { handle, context, column in
        guard let cursor = unsafe cursor(handle) else { return SQLITE_ERROR }
        switch cursor.value(Int(column)) {
        case .null: unsafe sqlite3_result_null(context)
        case .integer(let number): unsafe sqlite3_result_int64(context, number)
        case .real(let number): unsafe sqlite3_result_double(context, number)
        case .text(let text):
            var text = text
            text.withUTF8 { bytes in
                // SQLite copies the text before the call returns (SQLITE_TRANSIENT).
                let copy = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
                unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
                    unsafe sqlite3_result_text(
                        context, bytes.baseAddress, Int32(clamping: bytes.count), copy)
                }
            }
        }
        return SQLITE_OK
    }

extension SQLValue {
    /// A value that SQLite compares a column with; a blob equals nothing that a column holds.
    fileprivate init(_ value: OpaquePointer) {
        switch unsafe sqlite3_value_type(value) {
        case SQLITE_INTEGER: self = .integer(unsafe sqlite3_value_int64(value))
        case SQLITE_FLOAT: self = .real(unsafe sqlite3_value_double(value))
        case SQLITE_TEXT:
            guard let bytes = unsafe sqlite3_value_text(value) else {
                self = .null
                return
            }
            let count = Int(unsafe sqlite3_value_bytes(value))
            self = .text(
                unsafe String(
                    decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self))
        default: self = .null
        }
    }
}
