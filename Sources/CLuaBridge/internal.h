// What the bridge's own files share.
#ifndef SPL_INTERNAL_H
#define SPL_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "CLuaBridge.h"

#define SPL_MAX_CLASSES 64
#define SPL_TRACEBACK_SIZE 8192
#define SPL_FAILURE_SIZE 1024
// Hook periods that <close> variables get when their grace period is over.
#define SPL_LAST_PERIODS 100
// How deep resets of threads may nest.
#define SPL_MAX_RESETS 100
// In force when those are over, too: nothing catches a stop of this epoch.
#define SPL_LAST_EPOCH (UINT64_MAX >> 1)

// Extra-space tags of a thread, beside the pointer to the VM (which is aligned). A new thread starts with the main
// thread's extra space, and so without a tag.
#define SPL_TAG_TASK 1u     // a task of the host: scripts must not resume it
#define SPL_TAG_PASSING 2u  // a script's coroutine inside which a wait is under way
#define SPL_TAG_CLOSING 4u  // a script's coroutine that coroutine.close unwinds
#define SPL_TAGS 7u

typedef struct {
    uint64_t handle;  // 0 once released
} spl_object;

struct spl_run {
    atomic_int reason;
    const spl_run *outer;
};

// arena.c: the memory that a state's small blocks come from. Sizes are rounded up to a step; freed blocks of a size wait in a list.
#define SPL_ARENA_STEP 16
#define SPL_ARENA_LARGEST 512
struct free_block;
typedef struct {
    char *start, *next, *end;  // NULL without an arena
    struct free_block *freed[SPL_ARENA_LARGEST / SPL_ARENA_STEP];
} spl_arena;

struct spl_vm {
    lua_State *main;
    spl_host host;

    // Allocator.
    spl_arena arena;
    size_t used, limit;
    size_t held;  // by Swift for the script; counts as used
    uint64_t allocations, fail_from, fail_count;
    uint64_t collected_at;  // allocations until the script's last whole collection
    int collections;        // of those, in a row

    // Stopping.
    atomic_int interrupt;     // of whatever runs
    atomic_int turns_wanted;  // stops that the host has still to serve
    bool always_armed;   // signals cannot be used: hooks are always on
    bool is_running;     // some thread runs the script; it and `runner` are read and written under the lock
    pthread_t runner;
    pthread_mutex_t running_lock;
    _Atomic(lua_State *) current;  // the innermost thread that runs, for the signal's handler
    atomic_bool must_check_grace;  // a grace period may be over: the host has to be asked
    // How the running task stands; every resume sets it anew.
    const spl_run *run;       // that it belongs to; NULL for none
    bool is_deepest;          // it may spawn none
    int32_t task_depth;       // how deep tasks may nest
    int pending;              // why it must be stopped at the first opportunity; SPL_RUN if it need not
    int reason;               // why it was stopped
    uint64_t pending_epoch;   // becomes `epoch` when that stop is raised
    uint64_t epoch;           // of the stop in force, whose <close> variables run; 0 for none
    bool is_watched;          // the host measures the grace period
    bool is_over;             // the grace period is over
    int64_t last_steps;       // instructions and calls that <close> variables then still have
    lua_KContext outer_mark;  // when the running coroutine was resumed by a script, see spl_mark
    bool killed;              // the yield under way is the hook's
    bool gave_up;             // the yield under way asks for a reset of the thread: its stack is too deep to unwind
    bool may_be_deep;         // the depth of the stack that is unwound has not been checked since the stop was raised
    int resets;               // depth of resets: lua_resetthread does not count C calls, so nothing else would stop them
    int hook_count;
    spl_random *random;  // of the running task; NULL until it draws
    uint64_t pattern_steps;  // that one call of a string function may take; 0 for no bound
    int unyieldable;     // depth of calls through which no wait can pass
    bool host_yield;     // the yield under way is the host's

    // What Swift left behind.
    uint8_t *buffer;
    size_t length, capacity;
    size_t start;        // where the running callback's part begins
    bool allocates;      // the part has something that can raise when it is pushed
    bool put_failed;     // the buffer itself could not grow
    uint64_t ticket;
    lua_State *transfer;
    int32_t transfer_count;

