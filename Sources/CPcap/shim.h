/* Everything that is needed of libpcap is imported as it is. */
#include <pcap/pcap.h>
