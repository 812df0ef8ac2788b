#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static _Thread_local spx_warnings *collecting;

void spx_collect_warnings(spx_warnings *warnings)
{
    if (warnings) {
        warnings->count = 0;
        if (warnings->capacity > 0)
            warnings->text[0] = '\0';
    }
    collecting = warnings;
}

void spx_note_warning(const char *message)
{
    static const char counted[] = "read gave ";
    spx_warnings *to = collecting;

    if (!to)
        return;

    // libvips' JPEG loader says how many there were, and then the text of the first. It opens a file more than once
    // (for its header, and for its pixels), so the larger number is the one of all.
    if (strncmp(message, counted, sizeof counted - 1) == 0) {
        int number = atoi(message + sizeof counted - 1);
        if (number > to->count)
            to->count = number;
        return;
    }

    size_t used = strlen(to->text);
    size_t length = strcspn(message, "\n");
    char line[256];
    snprintf(line, sizeof line, "%.*s", (int)length, message);
    // The same warning once more is left out.
    if (length == 0 || strstr(to->text, line) || used + strlen(line) + 2 > to->capacity)
        return;
    snprintf(to->text + used, to->capacity - used, "%s\n", line);
    if (to->count == 0)
        to->count = 1;
}
