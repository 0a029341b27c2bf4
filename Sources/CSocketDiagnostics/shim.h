#pragma once
#include <linux/inet_diag.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

/* setns(2) needs _GNU_SOURCE, which Glibc's module does not set; 0x40000000 is CLONE_NEWNET. */
static inline int csocketdiagnostics_enter_network_namespace(int descriptor) {
    return (int)syscall(SYS_setns, descriptor, 0x40000000);
}
