// Text as libedit has it, and where it puts it on the screen. All of it asks the thread's locale.
#ifndef CLINEEDITOR_TEXT_H
#define CLINEEDITOR_TEXT_H

#include <locale.h>
#if defined(__APPLE__)
#include <xlocale.h>
#endif
#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

// One for UTF-8, also where the environment sets none: a script's text is UTF-8 everywhere.
locale_t slt_utf8_locale(void);
// Both made with malloc, or NULL; what is not text becomes question marks.
wchar_t *slt_widened(const char *text);
char *slt_narrowed(const wchar_t *wide, size_t length);
// Of a prompt: what stands between two bytes 1 takes no room.
int slt_prompt_width(const wchar_t *text);
bool slt_has_wide(const wchar_t *start, const wchar_t *end);
// In which row the cursor is before `place`, in a line from `start` to `end` behind a prompt.
int slt_row_of(const wchar_t *start, const wchar_t *end, const wchar_t *place, int prompt_width, int columns);

#endif
