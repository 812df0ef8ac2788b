#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

spn_functions spn_library;
spn_handlers spn_called;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int loaded = SPN_NO_LIBRARY;
static char load_problem[512];

#ifdef __APPLE__
#define SPN_REMEDY "brew install cnats"

static void *open_library(void)
{
    // The loader does not search the folders of package managers.
    static const char *const names[] = {
        "libnats.dylib", "/opt/homebrew/lib/libnats.dylib", "/usr/local/lib/libnats.dylib", "/opt/local/lib/libnats.dylib",
    };
    void *library = NULL;

    for (size_t i = 0; !library && i < sizeof names / sizeof *names; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    return library;
}
#else
#define SPN_REMEDY "apt-get install libnats3.4"

static void *open_library(void)
{
    // A library's name has the first two numbers of its version; the name without them comes with the headers only.
    char name[32];
    void *library = NULL;

    for (int minor = 4; !library && minor < 40; minor++) {
        snprintf(name, sizeof name, "libnats.so.3.%d", minor);
        library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    }
    return library ? library : dlopen("libnats.so", RTLD_NOW | RTLD_LOCAL);
}
#endif

static void load(void)
{
    void *library = open_library();

    if (!library) {
        snprintf(load_problem, sizeof load_problem, "libnats, which talks to NATS, is not installed: " SPN_REMEDY);
        return;
    }
#define SPN_FIND(result, name, parameters)                                                                             \
    if (!(spn_library.name = (result(*) parameters)dlsym(library, #name))) {                                           \
        snprintf(load_problem, sizeof load_problem, "this libnats is too old, it has no " #name ": " SPN_REMEDY);      \
        return;                                                                                                        \
    }
    SPN_FUNCTIONS(SPN_FIND)
#undef SPN_FIND

    // -1: it chooses for itself how long its locks spin. It is never closed.
    int status = spn_library.nats_Open(-1);
    if (status != SPN_OK) {
        snprintf(load_problem, sizeof load_problem, "libnats cannot start: %s", spn_library.natsStatus_GetText(status));
        return;
    }
    loaded = SPN_OK;
}

static const spn_handlers *first_handlers;

static void load_with_handlers(void)
{
    spn_called = *first_handlers;
    load();
}

int spn_load(const spn_handlers *handlers, spn_error *error)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

    pthread_mutex_lock(&lock);
    if (!first_handlers)
        first_handlers = handlers;
    pthread_once(&once, load_with_handlers);
    pthread_mutex_unlock(&lock);
    return loaded == SPN_OK ? SPN_OK : spn_fail_with(SPN_NO_LIBRARY, load_problem, error);
}

const char *spn_library_version(void) { return loaded == SPN_OK ? spn_library.nats_GetVersion() : ""; }

int spn_fail_with(int status, const char *text, spn_error *error)
{
    snprintf(error->text, error->capacity, "%s", text);
    return status;
}

int spn_fail(int status, spn_error *error)
{
    // The thread's own: what the last call on it said. It is another one's if that call kept silent.
    int said = SPN_OK;
    const char *text = spn_library.nats_GetLastError(&said);

    if (said != status || !text || !*text)
        text = spn_library.natsStatus_GetText(status);
    return spn_fail_with(status, text ? text : "libnats gave no reason", error);
}
