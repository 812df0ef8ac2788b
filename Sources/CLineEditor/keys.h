// What arrives from a terminal, byte by byte, as keys: whole escape sequences, and pasted text apart from what is typed.
#ifndef CLINEEDITOR_KEYS_H
#define CLINEEDITOR_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

typedef struct {
    wchar_t ready[8];  // keys that are complete
    int ready_count, ready_at;
    char sequence[32];  // the beginning of an escape sequence
    int length;
    bool is_meta;     // two escapes began it
    bool is_pasting;  // what comes is pasted, until the terminal says that it ends
    char *paste;      // pasted text
    size_t paste_at;  // how much of it has been taken
    size_t paste_length, paste_room;
    mbstate_t state;
} slt_keys;

// What the terminal sends for a key may be several bytes: a key that is complete is ready afterwards.
void slt_keys_take(slt_keys *keys, char byte);
// Whether there was one.
bool slt_keys_next(slt_keys *keys, wchar_t *key);
// Takes the next line of what was pasted, made with malloc; `*ends` says whether a line break followed it.
// NULL if there is nothing, or it is still being pasted.
char *slt_keys_take_paste(slt_keys *keys, bool *ends);
// Forgets what was begun, and what was pasted.
void slt_keys_clear(slt_keys *keys);

#endif
