#pragma once
#include <linux/ethtool.h>
#include <linux/inet_diag.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

/* setns(2) needs _GNU_SOURCE, which Glibc's module does not set; 0x40000000 is CLONE_NEWNET. */
static inline int csocketdiagnostics_enter_network_namespace(int descriptor) {
    return (int)syscall(SYS_setns, descriptor, 0x40000000);
}

/* ioctl(2) takes variable arguments. `data` begins with an ETHTOOL_… command and has room for its
   answer. The structure is `struct ifreq` of netdevice(7), whose header would take the types of
   sockets away from Glibc's module. */
static inline int csocketdiagnostics_ethtool(int socket, const char *name, void *data) {
    struct { char name[16]; void *data; char rest[40 - 16 - sizeof(void *)]; } request = {{0}};
    for (int i = 0; i < 15 && name[i]; i++) request.name[i] = name[i];
    request.data = data;
    return ioctl(socket, SIOCETHTOOL, &request);
}
