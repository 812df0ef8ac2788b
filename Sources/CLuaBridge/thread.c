// A thread of our own, with a stack that does not depend on who starts it.
#include <pthread.h>
#include <stdlib.h>

#include "CLuaBridge.h"

typedef struct {
    void (*body)(void *);
    void *context;
} start;

static void *run(void *data) {
    start begun = *(start *)data;
    free(data);
    begun.body(begun.context);
    return NULL;
}

bool spl_start_thread(void (*body)(void *context), void *context, size_t stack_size) {
    start *begun = malloc(sizeof *begun);
    if (begun == NULL) return false;
    *begun = (start){.body = body, .context = context};
    pthread_attr_t attributes;
    pthread_t thread;
    bool started = false;
    if (pthread_attr_init(&attributes) == 0) {
        pthread_attr_setstacksize(&attributes, stack_size);
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        started = pthread_create(&thread, &attributes, run, begun) == 0;
        pthread_attr_destroy(&attributes);
    }
    if (!started) free(begun);
    return started;
}

void spl_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}
