/// Why a response of HTTP/1 could not be read, or what is wrong with one that could.
enum HTTPFault: String, Error, Sendable {
    // It cannot be read on.
    case notHTTP = "the answer is not HTTP/1"
    case headTooLong = "the head of the answer is longer than is read"
    case tooManyFields = "the answer has more fields than are read"
    case tooManyInterim = "interim answers (1xx) without end"
    case lengthsDiffer = "Content-Length is given twice, with different values"
    case lengthInvalid = "Content-Length is not a number"
    case chunkInvalid = "the chunked body is malformed"
    // Read on, and told.
    case lengthAndChunked = "both Content-Length and Transfer-Encoding are given"
    case bareLineFeed = "lines end without a carriage return"
    case foldedField = "a field is folded over two lines"
    case malformedField = "a line of the head is no field"
}
