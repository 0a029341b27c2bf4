/* Counts the packets and bytes of a capture with libpcap: what reading it costs before any analysis.
 *
 * Build: cc -O2 -o counting-loop counting-loop.c -lpcap
 */
#include <pcap/pcap.h>
#include <stdio.h>

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: counting-loop FILE\n");
        return 64;
    }
    char reason[PCAP_ERRBUF_SIZE];
    pcap_t *capture = pcap_open_offline(argv[1], reason);
    if (!capture) {
        fprintf(stderr, "counting-loop: %s\n", reason);
        return 66;
    }
    struct pcap_pkthdr *header;
    const u_char *bytes;
    unsigned long long packets = 0, total = 0;
    int status;
    while ((status = pcap_next_ex(capture, &header, &bytes)) == 1) {
        packets++;
        total += header->len;
    }
    printf("%llu packets, %llu bytes\n", packets, total);
    pcap_close(capture);
    return status == PCAP_ERROR_BREAK ? 0 : 74;
}
