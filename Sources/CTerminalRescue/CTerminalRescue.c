#define _GNU_SOURCE
#include "CTerminalRescue.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { LEAVE_SIZE = 256 };

static struct termios saved;
static volatile sig_atomic_t has_saved;
static char leave[LEAVE_SIZE];
static volatile sig_atomic_t leave_length;
static volatile sig_atomic_t armed;
static volatile sig_atomic_t pipe_end = -1;
static volatile sig_atomic_t terminations;

static const int fatal[] = {SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE};
enum { FATAL_COUNT = sizeof fatal / sizeof fatal[0] };
static struct sigaction former[FATAL_COUNT];
static int installed;

void terminal_rescue_remember(void) { has_saved = tcgetattr(STDIN_FILENO, &saved) == 0; }

void terminal_rescue_set_leave(const char *sequence)
{
    size_t length = strlen(sequence);
    if (length >= LEAVE_SIZE) return;
    memcpy(leave, sequence, length + 1);
    leave_length = (sig_atomic_t)length;
}

static void restore(void)
{
    if (!armed) return;
    armed = 0;
    const char *rest = leave;
    size_t length = (size_t)leave_length;
    while (length > 0) {
        ssize_t count = write(STDOUT_FILENO, rest, length);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        rest += count;
        length -= (size_t)count;
    }
    if (has_saved) tcsetattr(STDIN_FILENO, TCSANOW, &saved);
}

static void on_fatal(int number)
{
    restore();
    for (int index = 0; index < FATAL_COUNT; index++)
        if (fatal[index] == number) sigaction(number, &former[index], NULL);
    raise(number);
}

void terminal_rescue_arm(void)
{
    armed = 1;
    if (installed) return;
    installed = 1;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_fatal;
    sigemptyset(&action.sa_mask);
    sigset_t heard;
    sigemptyset(&heard);
    for (int index = 0; index < FATAL_COUNT; index++) {
        sigaction(fatal[index], &action, &former[index]);
        sigaddset(&heard, fatal[index]);
    }
    /* Programs that start us from a thread may leave them blocked. */
    sigprocmask(SIG_UNBLOCK, &heard, NULL);
}

void terminal_rescue_disarm(void) { armed = 0; }

static void on_told(int number)
{
    int before = errno;
    char letter = number == SIGWINCH ? 'w' : number == SIGCONT ? 'c' : number == SIGHUP ? 'h' : 't';
    if (letter == 't' && terminations++ > 0) {
        restore();
        _exit(128 + number);
    }
    if (pipe_end >= 0) (void)!write(pipe_end, &letter, 1);
    errno = before;
}

void terminal_rescue_tell_signals(int descriptor)
{
    static const int told[] = {SIGWINCH, SIGTERM, SIGHUP, SIGCONT};
    pipe_end = descriptor;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_told;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigset_t heard;
    sigemptyset(&heard);
    sigaddset(&heard, SIGTSTP);
    for (size_t index = 0; index < sizeof told / sizeof told[0]; index++) {
        sigaction(told[index], &action, NULL);
        sigaddset(&heard, told[index]);
    }
    sigprocmask(SIG_UNBLOCK, &heard, NULL);
}

void terminal_rescue_stop(void)
{
    struct sigaction plain, before;
    memset(&plain, 0, sizeof plain);
    plain.sa_handler = SIG_DFL;
    sigemptyset(&plain.sa_mask);
    sigaction(SIGTSTP, &plain, &before);
    kill(0, SIGTSTP);
    sigaction(SIGTSTP, &before, NULL);
}
