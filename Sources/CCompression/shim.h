/* What unpacks compressed captures, as it is; inflateInit2 is a macro. */
#include <lz4frame.h>
#include <zlib.h>
#include <zstd.h>

/* 15 bits of window, and 16 for "gzip only" (zlib.h, inflateInit2). */
static inline int ccompression_inflateInitGzip(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
