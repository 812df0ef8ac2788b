// The table itself needs the functions' own names.
#define SPX_LIBRARY_NAMES
#include "library.h"

#ifdef __linux__
#include <dlfcn.h>

spx_library_functions spx_library;

int spx_load(const char **problem)
{
    // The version whose headers this was compiled with: its number changes when a function does.
    void *library = dlopen("libvips.so.42", RTLD_LAZY | RTLD_LOCAL);

    if (!library) {
        *problem = "libvips, which works on pictures, is not installed: apt-get install libvips42";
        return -1;
    }
#define SPX_FIND(name)                                                                                                 \
    if (!(spx_library.name = (__typeof__(spx_library.name))dlsym(library, #name))) {                                   \
        *problem = "this libvips is too old: it has no " #name;                                                        \
        return -1;                                                                                        \
    }
    SPX_LIBRARY_FUNCTIONS(SPX_FIND)
#undef SPX_FIND
    return 0;
}
#else
int spx_load(const char **problem)
{
    (void)problem;
    return 0;
}
#endif
