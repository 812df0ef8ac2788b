// A line of input, edited with libedit: its variadic calls and its callbacks are nothing that Swift could use.
//
// One thread reads; slt_wake, slt_refresh_terminal and slt_interrupt may be called from any.
#ifndef CLINEEDITOR_H
#define CLINEEDITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct slt_editor slt_editor;

typedef struct {
    void *context;
    // What is to be written above the line, in bytes that the callee made with malloc; NULL if there is nothing.
    char *(*take_output)(void *context, size_t *length);
    // What Tab does after `before`, the text up to the cursor: `*insert` is put there, and `*list` is shown below the
    // line. Both are made with malloc, or NULL.
    void (*complete)(void *context, const char *before, int32_t columns, char **insert, char **list);
} slt_host;

enum {
    SLT_LINE = 0,
    SLT_END = 1,
    SLT_INTERRUPTED = 2,
};

// Edits on a terminal that both descriptors stand for; they are duplicated. NULL if that is impossible.
slt_editor *slt_open(int input, int output, const char *term, slt_host host);
void slt_close(slt_editor *editor);
// Blocks until there is a line, and leaves it, without its line break, in `*line`, made with malloc.
// In the prompt, text between two bytes 1 is sent to the terminal and takes no room.
int32_t slt_read(slt_editor *editor, const char *prompt, char **line);
// Makes a line one that the arrow keys bring back.
void slt_remember(slt_editor *editor, const char *line);
// There is output for take_output.
void slt_wake(slt_editor *editor);
// The terminal has changed: its size, or how it is set, as it is when a stopped process goes on.
void slt_refresh_terminal(slt_editor *editor);
// Ends the read that is under way with SLT_INTERRUPTED, or SLT_END.
void slt_interrupt(slt_editor *editor, bool ends);

#endif
