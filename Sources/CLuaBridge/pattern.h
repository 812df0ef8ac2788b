// Lua's patterns, bounded. The stock matcher backtracks for as long as it likes, where no hook reaches; this one counts
// its steps, looks at the interrupt flag every few thousand of them, and gives up when a call has used its budget.
// Everything else is as the reference manual has it, §6.4.1; the tests compare both on generated patterns.
#ifndef SPL_PATTERN_H
#define SPL_PATTERN_H

#include "internal.h"

#define SPL_MAX_CAPTURES 32
// Steps between two looks at the interrupt flag.
#define SPL_STEPS_PER_LOOK 4096

// One element of a pattern. What is malformed becomes an element that raises when the matcher gets to it, and not
// before: that, too, is how Lua does it.
typedef struct {
    uint8_t kind, quantifier;
    uint8_t first, second;  // the byte, %b's delimiters, %1's number, or which message
    uint64_t set[4];        // bytes that match
} spl_element;

enum { SPL_CAPTURE_OPEN = -1, SPL_CAPTURE_POSITION = -2 };

typedef struct {
    lua_State *L;
    const char *start, *end;  // the subject
    const spl_element *elements;
    int depth;
    uint64_t steps, next_look, budget;
    int level;
    struct {
        const char *start;
        ptrdiff_t length;
    } captures[SPL_MAX_CAPTURES];
} spl_matcher;

// Number of elements of a pattern; fills `elements` with them unless it is NULL.
size_t spl_compile_pattern(const char *pattern, size_t length, spl_element *elements);
void spl_begin_matching(spl_matcher *m, lua_State *L, const char *subject, size_t length, const spl_element *elements);
// The end of a match that begins at `s`; NULL if there is none.
const char *spl_match_at(spl_matcher *m, const char *s);
// Counts work; raises when the script must stop, or the call's budget is used up.
void spl_spend(spl_matcher *m, uint64_t steps);

// strings.c
void spl_open_strings(lua_State *L);

#endif
