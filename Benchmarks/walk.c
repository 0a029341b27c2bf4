/* Walks over the records of a pcap file by read(2) and does nothing with them: the physical floor.
 *
 * Build: cc -O2 -o walk walk.c
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static unsigned char buffer[(1 << 20) + (1 << 18)];

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: walk FILE\n");
        return 64;
    }
    int file = open(argv[1], O_RDONLY);
    if (file < 0) {
        perror(argv[1]);
        return 66;
    }
    size_t held = 0, used = 24;
    unsigned long long packets = 0, total = 0;
    for (ssize_t got; (got = read(file, buffer + held, sizeof buffer - held)) > 0;) {
        held += (size_t)got;
        while (used + 16 <= held) {
            uint32_t lengths[2];
            memcpy(lengths, buffer + used + 8, sizeof lengths);
            if (lengths[0] > 1 << 18) return 65;
            if (used + 16 + lengths[0] > held) break;
            used += 16 + lengths[0];
            packets++;
            total += lengths[1];
        }
        if (used > held) used = held;   /* a file shorter than its header */
        held -= used;
        memmove(buffer, buffer + used, held);
        used = 0;
    }
    printf("%llu packets, %llu bytes\n", packets, total);
    return 0;
}