    // Anchors: a table whose array part is as long as `anchors`, so that filling a slot never allocates.
    int anchors_ref;
    int32_t anchors;
    int32_t *free_slots;
    int32_t free_count, free_capacity;

    // Metatables, known by address.
    const void *array_mt, *object_mt, *record_mt, *error_mt;
    int array_ref, object_ref, record_ref, error_ref, results_ref;
    const void *unsigned_mt;
    int unsigned_ref, unsigned_values_ref;  // unsigned.c
    int modules_ref;  // name → hidden table of fields
    lua_State *inspector;  // where the session's variables are looked at; NULL if there is no session
    int scope_ref, declared_ref;  // session.c
    int loaded_ref;   // the table of Lua's own libraries by name
    char absent[64], absent_place[96];  // the field of a library that has been read last and was nil, and the "file:line:" of that
    int traces_ref;   // coroutine that ended by an error → its traceback; weak
    int class_refs[SPL_MAX_CLASSES];
    const void *class_mts[SPL_MAX_CLASSES];
    int classes;

    char traceback[SPL_TRACEBACK_SIZE];
    lua_State *exhausted;  // the thread whose traceback that is, taken when it got no more memory
    // Of the last protected call that failed.
    int32_t failure_status;
    char failure[SPL_FAILURE_SIZE];
};

static inline spl_vm *spl_vm_of(lua_State *L) {
    return (spl_vm *)(*(uintptr_t *)lua_getextraspace(L) & ~(uintptr_t)SPL_TAGS);
}
static inline bool spl_has_tag(lua_State *L, unsigned tag) { return *(uintptr_t *)lua_getextraspace(L) & tag; }
static inline void spl_set_tag(lua_State *L, unsigned tag) { *(uintptr_t *)lua_getextraspace(L) |= tag; }
static inline void spl_clear_tag(lua_State *L, unsigned tag) {
    *(uintptr_t *)lua_getextraspace(L) &= ~(uintptr_t)tag;
}

