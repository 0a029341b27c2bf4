/* Everything that is needed of libpcap is imported as it is. */
#include <pcap/pcap.h>

/* Variadic calls, which Swift does not import. */
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* No program that this one starts may gain rights (prctl(2)). */
static inline int cpcap_set_no_new_privileges(void) {
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* Gives up every capability of the calling thread but those in `kept`, a mask of 1 << CAP_…, for
   good: out of its bounding set too where it may (capset(2), capabilities(7)). */
static inline int cpcap_drop_capabilities(unsigned kept) {
    for (int number = 0; prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; number += 1) {
        if (number < 32 && (kept & (1u << number))) continue;
        prctl(PR_CAPBSET_DROP, number, 0, 0, 0);
    }
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    memset(data, 0, sizeof data);
    if (syscall(SYS_capget, &header, data) != 0) return -1;
    data[0].permitted &= kept;
    data[0].effective = data[0].permitted;
    data[0].inheritable = 0;
    memset(&data[1], 0, sizeof data[1]);
    return (int)syscall(SYS_capset, &header, data);
}
