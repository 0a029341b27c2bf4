#pragma once
#include <malloc.h>

/* Glibc's module leaves out malloc.h. mallopt(3): from `bytes` on each allocation is given back to
   the system when it is freed; left alone, malloc raises that number with every large one freed. */
static inline int callocation_return_at_once_from(int bytes) {
    return mallopt(M_MMAP_THRESHOLD, bytes);
}
