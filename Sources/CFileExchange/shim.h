#pragma once
#include <sys/syscall.h>
#include <unistd.h>

/* renameat2(2) needs _GNU_SOURCE, which Glibc's module does not set. Two names change places in
   one step: what was under one is under the other, and at no moment is either missing. -100 is
   AT_FDCWD, 2 is RENAME_EXCHANGE; their headers would take `struct stat` from Glibc's module. */
static inline int cfileexchange_exchange(const char *one, const char *other) {
    return (int)syscall(SYS_renameat2, -100, one, -100, other, 2);
}
