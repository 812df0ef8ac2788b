// What the bridge's own files share.
#ifndef SPL_INTERNAL_H
#define SPL_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "CLuaBridge.h"

// Ids that one closure upvalue can hold together with the flag.
#define SPL_WAITS (1 << 30)
#define SPL_MAX_CLASSES 64
#define SPL_TRACEBACK_SIZE 8192
#define SPL_FAILURE_SIZE 1024
// Hook periods that <close> variables and cleanup code get after a stop.
#define SPL_GRACE 100
// How deep closings may nest: lua_resetthread does not count C calls, so nothing else would stop them.
#define SPL_MAX_CLOSING 100

// Extra-space tags of a thread, beside the pointer to the VM (which is aligned). A new thread starts with the main
// thread's extra space, and so without a tag.
#define SPL_TAG_TASK 1u     // a task of the host: scripts must not resume it
#define SPL_TAG_PASSING 2u  // a script's coroutine inside which a wait is under way
#define SPL_TAG_RAISED 4u   // a stop was raised from its hook, which may have left its hooks off
#define SPL_TAGS 7u

typedef struct {
    uint64_t handle;  // 0 once released
} spl_object;

struct spl_vm {
    lua_State *main;
    spl_host host;

    // Allocator.
    size_t used, limit;
    uint64_t allocations, fail_from, fail_count;

    // Stopping.
    atomic_int interrupt;
    bool always_armed;   // signals cannot be used: hooks are always on
    bool is_running;     // some thread runs the script; it and `runner` are read and written under the lock
    pthread_t runner;
    pthread_mutex_t running_lock;
    _Atomic(lua_State *) current;  // the innermost thread that runs, for the signal's handler
    int stop;            // why <close> variables are being run, beside `interrupt`
    int grace;           // hook periods that <close> variables still have
    int closing;         // depth of closing a thread that was stopped or has failed
    bool killed;         // the yield under way is a stop
    int hook_count;
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
    const void *array_mt, *object_mt, *error_mt;
    int array_ref, object_ref, error_ref, results_ref;
    const void *unsigned_mt;
    int unsigned_ref, unsigned_values_ref;  // unsigned.c
    int modules_ref;  // name → hidden table of fields
    lua_State *inspector;  // where the session's variables are looked at; NULL if there is no session
    int scope_ref, declared_ref;  // session.c
    int passing_ref;  // thread → the coroutine inside it through which a wait passes
    int class_refs[SPL_MAX_CLASSES];
    const void *class_mts[SPL_MAX_CLASSES];
    int classes;

    char traceback[SPL_TRACEBACK_SIZE];
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

// value.c: pushes the buffer from `start` on and returns the number of values; raises when memory runs out.
int spl_push_buffer(lua_State *L, spl_vm *vm, size_t start);
// Releases the objects of a buffer that will never become Lua values.
void spl_release_buffer(spl_vm *vm, size_t start);
// call.c
int spl_close_thread(spl_vm *vm, lua_State *thread);
int spl_trampoline(lua_State *L);
int spl_spawn(lua_State *L);
// anchor.c: raises when memory runs out.
void spl_reserve_anchors(lua_State *L, spl_vm *vm, int32_t count);
int32_t spl_take_slot(spl_vm *vm);
// error.c
void spl_push_traceback(lua_State *L, lua_State *thread, int level);
void spl_push_error_metatable(lua_State *L, spl_vm *vm);
void spl_push_attach_results(lua_State *L, spl_vm *vm);
void spl_complete_error(lua_State *L, spl_vm *vm, int level);
int spl_raise_stop(lua_State *L, int reason);
int spl_raise_cannot_wait(lua_State *L);
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
// luaL_loadbufferx for text, which such a numeral is an error in.
int spl_load_text(lua_State *L, const char *source, size_t length, const char *name);
// library.c and coroutine.c
void spl_open_libraries(lua_State *L, spl_vm *vm);
int spl_open_coroutine(lua_State *L);
// Calls the function that a wrapper has as its first upvalue, with the wrapper's arguments.
int spl_call_original(lua_State *L);
// vm.c: runs f(main thread, data) in one protected call; false, with spl_failure filled, if it raised.
bool spl_protected(spl_vm *vm, lua_CFunction f, void *data);
void spl_arm_hook(spl_vm *vm, lua_State *L);
int spl_hook_count(const spl_vm *vm);
// For long work in C, which no hook interrupts: does not return if the script must stop.
void spl_poll(lua_State *L);
// interrupt.c. Scripts run between begin and end, and each of their threads between enter and leave.
bool spl_prepare_interrupts(spl_vm *vm);
void spl_finish_interrupts(spl_vm *vm);
bool spl_must_stop(spl_vm *vm);
spl_vm *spl_begin_running(spl_vm *vm);
void spl_end_running(spl_vm *vm, spl_vm *outer);
lua_State *spl_enter_thread(spl_vm *vm, lua_State *thread);
void spl_leave_thread(spl_vm *vm, lua_State *outer);

#endif
