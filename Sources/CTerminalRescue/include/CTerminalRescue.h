/* Gives the terminal back when the process dies of a trap, and tells signals through a pipe.

   Everything that runs inside a signal handler is here, in C: nothing of it allocates or locks. */
#ifndef INQUEST_CTERMINALRESCUE_H
#define INQUEST_CTERMINALRESCUE_H

/* Remembers the state of the terminal on standard input, to which it is brought back. */
void terminal_rescue_remember(void);

/* What is written to standard output on the way back, after `leave` of terminfo; at most 255 bytes,
   longer ones are ignored. */
void terminal_rescue_set_leave(const char *sequence);

/* From now on SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS and SIGFPE bring the terminal back before
   they do what they did before. */
void terminal_rescue_arm(void);
/* The terminal is not ours now (`arm` makes it ours again): crashes leave it alone. */
void terminal_rescue_disarm(void);

/* SIGWINCH, SIGTERM and SIGHUP write one byte to `descriptor`: 'w', 't', 'h'.
   SIGCONT writes 'c'. The second SIGTERM ends the process at once, terminal restored. */
void terminal_rescue_tell_signals(int descriptor);

/* Stops the process group as ^Z does; comes back when it is continued. */
void terminal_rescue_stop(void);

#endif
