// Plain liblua, driven from C: what the same script costs without LuaRuntime.
#ifndef CREFERENCE_H
#define CREFERENCE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct reference reference;

// A state with all libraries and one more global, `add`: three integers in, their sum out. NULL if memory ran out.
reference *reference_open(void);
void reference_close(reference *state);
bool reference_load(reference *state, const char *source);
// Runs what was loaded; false if it raised.
bool reference_run(reference *state);
// Bytes that the process has from malloc.
size_t reference_allocated_bytes(void);

#endif
