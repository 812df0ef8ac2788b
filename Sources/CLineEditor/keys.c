#include "keys.h"

#include <stdlib.h>
#include <string.h>

#define ESCAPE '\033'

static void ready(slt_keys *keys, const wchar_t *text) {
    for (; *text != 0 && keys->ready_count < (int)(sizeof keys->ready / sizeof *keys->ready); text++)
        keys->ready[keys->ready_count++] = *text;
}

bool slt_keys_next(slt_keys *keys, wchar_t *key) {
    if (keys->ready_at == keys->ready_count) return false;
    *key = keys->ready[keys->ready_at++];
    if (keys->ready_at == keys->ready_count) keys->ready_at = keys->ready_count = 0;
    return true;
}

// --- Sequences --------------------------------------------------------------------------------------------------

// The keys that the editor knows, whatever the terminal calls them and whatever is held down with them. All others are
// none: half of their sequence would become text.
static void finish(slt_keys *keys) {
    const char *text = keys->sequence;
    char last = text[keys->length - 1];
    int number = atoi(text + 2);
    const char *rest = strchr(text, ';');
    // 1 and what is held down: 1 shift, 2 alt, 4 control.
    int held = rest != NULL ? atoi(rest + 1) - 1 : 0;
    if (keys->is_meta) held |= 2;
    keys->length = 0;
    keys->is_meta = false;
    switch (last) {
    case 'A': ready(keys, L"\033[A"); break;
    case 'B': ready(keys, L"\033[B"); break;
    case 'C': ready(keys, (held & ~1) > 0 ? L"\033[1;5C" : L"\033[C"); break;
    case 'D': ready(keys, (held & ~1) > 0 ? L"\033[1;5D" : L"\033[D"); break;
    case 'H': ready(keys, L"\033[H"); break;
    case 'F': ready(keys, L"\033[F"); break;
    case 'M':
        // Enter on the number pad.
        if (text[1] == 'O') ready(keys, L"\n");
        break;
    case '~':
        if (number == 1 || number == 7) ready(keys, L"\033[H");
        if (number == 4 || number == 8) ready(keys, L"\033[F");
        if (number == 3) ready(keys, L"\033[3~");
        if (number == 200) keys->is_pasting = true;
        break;
    default: break;
    }
}

static void take_in_sequence(slt_keys *keys, char byte) {
    if (keys->length == 1 && byte == ESCAPE) {
        keys->is_meta = true;
        return;
    }
    if (keys->length < (int)sizeof keys->sequence - 1) keys->sequence[keys->length++] = byte;
    keys->sequence[keys->length] = 0;
    if (keys->length == 2) {
        if (byte == '[' || byte == 'O') return;
        // A key with alt.
        wchar_t both[] = {ESCAPE, (unsigned char)byte, 0};
        keys->length = 0;
        keys->is_meta = false;
        ready(keys, both);
        return;
    }
    // F1 to F5 of the Linux console have a second bracket, and rxvt ends some with a dollar.
    bool goes_on = (unsigned char)byte < 0x40 && byte != '$';
    if (keys->length == 3 && byte == '[' && keys->sequence[1] == '[') goes_on = true;
    if (!goes_on) finish(keys);
}

// --- Pasted text ------------------------------------------------------------------------------------------------

static void take_pasted(slt_keys *keys, char byte) {
    static const char end[] = "\033[201~";
    const size_t length = sizeof end - 1;
    if (keys->paste_length == keys->paste_room) {
        size_t room = keys->paste_room == 0 ? 1024 : 2 * keys->paste_room;
        char *larger = realloc(keys->paste, room);
        // Without memory there is no text, but its end is looked for all the same.
        if (larger == NULL) {
            keys->paste_length = 0;
            if (keys->paste_room == 0) return;
        } else {
            keys->paste = larger;
            keys->paste_room = room;
        }
    }
    keys->paste[keys->paste_length++] = byte;
    if (keys->paste_length < length || memcmp(keys->paste + keys->paste_length - length, end, length) != 0) return;
    keys->paste_length -= length;
    keys->is_pasting = false;
}

char *slt_keys_take_paste(slt_keys *keys, bool *ends) {
    if (keys->is_pasting || keys->paste_length == 0) return NULL;
    const char *text = keys->paste + keys->paste_at;
    size_t left = keys->paste_length - keys->paste_at, length = 0;
    while (length < left && text[length] != '\n' && text[length] != '\r') length++;
    char *line = malloc(length + 1);
    if (line == NULL) return NULL;
    size_t kept = 0;
    // Text ends at a zero byte, for libedit as for C.
    for (size_t i = 0; i < length; i++)
        if (text[i] != 0) line[kept++] = text[i];
    line[kept] = 0;
    *ends = length < left;
    if (*ends) length += text[length] == '\r' && length + 1 < left && text[length + 1] == '\n' ? 2 : 1;
    keys->paste_at += length;
    if (keys->paste_at == keys->paste_length) keys->paste_at = keys->paste_length = 0;
    return line;
}

// --- Bytes ------------------------------------------------------------------------------------------------------

void slt_keys_take(slt_keys *keys, char byte) {
    if (keys->is_pasting) {
        take_pasted(keys, byte);
    } else if (keys->length > 0) {
        take_in_sequence(keys, byte);
    } else if (byte == ESCAPE) {
        keys->sequence[keys->length++] = byte;
    } else {
        wchar_t text[2] = {0, 0};
        size_t used = mbrtowc(text, &byte, 1, &keys->state);
        if (used == (size_t)-2) return;  // the rest of a character is still to come
        if (used == (size_t)-1) {
            memset(&keys->state, 0, sizeof keys->state);
            text[0] = 0xFFFD;
        }
        // Ctrl-Space is a zero, and no key of the editor's.
        ready(keys, text);
    }
}

void slt_keys_clear(slt_keys *keys) {
    char *paste = keys->paste;
    size_t room = keys->paste_room;
    memset(keys, 0, sizeof *keys);
    keys->paste = paste;
    keys->paste_room = room;
}
