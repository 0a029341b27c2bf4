/* ncursesw with what Swift cannot import: globals, macros with casts, variadics. */
#ifndef INQUEST_CNCURSES_SHIM_H
#define INQUEST_CNCURSES_SHIM_H

#define NCURSES_WIDECHAR 1 /* before the include: declares wget_wch */
#define NCURSES_NOMACROS 1
#include <locale.h>
#include <langinfo.h>
#include <stdio.h>
#include <curses.h>

static inline SCREEN *cncurses_newterm(void) { return newterm(NULL, stdout, stdin); }
static inline WINDOW *cncurses_screen(void) { return stdscr; }
static inline attr_t cncurses_bold(void) { return A_BOLD; }
static inline attr_t cncurses_dim(void) { return A_DIM; }
static inline attr_t cncurses_underline(void) { return A_UNDERLINE; }
static inline attr_t cncurses_reverse(void) { return A_REVERSE; }
static inline int cncurses_color_pairs(void) { return COLOR_PAIRS; }
/* setlocale's name of the category and the codeset's are macros of different shapes. */
static inline void cncurses_use_locale(void) { setlocale(LC_ALL, ""); }
static inline const char *cncurses_codeset(void) { return nl_langinfo(CODESET); }
static inline const char *cncurses_capability(const char *name)
{
    char *text = tigetstr((char *)name);
    return text == (char *)-1 ? NULL : text;
}

#endif
