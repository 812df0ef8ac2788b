#if defined(__linux__)
#define _GNU_SOURCE  // wcwidth
#endif
#include "text.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

locale_t slt_utf8_locale(void) {
    static const char *const names[] = {"", "C.UTF-8", "en_US.UTF-8", "UTF-8"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        locale_t locale = newlocale(LC_CTYPE_MASK, names[i], (locale_t)0);
        if (locale == (locale_t)0) continue;
        if (strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0) return locale;
        freelocale(locale);
    }
    return (locale_t)0;
}

wchar_t *slt_widened(const char *text) {
    size_t size = strlen(text) + 1;
    wchar_t *wide = calloc(size, sizeof *wide);
    if (wide == NULL) return NULL;
    mbstate_t state = {0};
    size_t at = 0, length = 0;
    while (text[at] != 0) {
        size_t used = mbrtowc(&wide[length], text + at, size - at, &state);
        if (used == (size_t)-1 || used == (size_t)-2) {
            memset(&state, 0, sizeof state);
            wide[length] = L'?';
            used = 1;
        }
        at += used;
        length++;
    }
    return wide;
}

char *slt_narrowed(const wchar_t *wide, size_t length) {
    char *text = malloc(length * MB_CUR_MAX + 1);
    if (text == NULL) return NULL;
    mbstate_t state = {0};
    size_t at = 0;
    for (size_t i = 0; i < length; i++) {
        size_t used = wcrtomb(text + at, wide[i], &state);
        if (used == (size_t)-1) {
            memset(&state, 0, sizeof state);
            text[at] = '?';
            used = 1;
        }
        at += used;
    }
    text[at] = 0;
    return text;
}

int slt_prompt_width(const wchar_t *text) {
    int width = 0;
    bool is_hidden = false;
    for (; *text != 0; text++) {
        if (*text == 1)
            is_hidden = !is_hidden;
        else if (!is_hidden) {
            int one = wcwidth(*text);
            width += one < 0 ? 2 : one;
        }
    }
    return width;
}

bool slt_has_wide(const wchar_t *start, const wchar_t *end) {
    for (; start < end; start++)
        if (wcwidth(*start) > 1) return true;
    return false;
}

typedef struct {
    int row, column, columns;
} screen_place;

static void advance(screen_place *place, int width) {
    // One that would be cut in two leaves the end of the row empty.
    if (place->column + width > place->columns) {
        place->row++;
        place->column = 0;
    }
    place->column += width;
    if (place->column >= place->columns) {
        place->row++;
        place->column = 0;
    }
}

int slt_row_of(const wchar_t *start, const wchar_t *end, const wchar_t *place, int prompt_width, int columns) {
    screen_place at = {.row = prompt_width / columns, .column = prompt_width % columns, .columns = columns};
    for (const wchar_t *one = start; one < place; one++) {
        int width = wcwidth(*one);
        if (*one == L'\n') {
            at.row++;
            at.column = 0;
        } else if (*one == L'\t') {
            do advance(&at, 1);
            while (at.column % 8 != 0);
        } else if (iswcntrl((wint_t)*one)) {
            // Shown as ^X.
            advance(&at, 1);
            advance(&at, 1);
        } else if (width < 0) {
            // Shown as \U+XXXX.
            for (int i = 0; i < (*one > 0xFFFF ? 8 : 7); i++) advance(&at, 1);
        } else {
            advance(&at, width);
        }
    }
    // The cursor stands on the next character, wherever that is.
    if (place < end && wcwidth(*place) > 1 && at.column + wcwidth(*place) > columns) at.row++;
    return at.row;
}
