// Which globals a chunk reads and writes, as its compiled form has it: a name is a global where the code indexes the
// chunk's own _ENV, whatever locals, parameters or other environments go by the same name. The chunk is dumped and the
// dump is read; it is never run.
//
// The dump's layout and the opcodes are those of Lua 5.4 (ldump.c, lopcodes.h); a dump of another kind is refused.
//
// `speedpix check` does not use this list: it reports options, fields and methods as well, and each with its column, and a
// dump has no columns (ScriptCheck, over a lexer). The session uses it, since there a name that is wrongly taken for a
// global, or not taken for one, changes what runs: only the compiler's own answer is exact.
#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct spl_globals {
    spl_global *list;
    size_t count, capacity;
    int32_t status;
    // How far it has been read.
    spl_compiled dump;
    size_t at;
    bool broken;
};

enum {
    MOVE = 0, LOADK = 3, LOADKX = 4, LOADNIL = 8, GETUPVAL = 9, SETUPVAL = 10, GETTABUP = 11, GETTABLE = 12, GETI = 13,
    GETFIELD = 14, SETTABUP = 15, SETTABLE = 16, SETI = 17, SETFIELD = 18, SELF = 20, MMBIN = 46, MMBINK = 48, CLOSE = 54,
    TEST = 66, CALL = 68, TAILCALL = 69, RETURN = 70, RETURN1 = 72, FORLOOP = 73, TFORLOOP = 77, SETLIST = 78, VARARG = 80,
    EXTRAARG = 82,
};

typedef struct {
    const char *text;  // NULL for a constant that is not a string
    size_t length;
} constant;

// What a register is known to hold.
typedef struct {
    bool is_environment;
    uint32_t constant;  // index + 1; 0 for anything else
} content;

typedef struct {
    const uint8_t *code;
    size_t instructions;
    constant *constants;
    size_t constant_count;
    bool *is_environment;  // upvalues
    size_t upvalues;
    int line;
} function;

static void run_out(spl_globals *g) {
    g->broken = true;
    g->status = SPL_OUT_OF_MEMORY;
}

// --- Reading the dump ---

static const uint8_t *take(spl_globals *g, size_t size) {
    if (g->broken || g->dump.size - g->at < size) {
        g->broken = true;
        return NULL;
    }
    const uint8_t *p = g->dump.bytes + g->at;
    g->at += size;
    return p;
}

static uint8_t take_byte(spl_globals *g) {
    const uint8_t *p = take(g, 1);
    return p != NULL ? *p : 0;
}

// Seven bits a byte, the highest first; the last byte has its top bit set.
static size_t take_size(spl_globals *g) {
    size_t value = 0;
    for (;;) {
        uint8_t byte = take_byte(g);
        if (g->broken || value >> (sizeof value * 8 - 7)) {
            g->broken = true;
            return 0;
        }
        value = value << 7 | (byte & 0x7F);
        if (byte & 0x80) return value;
    }
}

// A count of things that take at least `size` bytes each: no more than there are bytes left.
static size_t take_count(spl_globals *g, size_t size) {
    size_t count = take_size(g);
    if (count > (g->dump.size - g->at) / size) g->broken = true;
    return g->broken ? 0 : count;
}

static constant take_string(spl_globals *g) {
    size_t size = take_size(g);
    if (size == 0) return (constant){.text = NULL, .length = 0};
    return (constant){.text = (const char *)take(g, size - 1), .length = size - 1};
}

static constant take_constant(spl_globals *g) {
    switch (take_byte(g)) {
        case 0x03:
        case 0x13: take(g, 8); break;
        case 0x04:
        case 0x14: return take_string(g);
        case 0x00:
        case 0x01:
        case 0x11: break;
        default: g->broken = true;
    }
    return (constant){.text = NULL, .length = 0};
}

// --- Walking the code ---

