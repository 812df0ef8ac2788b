// A state's life: allocator, creation, and the one protected call that everything from Swift runs in.
#include <stdlib.h>
#include <string.h>

#include "CLuaBridgeTesting.h"
#include "internal.h"

#define LARGE_BLOCK (512 << 10)

static bool refuses(spl_vm *vm, const void *block, size_t kind, size_t old_size, size_t size) {
    vm->allocations++;
    if (vm->fail_from != 0 && vm->allocations >= vm->fail_from && vm->allocations - vm->fail_from < vm->fail_count)
        return true;
    if (size >= LARGE_BLOCK && spl_refuses_block(vm, block, kind)) return true;
    return size - old_size > spl_memory_left(vm);
}

size_t spl_memory_left(const spl_vm *vm) {
    if (vm->limit == 0) return SIZE_MAX;
    size_t used = vm->used + vm->held;
    return used < vm->limit ? vm->limit - used : 0;
}

void spl_hold(spl_vm *vm, int64_t change) { vm->held += (size_t)change; }

static void *allocate(void *data, void *block, size_t old_size, size_t size) {
    spl_vm *vm = data;
    size_t kind = block == NULL ? old_size : 0;
    if (block == NULL) old_size = 0;  // for a new block Lua passes its kind here
    if (size == 0) {
        if (block != NULL) spl_arena_free(&vm->arena, block, old_size);
        vm->used -= old_size;
        return NULL;
    }
    void *result = size > old_size && refuses(vm, block, kind, old_size, size)
                       ? NULL
                       : spl_arena_resize(&vm->arena, block, old_size, size);
    if (result == NULL) {
        if (size <= old_size) return block;  // Lua relies on shrinking to succeed
        // From 5.4.5 on a stack that grows is not in order while it is asked for.
        if (LUA_VERSION_RELEASE_NUM < 50405 || block == NULL) {
            lua_State *running = atomic_load_explicit(&vm->current, memory_order_relaxed);
            if (running != NULL) spl_note_exhaustion(vm, running);
        }
        return NULL;
    }
    vm->used += size - old_size;
    return result;
}

bool spl_protected(spl_vm *vm, lua_CFunction f, void *data) {
    lua_State *M = vm->main;
    lua_pushcfunction(M, f);
    lua_pushlightuserdata(M, data);
    int status = lua_pcall(M, 1, 0, 0);
    if (status == LUA_OK) return true;
    // Also where the bridge itself has raised "not enough memory": of that string lua_error makes an error of memory.
    vm->failure_status = status == LUA_ERRMEM ? SPL_OUT_OF_MEMORY : SPL_ERROR;
    const char *message = lua_type(M, -1) == LUA_TSTRING ? lua_tostring(M, -1) : "error object is not a string";
    strncpy(vm->failure, message, SPL_FAILURE_SIZE - 1);
    lua_pop(M, 1);
    return false;
}

static int open_state(lua_State *L) {
    spl_vm *vm = lua_touserdata(L, 1);
    lua_newtable(L);
    vm->anchors_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_newtable(L);
    vm->modules_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_newtable(L);
    vm->array_mt = lua_topointer(L, -1);
    vm->array_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_newtable(L);
    vm->object_mt = lua_topointer(L, -1);
    vm->object_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_newtable(L);
    vm->record_mt = lua_topointer(L, -1);
    vm->record_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    spl_push_error_metatable(L, vm);
    spl_open_unsigned(L, vm);
    spl_open_libraries(L);
    spl_open_guards(L);
    spl_open_traceback(L, vm);
    spl_reserve_anchors(L, vm, 64);
    return 0;
}

spl_vm *spl_create(spl_host host, size_t limit, int32_t hook_count) {
    spl_vm *vm = calloc(1, sizeof *vm);
    if (vm == NULL) return NULL;
    vm->host = host;
    vm->limit = limit;
    vm->hook_count = hook_count;
    if (!spl_prepare_interrupts(vm)) {
        free(vm);
        return NULL;
    }
    spl_arena_open(&vm->arena);
    vm->main = lua_newstate(allocate, vm);
    if (vm->main == NULL) {
        spl_arena_close(&vm->arena);
        spl_finish_interrupts(vm);
        free(vm);
        return NULL;
    }
    *(spl_vm **)lua_getextraspace(vm->main) = vm;
    if (vm->always_armed) spl_arm_hook(vm, vm->main);  // every coroutine inherits it
    spl_set_collecting(vm, false);
    bool is_open = spl_protected(vm, open_state, vm);
    spl_set_collecting(vm, true);
    if (!is_open) {
        spl_close(vm);
        return NULL;
    }
    return vm;
}

void spl_close(spl_vm *vm) {
    vm->fail_from = 0;
    lua_close(vm->main);
    spl_arena_close(&vm->arena);
    spl_finish_interrupts(vm);
    free(vm->buffer);
    free(vm->free_slots);
    free(vm);
}

void spl_set_context(spl_vm *vm, void *context) { vm->host.context = context; }
int32_t spl_interrupt_reason(spl_vm *vm) { return atomic_load(&vm->interrupt); }
size_t spl_memory_used(const spl_vm *vm) { return vm->used; }

const char *spl_lua_release(void) { return LUA_VERSION_MAJOR "." LUA_VERSION_MINOR "." LUA_VERSION_RELEASE; }
void spl_set_pattern_steps(spl_vm *vm, uint64_t steps) { vm->pattern_steps = steps; }
void spl_set_task_depth(spl_vm *vm, int32_t depth) { vm->task_depth = depth; }
void spl_set_memory_limit(spl_vm *vm, size_t bytes) { vm->limit = bytes; }
uint64_t spl_allocations(const spl_vm *vm) { return vm->allocations; }
int32_t spl_failure_status(const spl_vm *vm) { return vm->failure_status; }
const char *spl_failure(const spl_vm *vm) { return vm->failure; }
const char *spl_traceback(const spl_vm *vm) { return vm->traceback; }

void spl_fail_allocation(spl_vm *vm, uint64_t n, uint64_t count) {
    vm->fail_from = n == 0 ? 0 : vm->allocations + n;
    vm->fail_count = count;
}

static int collect(lua_State *L) {
    lua_gc(L, LUA_GCCOLLECT);
    return 0;
}

void spl_set_collecting(spl_vm *vm, bool is_collecting) {
    lua_gc(vm->main, is_collecting ? LUA_GCRESTART : LUA_GCSTOP);
}

void spl_collect_garbage(spl_vm *vm) { spl_protected(vm, collect, NULL); }
