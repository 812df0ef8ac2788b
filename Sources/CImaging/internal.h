#ifndef SPX_INTERNAL_H
#define SPX_INTERNAL_H

#include "CImaging.h"
#include "library.h"

// libvips never writes to an image that has been handed out, but takes every one as non-const.
static inline VipsImage *spx_vips(const spx_image *image) { return (VipsImage *)image; }

// Moves libvips' account of what failed to the caller, and returns SPX_FAILED.
int spx_fail(spx_error *error);
int spx_fail_with(spx_error *error, int status, const char *text);

// MARK: Stopping (stop.c)

// `lazy`, computed into memory by libvips' workers; NULL if that fails, or if spx_is_stopped.
VipsImage *spx_compute(VipsImage *lazy);

// Computes `lazy` into memory. Doing so at the end of every operation makes failures surface where they belong, and
// makes the result safe to share between threads: it has no pipeline and no file behind it any more.
int spx_finish(VipsImage *lazy, spx_image **out, spx_error *error);

// A pipeline's intermediate images; all are released together, whatever happened. Every slot is used at most once.
#define SPX_STEPS 24
typedef struct {
    VipsImage *at[SPX_STEPS];
} spx_steps;
void spx_release(spx_steps *steps);
// Ends a pipeline whose last image is `last`, or that failed (`last` NULL).
int spx_end(spx_steps *steps, VipsImage *last, spx_image **out, spx_error *error);

// MARK: Reading (open.c, decode.c, warnings.c)


// How bad a picture must be to be refused. One level for all ways to open one: with and without shrinking, and to check.
VipsFailOn spx_fail_on(int format, bool allow_damaged);

// Pixels of an opened but not yet decoded picture: upright, sRGB, in memory. If `partial`, as many rows as there are. Several
// frames under each other stay as they are stored, whatever the orientation.
int spx_decode(VipsImage *header, bool partial, spx_image **out, spx_error *error);

// Collects what libvips logs as a warning on this thread; NULL ends it. The JPEG decoder logs its own when it is
// released, so release everything before.
void spx_collect_warnings(spx_warnings *warnings);
void spx_note_warning(const char *message);

// What of a header's fields is to be kept; NULL if there is nothing. To be called before the pixels are decoded.
spx_metadata *spx_metadata_of(VipsImage *header);
// Drops texts that are not UTF-8. libvips' substitute for them would be written otherwise.
void spx_drop_illegible(VipsImage *image);

// Adds an opaque alpha channel unless there is one. Returns 0 or -1 as libvips does.
int spx_with_alpha(VipsImage *in, VipsImage **out);

#endif