static void add(spl_globals *g, constant name, int line, bool is_write) {
    if (name.text == NULL) return;
    if (g->count == g->capacity) {
        size_t capacity = g->capacity ? g->capacity * 2 : 32;
        spl_global *list = realloc(g->list, capacity * sizeof *list);
        if (list == NULL) {
            run_out(g);
            return;
        }
        g->list = list;
        g->capacity = capacity;
    }
    // The names stay where they are, in the dump.
    g->list[g->count++] = (spl_global){.name = name.text, .length = name.length, .line = line, .is_write = is_write};
}

static constant constant_at(const function *f, uint32_t index) {
    return index < f->constant_count ? f->constants[index] : (constant){.text = NULL, .length = 0};
}

static bool upvalue_at(const function *f, uint32_t index) { return index < f->upvalues && f->is_environment[index]; }

static void forget(content *registers, uint32_t from, uint32_t to) {
    for (; from <= to && from < 256; from++) registers[from] = (content){0};
}

static void walk(spl_globals *g, const function *f, content *registers, uint32_t instruction) {
    uint32_t op = instruction & 0x7F, a = instruction >> 7 & 0xFF, b = instruction >> 16 & 0xFF, c = instruction >> 24;
    switch (op) {
        case GETTABUP:
            if (upvalue_at(f, b)) add(g, constant_at(f, c), f->line, false);
            break;
        case SETTABUP:
            if (upvalue_at(f, a)) add(g, constant_at(f, b), f->line, true);
            return;
        // A function with many constants has the environment and the name in registers.
        case GETFIELD:
        case SELF:
            if (registers[b].is_environment && (op == GETFIELD || instruction >> 15 & 1))
                add(g, constant_at(f, c), f->line, false);
            break;
        case SETFIELD:
            if (registers[a].is_environment) add(g, constant_at(f, b), f->line, true);
            return;
        case GETTABLE:
            if (registers[b].is_environment && registers[c].constant > 0)
                add(g, constant_at(f, registers[c].constant - 1), f->line, false);
            break;
        case SETTABLE:
            if (registers[a].is_environment && registers[b].constant > 0)
                add(g, constant_at(f, registers[b].constant - 1), f->line, true);
            return;
        default: break;
    }
    // What the instruction leaves in its registers.
    if (op == MOVE) {
        registers[a] = registers[b];
    } else if (op == LOADK) {
        registers[a] = (content){.constant = (instruction >> 15) + 1};
    } else if (op == GETUPVAL) {
        registers[a] = (content){.is_environment = upvalue_at(f, b)};
    } else if (op == LOADNIL) {
        forget(registers, a, a + b);
    } else if (op == SELF) {
        registers[a + 1 < 256 ? a + 1 : a] = registers[b];
        registers[a] = (content){0};
    } else if (op == CALL || op == TAILCALL || op == VARARG) {
        forget(registers, a, 255);
    } else if (op >= FORLOOP && op <= TFORLOOP) {
        forget(registers, a, 255);
    } else if (!(op == SETUPVAL || op == SETI || (op >= MMBIN && op <= MMBINK) || (op >= CLOSE && op <= TEST)
                 || (op >= RETURN && op <= RETURN1) || op == SETLIST || op >= VARARG)) {
        registers[a] = (content){0};
    }
}

static uint32_t instruction_at(const uint8_t *p) {
    uint32_t value;
    memcpy(&value, p, sizeof value);
    return value;  // a dump is in the machine's own order
}

static void take_function(spl_globals *g, const bool *outer, size_t outer_count);

