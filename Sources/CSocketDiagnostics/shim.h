#pragma once
#include <linux/ethtool.h>
#include <linux/inet_diag.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

/* setns(2) needs _GNU_SOURCE, which Glibc's module does not set; 0x40000000 is CLONE_NEWNET. */
static inline int csocketdiagnostics_enter_network_namespace(int descriptor) {
    return (int)syscall(SYS_setns, descriptor, 0x40000000);
}

/* ioctl(2) takes variable arguments, and `struct ifreq` holds unions; `data` begins with an
   ETHTOOL_… command and has room for its answer. */
static inline int csocketdiagnostics_ethtool(int socket, const char *name, void *data) {
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
    request.ifr_data = data;
    return ioctl(socket, SIOCETHTOOL, &request);
}
