#pragma once

/* Swift has no such instruction. Asks for the line of the cache that holds `address`, which need not
   be one: nothing is read, nothing faults. */
static inline void cprefetch(const void *_Nonnull address) { __builtin_prefetch(address); }