static void take_body(spl_globals *g, function *f, const bool *outer, size_t outer_count) {
    f->constant_count = take_count(g, 1);
    f->constants = calloc(f->constant_count + 1, sizeof *f->constants);
    if (f->constants == NULL) run_out(g);
    for (size_t i = 0; i < f->constant_count && !g->broken; i++) f->constants[i] = take_constant(g);
    f->upvalues = take_count(g, 3);
    f->is_environment = calloc(f->upvalues + 1, sizeof *f->is_environment);
    if (f->is_environment == NULL) run_out(g);
    for (size_t i = 0; i < f->upvalues && !g->broken; i++) {
        bool is_local = take_byte(g) != 0;
        size_t index = take_byte(g);
        take_byte(g);
        // The main function's only upvalue is the environment; an inner one's is, if it is its parent's upvalue.
        f->is_environment[i] = outer == NULL ? i == 0 : !is_local && index < outer_count && outer[index];
    }
    size_t children = take_count(g, 1);
    for (size_t i = 0; i < children && !g->broken; i++) take_function(g, f->is_environment, f->upvalues);

    size_t lines = take_count(g, 1);
    const uint8_t *deltas = take(g, lines);
    size_t absolutes = take_count(g, 2), next = 0;
    // Pairs of instruction and line, for lines that no delta reaches.
    size_t *absolute_lines = calloc(absolutes * 2 + 1, sizeof *absolute_lines);
    if (absolute_lines == NULL) run_out(g);
    for (size_t i = 0; i < absolutes * 2 && !g->broken; i++) absolute_lines[i] = take_size(g);
    content registers[256] = {{0}};
    for (size_t pc = 0; pc < f->instructions && !g->broken; pc++) {
        if (pc < lines && (int8_t)deltas[pc] != -128) {
            f->line += (int8_t)deltas[pc];
        } else if (pc < lines && next < absolutes) {
            f->line = (int)absolute_lines[next * 2 + 1];
            next++;
        }
        walk(g, f, registers, instruction_at(f->code + pc * 4));
    }
    free(absolute_lines);
    for (size_t locals = take_count(g, 3); locals > 0 && !g->broken; locals--) {
        take_string(g);
        take_size(g);
        take_size(g);
    }
    for (size_t names = take_count(g, 1); names > 0 && !g->broken; names--) take_string(g);
}

// `outer` has which of the parent's upvalues are the environment; NULL for the main function.
static void take_function(spl_globals *g, const bool *outer, size_t outer_count) {
    function f = {0};
    take_string(g);
    f.line = (int)take_size(g);
    take_size(g);
    take(g, 3);
    f.instructions = take_count(g, 4);
    f.code = take(g, f.instructions * 4);
    if (!g->broken) take_body(g, &f, outer, outer_count);
    free(f.constants);
    free(f.is_environment);
}

static bool take_header(spl_globals *g) {
    // Signature, version, format, what text conversion would break, and the sizes that a reader must share.
    static const uint8_t expected[] = "\x1bLua\x54\x00\x19\x93\r\n\x1a\n\x04\x08\x08";
    const uint8_t *header = take(g, sizeof expected - 1);
    if (header == NULL || memcmp(header, expected, sizeof expected - 1) != 0) return false;
    take(g, 16);
    take_byte(g);
    return !g->broken;
}

spl_globals *spl_list_globals(const char *source, size_t length, const char *name) {
    spl_globals *g = calloc(1, sizeof *g);
    if (g == NULL) return NULL;
    g->dump = spl_compile(source, length, name);
    g->status = g->dump.status;
    if (g->status != SPL_OK) return g;
    if (take_header(g)) take_function(g, NULL, 0);
    if (g->status == SPL_OK && (g->broken || g->at != g->dump.size)) g->status = SPL_FOREIGN_FORMAT;
    return g;
}

void spl_free_globals(spl_globals *g) {
    free(g->list);
    spl_free_compiled(&g->dump);
    free(g);
}

int32_t spl_globals_status(const spl_globals *g) { return g->status; }
const char *spl_globals_failure(const spl_globals *g) {
    return g->status == SPL_FOREIGN_FORMAT ? "this liblua compiles to something that is not Lua 5.4's" : g->dump.failure;
}
size_t spl_global_count(const spl_globals *g) { return g->count; }
spl_global spl_global_at(const spl_globals *g, size_t index) { return g->list[index]; }
