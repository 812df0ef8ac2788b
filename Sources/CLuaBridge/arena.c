// The small blocks of a state come from one piece of memory of its own: most states live for one row of a batch, and malloc and
// free were a fifth of what such a state costs. What is larger, and whatever no longer fits, comes from malloc. So an arena never
// holds back more than its own size, whatever a script allocates and drops.
#include <stdlib.h>
#include <string.h>

#include "internal.h"

// Pages of it that are never used take no memory.
#define ARENA_SIZE ((size_t)256 << 10)
// Arenas of states that are closed wait here for the next state, with their pages in memory.
#define MOST_SPARE 32

// AddressSanitizer has to see each block.
#if defined(__SANITIZE_ADDRESS__)
#define USES_ARENAS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define USES_ARENAS 0
#endif
#endif
#ifndef USES_ARENAS
#define USES_ARENAS 1
#endif

struct free_block {
    struct free_block *next;
};

static pthread_mutex_t spare_lock = PTHREAD_MUTEX_INITIALIZER;
static char *spare[MOST_SPARE];
static int spare_count;

static inline size_t class_of(size_t size) { return (size + SPL_ARENA_STEP - 1) / SPL_ARENA_STEP - 1; }

void spl_arena_open(spl_arena *arena) {
    memset(arena, 0, sizeof *arena);
    if (!USES_ARENAS) return;
    pthread_mutex_lock(&spare_lock);
    if (spare_count > 0) arena->start = spare[--spare_count];
    pthread_mutex_unlock(&spare_lock);
    if (arena->start == NULL) arena->start = malloc(ARENA_SIZE);
    if (arena->start == NULL) return;  // the state then does without
    arena->next = arena->start;
    arena->end = arena->start + ARENA_SIZE;
}

void spl_arena_close(spl_arena *arena) {
    if (arena->start == NULL) return;
    pthread_mutex_lock(&spare_lock);
    bool is_kept = spare_count < MOST_SPARE;
    if (is_kept) spare[spare_count++] = arena->start;
    pthread_mutex_unlock(&spare_lock);
    if (!is_kept) free(arena->start);
    memset(arena, 0, sizeof *arena);
}

static inline bool has(const spl_arena *arena, const void *block) {
    return (uintptr_t)block - (uintptr_t)arena->start < (uintptr_t)(arena->next - arena->start);
}

static inline void *take(spl_arena *arena, size_t size) {
    if (size > SPL_ARENA_LARGEST) return NULL;
    size_t class = class_of(size);
    struct free_block *freed = arena->freed[class];
    if (freed != NULL) {
        arena->freed[class] = freed->next;
        return freed;
    }
    size_t whole = (class + 1) * SPL_ARENA_STEP;
    if ((size_t)(arena->end - arena->next) < whole) return NULL;
    void *block = arena->next;
    arena->next += whole;
    return block;
}

void spl_arena_free(spl_arena *arena, void *block, size_t size) {
    if (!has(arena, block)) {
        free(block);
        return;
    }
    struct free_block *freed = block;
    size_t class = class_of(size);
    freed->next = arena->freed[class];
    arena->freed[class] = freed;
}

void *spl_arena_resize(spl_arena *arena, void *block, size_t old_size, size_t size) {
    bool was_here = has(arena, block);
    if (was_here && size <= SPL_ARENA_LARGEST && class_of(size) == class_of(old_size)) return block;
    // A block that malloc gave stays with it: where it grows again and again, as the arrays of tables do, it grows in place.
    if (block != NULL && !was_here) return realloc(block, size);
    void *result = take(arena, size);
    if (result == NULL) result = malloc(size);
    if (result == NULL || block == NULL) return result;
    memcpy(result, block, old_size < size ? old_size : size);
    spl_arena_free(arena, block, old_size);
    return result;
}