// Takes an arena, or none where there is no memory for one. No block of it is of use after the close.
void spl_arena_open(spl_arena *arena);
void spl_arena_close(spl_arena *arena);
// `block` has `size` bytes and came from spl_arena_resize, or is NULL.
void spl_arena_free(spl_arena *arena, void *block, size_t size);
// As realloc; `size` is not 0.
void *spl_arena_resize(spl_arena *arena, void *block, size_t old_size, size_t size);
// value.c: pushes the buffer from `start` on and returns the number of values; raises when memory runs out.
int spl_push_buffer(lua_State *L, spl_vm *vm, size_t start);
// Releases the objects of a buffer that will never become Lua values.
void spl_release_buffer(spl_vm *vm, size_t start);
// call.c
// What scripts call for a function of the host, whose one upvalue is the function; the second for one that may wait.
int spl_call(lua_State *L);
int spl_call_waiting(lua_State *L);
int spl_spawn(lua_State *L);
int spl_spawn_helper(lua_State *L);
// anchor.c: raises when memory runs out.
void spl_reserve_anchors(lua_State *L, spl_vm *vm, int32_t count);
int32_t spl_take_slot(spl_vm *vm);
// error.c
void spl_push_error_metatable(lua_State *L, spl_vm *vm);
void spl_push_attach_results(lua_State *L, spl_vm *vm);
void spl_complete_error(lua_State *L, spl_vm *vm, int level);
int spl_raise_stop(lua_State *L, int reason);
int spl_raise_cannot_wait(lua_State *L);
int spl_raise_too_deep(lua_State *L);
// unsigned.c: pushes a number of at least 2^63; raises when memory runs out.
void spl_push_unsigned(lua_State *L, spl_vm *vm, uint64_t value);
void spl_open_unsigned(lua_State *L, spl_vm *vm);
// numeral.c
typedef struct {
    const char *start;
    size_t length;
    int line;
} spl_numeral;
// The first decimal numeral that is whole and beyond Lua's integers: Lua makes a float of it, and says nothing.
bool spl_find_wide_numeral(const char *source, size_t length, spl_numeral *found);
// luaL_loadbufferx for text, which such a numeral is an error in. Returns SPL_OK or why it does not compile; bytecode is
// refused as a syntax error.
int32_t spl_load_text(lua_State *L, const char *source, size_t length, const char *name);
// characters.c: puts a message in the place of the compiler's, on top, where a text does not compile because of a character
// that Lua does not know, or because it is not UTF-8. Raises when memory runs out.
void spl_explain_characters(lua_State *L, const char *source, size_t length, const char *name);
// encoding.c: of a place in a line, from 1, in characters.
int32_t spl_column(const char *line_start, const char *at);
// absent.c: adds to an error's message, on top, what to use instead of the name that it says is nil, or the nearest name; leaves
// any other error as it is. It raises nothing.
void spl_explain_absence(lua_State *L);
// trace.c: the stack of `thread` from `level` on, without its body in C, as text of the VM's own buffer. It allocates
// nothing; without `names` it does not touch the stack either, and functions go by the names their callers use.
void spl_write_traceback(lua_State *L, lua_State *thread, int level, bool filtered, bool names);
// Called when memory has run out: the stack will be gone when the error arrives.
void spl_note_exhaustion(spl_vm *vm, lua_State *thread);
void spl_open_traceback(lua_State *L, spl_vm *vm);
// Remembers where a coroutine has failed, with the error on top of its stack.
void spl_keep_traceback(lua_State *L);
// guard.c: the bodies of tasks and coroutines, and what catches errors.
int spl_run_task(lua_State *L);
int spl_run_coroutine(lua_State *L);
void spl_open_guards(lua_State *L);
// Whether it is one of the functions that are called with an error, inside its raising.
bool spl_is_handler(lua_CFunction f);
// What a protected call has to remember, to know afterwards whether a stop came from inside it.
lua_KContext spl_mark(lua_State *L);
bool spl_passes_stop(lua_State *L, lua_KContext mark);
// Raises the value on top of the stack, which was raised before with that status.
int spl_raise_again(lua_State *L, int status);
// library.c and coroutine.c
void spl_open_libraries(lua_State *L);
int spl_open_coroutine(lua_State *L);
// Calls the function that a wrapper has as its first upvalue, with the wrapper's arguments.
int spl_call_original(lua_State *L);
// lists.c
void spl_open_lists(lua_State *L);
void spl_open_random(lua_State *L);
// vm.c: runs f(main thread, data) in one protected call; false, with failure and failure_status filled, if it raised.
bool spl_protected(spl_vm *vm, lua_CFunction f, void *data);
// stop.c
void spl_arm_hook(spl_vm *vm, lua_State *L);
int spl_hook_count(const spl_vm *vm);
int64_t spl_last_steps(const spl_vm *vm);
// Whether running code must be looked at from time to time.
bool spl_needs_hook(spl_vm *vm);
// Whether a block of memory must be refused, since no hook gets into what asks for it. `kind` is Lua's for new blocks.
bool spl_refuses_block(spl_vm *vm, const void *block, size_t kind);
// Stops the running task here; does not return.
int spl_stop_here(lua_State *L);
// Goes on unwinding from a C function of the thread L; does not return.
int spl_unwind(lua_State *L);
// Whether the unwinding that goes on from L has to be given up, by a yield.
bool spl_gives_up(spl_vm *vm, lua_State *L);
bool spl_is_deep(lua_State *L);
// Runs the <close> variables of a suspended or dead thread without unwinding it: they cannot wait.
int spl_reset_thread(spl_vm *vm, lua_State *thread);
// The same for one whose unwinding was given up; they have little time.
void spl_reset_stopped(spl_vm *vm, lua_State *thread);
// For long work in C, which no hook interrupts: does not return if the script must stop.
void spl_poll(lua_State *L);
// interrupt.c. Scripts run between begin and end, and each of their threads between enter and leave.
bool spl_prepare_interrupts(spl_vm *vm);
void spl_finish_interrupts(spl_vm *vm);
spl_vm *spl_begin_running(spl_vm *vm);
void spl_end_running(spl_vm *vm, spl_vm *outer);
lua_State *spl_enter_thread(spl_vm *vm, lua_State *thread);
void spl_leave_thread(spl_vm *vm, lua_State *outer);

#endif
