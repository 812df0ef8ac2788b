#if defined(__linux__)
#define _GNU_SOURCE  // uselocale
#endif
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include <histedit.h>

#include "CLineEditor.h"
#include "keys.h"
#include "text.h"

#define HISTORY_SIZE 1000

struct slt_editor {
    EditLine *el;
    HistoryW *history;
    FILE *input, *output;
    slt_host host;
    locale_t locale;
    int wake[2];     // a byte for each thing that happened: o output, l look at the terminal, i interrupt, e end
    int ending;      // SLT_LINE unless the read was ended from outside
    int columns;
    wchar_t *prompt;
    int prompt_width;
    slt_keys keys;
    bool marks_pastes;  // the terminal can be asked to say what is pasted
    bool is_suspended;
    wchar_t *shown;     // the line as libedit has shown it last
    size_t shown_length, shown_room, shown_place;
    int shown_rows;     // those below its first one
};

// --- The terminal -----------------------------------------------------------------------------------------------

static int columns_now(slt_editor *editor) {
    struct winsize size;
    if (ioctl(fileno(editor->output), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

// While a line is edited the terminal may be set to do nothing on its own.
static void show(slt_editor *editor, const char *bytes, size_t length) {
    struct termios attributes;
    bool returns = tcgetattr(fileno(editor->output), &attributes) == 0 && (attributes.c_oflag & OPOST) != 0;
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n' && !returns) fputc('\r', editor->output);
        fputc(bytes[i], editor->output);
    }
    fflush(editor->output);
}

// The terminal is the editor's, or the shell's and the programs' again.
static void prepare(slt_editor *editor, bool is_editing) {
    el_wset(editor->el, EL_PREP_TERM, is_editing ? 1 : 0);
    struct termios attributes;
    if (is_editing && tcgetattr(fileno(editor->input), &attributes) == 0) {
        // Ctrl-Z is a key like others: before the process stops the terminal must be as it was.
        attributes.c_cc[VSUSP] = _POSIX_VDISABLE;
        tcsetattr(fileno(editor->input), TCSADRAIN, &attributes);
    }
    if (!editor->marks_pastes) return;
    fputs(is_editing ? "\033[?2004h" : "\033[?2004l", editor->output);
    fflush(editor->output);
}

// In which of its rows a line's place is.
static int row_of(slt_editor *editor, const wchar_t *place) {
    const LineInfoW *line = el_wline(editor->el);
    return slt_row_of(line->buffer, line->lastchar, place, editor->prompt_width, columns_now(editor));
}

// Takes the prompt and the line off the screen; libedit draws them anew with EL_REFRESH, from where the cursor is.
static void erase(slt_editor *editor) {
    const LineInfoW *line = el_wline(editor->el);
    int row = row_of(editor, line->cursor);
    if (row > 0) fprintf(editor->output, "\033[%dA", row);
    fputs("\r\033[J", editor->output);
    fflush(editor->output);
}

static void draw(slt_editor *editor) { el_wset(editor->el, EL_REFRESH); }

static void follow_size(slt_editor *editor) {
    int columns = columns_now(editor);
    if (columns == editor->columns) return;
    editor->columns = columns;
    erase(editor);
    el_resize(editor->el);
    draw(editor);
}

// After a stop the shell has set the terminal as it likes it, and the cursor is on a line of its own.
static void follow_terminal(slt_editor *editor) {
    struct termios attributes;
    if (tcgetattr(fileno(editor->input), &attributes) != 0 || (attributes.c_lflag & ICANON) == 0) {
        follow_size(editor);
        return;
    }
    el_wset(editor->el, EL_PREP_TERM, 0);
    prepare(editor, true);
    editor->columns = columns_now(editor);
    el_resize(editor->el);
    draw(editor);
}

// What the line is now, as it is on the screen.
static void note_shown(slt_editor *editor) {
    const LineInfoW *line = el_wline(editor->el);
    size_t length = (size_t)(line->lastchar - line->buffer);
    if (length > editor->shown_room) {
        wchar_t *larger = realloc(editor->shown, 2 * length * sizeof *larger);
        if (larger == NULL) return;
        editor->shown = larger;
        editor->shown_room = 2 * length;
    }
    if (length > 0) wmemcpy(editor->shown, line->buffer, length);
    editor->shown_length = length;
}

// Where a line over several rows changes anywhere but at its end libedit puts parts of it into the wrong places: it moves
// what is on the screen, and forgets that characters of one row get into the next. Among characters of two cells it loses
// count of the columns, too, and the cursor with it.
static void mend(slt_editor *editor) {
    const LineInfoW *line = el_wline(editor->el);
    size_t length = (size_t)(line->lastchar - line->buffer), place = (size_t)(line->cursor - line->buffer);
    size_t common = length < editor->shown_length ? length : editor->shown_length;
    int rows = row_of(editor, line->lastchar);
    // What is typed at the end, or taken away there, is no trouble.
    bool has_changed = common > 0 && wmemcmp(editor->shown, line->buffer, common) != 0;
    if (length != editor->shown_length && place != length) has_changed = true;
    bool has_moved = length == editor->shown_length && place != editor->shown_place;
    bool is_wrapped = rows > 0 || editor->shown_rows > 0;
    bool is_wide = (has_changed || has_moved) && slt_has_wide(line->buffer, line->lastchar);
    if (has_changed ? is_wrapped || is_wide : has_moved && is_wide) {
        erase(editor);
        draw(editor);
    }
    note_shown(editor);
    editor->shown_rows = rows;
    editor->shown_place = place;
}

static void show_output(slt_editor *editor) {
    size_t length = 0;
    char *bytes = editor->host.take_output(editor->host.context, &length);
    if (bytes == NULL) return;
    if (length > 0) {
        erase(editor);
        show(editor, bytes, length);
        draw(editor);
    }
    free(bytes);
}

// --- Keys -------------------------------------------------------------------------------------------------------

// Whether the read goes on.
static bool take_wakes(slt_editor *editor) {
    char what[64];
    ssize_t count = read(editor->wake[0], what, sizeof what);
    bool has_output = false, has_changed = false;
    for (ssize_t i = 0; i < count; i++) {
        if (what[i] == 'o') has_output = true;
        if (what[i] == 'l') has_changed = true;
        if (what[i] == 'i' && editor->ending == SLT_LINE) editor->ending = SLT_INTERRUPTED;
        if (what[i] == 'e') editor->ending = SLT_END;
    }
    if (has_changed) follow_terminal(editor);
    if (has_output) show_output(editor);
    return editor->ending == SLT_LINE;
}

static bool wait_for_input(slt_editor *editor) {
    struct pollfd ready[2] = {
        {.fd = fileno(editor->input), .events = POLLIN},
        {.fd = editor->wake[0], .events = POLLIN},
    };
    // A process that was asked to stop and goes on all the same, as one without a shell does, finds out after a moment.
    int found = poll(ready, 2, editor->is_suspended ? 300 : -1);
    if (found < 0 && errno != EINTR) return false;
    if (editor->is_suspended) {
        editor->is_suspended = false;
        follow_terminal(editor);
    }
    if (found <= 0) return true;
    if (ready[1].revents != 0 && !take_wakes(editor)) {
        slt_keys_clear(&editor->keys);
        // The line stays to be read; what comes next begins below it.
        erase(editor);
        el_cursor(editor->el, INT_MAX / 2);
        draw(editor);
        if (editor->ending == SLT_INTERRUPTED) show(editor, "^C", 2);
        show(editor, "\n", 1);
        return false;
    }
    if (ready[0].revents == 0) return true;
    // One byte at a time: what is typed ahead stays for the next reader.
    char byte;
    ssize_t count = read(fileno(editor->input), &byte, 1);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return true;
    if (count <= 0) return false;
    follow_size(editor);
    slt_keys_take(&editor->keys, byte);
    return true;
}

// Puts the next line of what was pasted where the cursor is.
//
// Returns whether it ends the line.
static bool take_paste(slt_editor *editor) {
    bool ends = false;
    char *text = slt_keys_take_paste(&editor->keys, &ends);
    if (text == NULL) return false;
    wchar_t *wide = slt_widened(text);
    free(text);
    if (wide != NULL && wide[0] != 0) {
        erase(editor);
        el_winsertstr(editor->el, wide);
        draw(editor);
        note_shown(editor);
    }
    free(wide);
    return ends;
}

static int next_key(EditLine *el, wchar_t *key) {
    slt_editor *editor;
    if (el_wget(el, EL_CLIENTDATA, &editor) != 0) return -1;
    mend(editor);
    while (!slt_keys_next(&editor->keys, key)) {
        if (take_paste(editor)) {
            *key = L'\n';
            return 1;
        }
        if (!wait_for_input(editor)) return editor->ending == SLT_LINE ? -1 : 0;
    }
    return 1;
}

static unsigned char complete(EditLine *el, int key) {
    (void)key;
    slt_editor *editor;
    if (el_wget(el, EL_CLIENTDATA, &editor) != 0) return CC_ERROR;
    const LineInfoW *line = el_wline(el);
    const wchar_t *first = line->buffer;
    while (first < line->cursor && (*first == L' ' || *first == L'\t')) first++;
    // There is nothing to complete: it indents.
    if (first == line->cursor) return el_winsertstr(el, L"  ") == 0 ? CC_REFRESH : CC_ERROR;
    char *before = slt_narrowed(line->buffer, (size_t)(line->cursor - line->buffer));
    if (before == NULL) return CC_ERROR;
    char *insert = NULL, *list = NULL;
    editor->host.complete(editor->host.context, before, columns_now(editor), &insert, &list);
    free(before);
    unsigned char result = CC_ERROR;
    if (insert != NULL) {
        wchar_t *wide = slt_widened(insert);
        if (wide != NULL && wide[0] != 0 && el_winsertstr(el, wide) == 0) result = CC_REFRESH;
        free(wide);
        free(insert);
    }
    if (list != NULL) {
        line = el_wline(el);
        int below = row_of(editor, line->lastchar) - row_of(editor, line->cursor);
        for (int i = 0; i < below; i++) fputc('\n', editor->output);
        show(editor, "\n", 1);
        show(editor, list, strlen(list));
        free(list);
        draw(editor);
        result = CC_NORM;
    }
    return result;
}

// The shell takes over until the process goes on.
static unsigned char suspend(EditLine *el, int key) {
    (void)key;
    slt_editor *editor;
    if (el_wget(el, EL_CLIENTDATA, &editor) != 0) return CC_ERROR;
    const LineInfoW *line = el_wline(el);
    int below = row_of(editor, line->lastchar) - row_of(editor, line->cursor);
    for (int i = 0; i < below; i++) fputc('\n', editor->output);
    show(editor, "\n", 1);
    prepare(editor, false);
    editor->is_suspended = true;
    // As the terminal would: all of the job that it belongs to.
    pid_t group = tcgetpgrp(fileno(editor->input));
    kill(group > 0 && group == getpgrp() ? 0 : getpid(), SIGTSTP);
    return CC_NORM;
}

static wchar_t *prompt(EditLine *el) {
    static wchar_t none[] = L"";
    slt_editor *editor;
    if (el_wget(el, EL_CLIENTDATA, &editor) != 0 || editor->prompt == NULL) return none;
    return editor->prompt;
}

// --- Life -------------------------------------------------------------------------------------------------------

static bool open_pipe(int ends[2]) {
    if (pipe(ends) != 0) return false;
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

static FILE *open_copy(int descriptor, const char *mode) {
    int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
    FILE *file = copy >= 0 ? fdopen(copy, mode) : NULL;
    if (file == NULL && copy >= 0) close(copy);
    return file;
}

static void bind_keys(EditLine *el) {
    el_wset(el, EL_EDITOR, L"emacs");
    el_wset(el, EL_ADDFN, L"speedpix-complete", L"Completes a name", complete);
    el_wset(el, EL_ADDFN, L"speedpix-suspend", L"Stops the process", suspend);
    static const wchar_t *const keys[][2] = {
        {L"^I", L"speedpix-complete"}, {L"^Z", L"speedpix-suspend"},   {L"^R", L"em-inc-search-prev"},
        {L"\\e[3~", L"ed-delete-next-char"}, {L"\\e[H", L"ed-move-to-beg"}, {L"\\e[F", L"ed-move-to-end"},
        {L"\\e[1;5C", L"em-next-word"}, {L"\\e[1;5D", L"ed-prev-word"},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) el_wset(el, EL_BIND, keys[i][0], keys[i][1], NULL);
}

slt_editor *slt_open(int input, int output, const char *term, slt_host host) {
    slt_editor *editor = calloc(1, sizeof *editor);
    if (editor == NULL) return NULL;
    editor->host = host;
    editor->wake[0] = editor->wake[1] = -1;
    editor->marks_pastes = term != NULL && term[0] != 0 && strcmp(term, "dumb") != 0;
    editor->locale = slt_utf8_locale();
    locale_t before = editor->locale != (locale_t)0 ? uselocale(editor->locale) : (locale_t)0;
    editor->input = open_copy(input, "r");
    editor->output = open_copy(output, "w");
    editor->history = history_winit();
    bool is_ready = editor->input != NULL && editor->output != NULL && editor->history != NULL && open_pipe(editor->wake);
    if (is_ready) editor->el = el_init("speedpix", editor->input, editor->output, editor->output);
    if (editor->el != NULL) {
        HistEventW event;
        history_w(editor->history, &event, H_SETSIZE, HISTORY_SIZE);
        history_w(editor->history, &event, H_SETUNIQUE, 1);
        el_wset(editor->el, EL_CLIENTDATA, editor);
        if (term != NULL) el_wset(editor->el, EL_TERMINAL, term);
        el_wset(editor->el, EL_HIST, history_w, editor->history);
        el_wset(editor->el, EL_PROMPT_ESC, prompt, L'\1');
        el_wset(editor->el, EL_GETCFN, next_key);
        bind_keys(editor->el);
        editor->columns = columns_now(editor);
    }
    if (before != (locale_t)0) uselocale(before);
    if (editor->el != NULL) return editor;
    slt_close(editor);
    return NULL;
}

void slt_close(slt_editor *editor) {
    if (editor->el != NULL) el_end(editor->el);
    if (editor->history != NULL) history_wend(editor->history);
    if (editor->input != NULL) fclose(editor->input);
    if (editor->output != NULL) fclose(editor->output);
    for (int i = 0; i < 2; i++)
        if (editor->wake[i] >= 0) close(editor->wake[i]);
    if (editor->locale != (locale_t)0) freelocale(editor->locale);
    free(editor->prompt);
    free(editor->keys.paste);
    free(editor->shown);
    free(editor);
}

static void signal_reader(slt_editor *editor, char what) {
    // A full pipe has news enough to wake the reader.
    ssize_t written = write(editor->wake[1], &what, 1);
    (void)written;
}

// A Ctrl-C that came when its line had just ended is not meant for the next one, but for what was to follow: the rest of
// what was pasted.
static void forget_interrupts(slt_editor *editor) {
    char what[64];
    ssize_t count = read(editor->wake[0], what, sizeof what);
    for (ssize_t i = 0; i < count; i++) {
        if (what[i] == 'i') slt_keys_clear(&editor->keys);
        else signal_reader(editor, what[i]);
    }
}

int32_t slt_read(slt_editor *editor, const char *prompt, char **line) {
    // Of this thread only: the rest of the process keeps the locale that it has.
    locale_t before = editor->locale != (locale_t)0 ? uselocale(editor->locale) : (locale_t)0;
    free(editor->prompt);
    editor->prompt = slt_widened(prompt);
    editor->prompt_width = editor->prompt != NULL ? slt_prompt_width(editor->prompt) : 0;
    editor->ending = SLT_LINE;
    forget_interrupts(editor);
    if (editor->columns != columns_now(editor)) {
        editor->columns = columns_now(editor);
        el_resize(editor->el);
    }
    // Before the prompt: keys that come right behind it would be echoed by the terminal as well.
    prepare(editor, true);
    editor->shown_length = 0;
    editor->shown_rows = 0;
    editor->shown_place = 0;
    int count = 0;
    const wchar_t *text = el_wgets(editor->el, &count);
    prepare(editor, false);
    int32_t result = editor->ending;
    *line = NULL;
    if (result == SLT_LINE && (text == NULL || count <= 0)) {
        // Ctrl-D leaves the cursor behind the prompt.
        show(editor, "\n", 1);
        result = SLT_END;
    }
    if (result == SLT_LINE) {
        size_t length = (size_t)count;
        while (length > 0 && (text[length - 1] == L'\n' || text[length - 1] == L'\r')) length--;
        *line = slt_narrowed(text, length);
        if (*line == NULL) result = SLT_END;
    }
    if (before != (locale_t)0) uselocale(before);
    return result;
}

void slt_remember(slt_editor *editor, const char *line) {
    locale_t before = editor->locale != (locale_t)0 ? uselocale(editor->locale) : (locale_t)0;
    wchar_t *wide = slt_widened(line);
    HistEventW event;
    if (wide != NULL) history_w(editor->history, &event, H_ENTER, wide);
    free(wide);
    if (before != (locale_t)0) uselocale(before);
}

void slt_wake(slt_editor *editor) { signal_reader(editor, 'o'); }
void slt_refresh_terminal(slt_editor *editor) { signal_reader(editor, 'l'); }
void slt_interrupt(slt_editor *editor, bool ends) { signal_reader(editor, ends ? 'e' : 'i'); }
