#ifndef SPX_CIMAGING_H
#define SPX_CIMAGING_H

// A plain C face over libvips. Swift cannot call variadic C functions and must not see GObject types, so every libvips
// call lives behind one of these fixed signatures. No libvips header is included here, and the library itself is
// loaded when it is first needed (library.h).
//
// Contract of every function that returns `int`: SPX_OK, or another status with `error->text` filled in and libvips'
// own error buffer emptied. Every image handed out is a finished block of pixels (8 bit sRGB, 3 or 4 bands) that is
// never written again, so it may be read from any thread; release it with spx_image_unref.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct spx_image spx_image;

// What a file says of a picture besides its pixels: EXIF, colour profile, XMP, IPTC, and an animation's timing. Never written
// again once it has been handed to a second thread; release it with spx_metadata_unref.
typedef struct spx_metadata spx_metadata;

// Where a call copies what went wrong, always NUL terminated.
typedef struct {
    char *text;
    size_t capacity;
} spx_error;

// What a decoder complained of and went on. `text`, always NUL terminated, has one complaint a line. Of JPEG, `count` says
// how many there were, and `text` is the first; it is certain only between spx_enter(true) and spx_leave.
typedef struct {
    char *text;
    size_t capacity;
    int count;
} spx_warnings;

enum {
    SPX_OK = 0,
    SPX_FAILED = -1,       // libvips refused; `error->text` is its own account
    SPX_UNSUPPORTED = -2,  // not a format that may be read
    SPX_TOO_LARGE = -3,    // over the limits, found out before any pixel was decoded
    SPX_STOPPED = -4,      // the thread's spx_stop was set
};

enum {
    SPX_FORMAT_NONE = 0,
    SPX_FORMAT_JPEG,
    SPX_FORMAT_PNG,
    SPX_FORMAT_WEBP,
    SPX_FORMAT_GIF,
    SPX_FORMAT_TIFF,
    SPX_FORMAT_HEIF,
};

enum { SPX_FIT, SPX_COVER, SPX_EXACT };
enum { SPX_ALIGN_LEFT, SPX_ALIGN_CENTER, SPX_ALIGN_RIGHT };

typedef struct {
    double red, green, blue, alpha;  // each 0…255
} spx_color;

typedef struct {
    int64_t pixel_limit;  // width × height of the stored picture
    int side_limit;       // each of the two
    int box_width;        // >0: decode straight to a picture that fits this box (never larger than stored)
    int box_height;
    bool allow_damaged;  // open what there is of a truncated or broken picture; rows that cannot be had are zero
    // Every frame of a GIF or WebP, one under the other; the box does not count then. Several are left as they are stored: it is
    // the caller who turns each upright.
    bool all_frames;
    int page;            // which page of a TIFF or HEIF, or frame of a GIF or WebP, from 0
} spx_open_options;

typedef struct {
    int format;               // SPX_FORMAT_…
    int stored_width;         // as stored, before EXIF rotation
    int stored_height;
    int orientation;          // EXIF: 1 upright; 5…8 swap width and height
    double dots_per_inch;     // 0 when the file does not say
    const char *color_space;  // static text: libvips' name of the stored colour space
    int frame_height;         // of one frame: less than stored_height if there are several
    // Where the picture's metadata is to go; NULL if it is not wanted. Set only by a call that succeeds, to NULL if there is
    // none.
    spx_metadata **metadata;
} spx_info;

// What a header says besides.
typedef struct {
    bool upright;  // width and height are as shown; otherwise the picture is stored on its side
    bool has_alpha;
    int pages;
} spx_details;

// MARK: Start

// Starts libvips once per process, from whichever thread comes first; every function below may be called only after it
// returned SPX_OK.
int spx_start(spx_error *error);
// The version of the libvips that was started: "8.14.1".
const char *spx_library_version(void);

// libvips keeps one account of errors for the whole process, and the JPEG decoder's warnings get there too. Every call of
// what follows stands between these two, on one thread: with others at once, or alone, where `spx_warnings` must hold the
// caller's own. They do not nest. A thread that waits to be alone comes before those that ask later.
//
// Returns SPX_STOPPED, and is not entered then, if the thread's spx_stop is or becomes set.
int spx_enter(bool alone);
void spx_leave(void);

// MARK: Stopping

// Makes calls of other threads end. May be set from any thread, once and for all.
typedef struct spx_stop spx_stop;
spx_stop *spx_stop_new(void);
void spx_stop_free(spx_stop *stop);
void spx_stop_set(spx_stop *stop);
bool spx_stop_is_set(const spx_stop *stop);
// The stop that calls of this thread check from now on; NULL for none. Returns the one before. A call that is stopped returns
// SPX_STOPPED as soon as the tiles are done that are worked on; what a decoder does in one go it finishes.
spx_stop *spx_stop_watch(spx_stop *stop);
// Whether the work of this thread is to end.
bool spx_is_stopped(void);
// To be called by a thread before it ends, if it has used anything of this.
void spx_thread_end(void);

// MARK: Pictures as memory

void spx_image_unref(spx_image *image);
int spx_image_width(const spx_image *image);
int spx_image_height(const spx_image *image);
int spx_image_bands(const spx_image *image);
// Rows from top to bottom without padding; valid for as long as the image is.
const uint8_t *spx_image_pixels(const spx_image *image);
int spx_image_from_pixels(const uint8_t *pixels, int width, int height, int bands, spx_image **out, spx_error *error);

// MARK: Reading and writing files

// `descriptor` must be open for reading, seekable, and stays the caller's. `info->format` is set as soon as it is known,
// also when the call fails.
int spx_open_descriptor(
    int descriptor, const spx_open_options *options, spx_image **out, spx_info *info, spx_warnings *warnings,
    spx_error *error);
// Reads the header only: no pixel is decoded, and no size is too large.
int spx_describe_descriptor(int descriptor, spx_info *info, spx_details *details, spx_error *error);
// `bytes` is needed only during the call.
int spx_open_bytes(
    const void *bytes, size_t count, const spx_open_options *options, spx_image **out, spx_info *info,
    spx_warnings *warnings, spx_error *error);
// The same without decoding a pixel: fills `info` and `details` only.
int spx_describe_bytes(
    const void *bytes, size_t count, int64_t pixel_limit, int side_limit, bool allow_damaged, spx_info *info,
    spx_details *details, spx_error *error);
// Decodes every pixel of a page, from 0, or of all frames if `page` is negative, and keeps none.
int spx_check_bytes(
    const void *bytes, size_t count, int format, int page, spx_warnings *warnings, spx_error *error);
// Markup that may come from a user's file: what it refers to is not read (see open.c). The caller bounds its length and has
// refused what embeds other files.
// The drawing is scaled by `scale`.
int spx_open_svg(
    const char *markup, size_t count, double scale, int64_t pixel_limit, spx_image **out, spx_error *error);
// How large a drawing is by its own word: no pixel is drawn.
int spx_describe_svg(const char *markup, size_t count, int *width, int *height, spx_error *error);
// How a picture is written.
typedef struct {
    int format;            // SPX_FORMAT_…
    int quality;           // 1…100, for JPEG and WebP
    double dots_per_inch;  // 0 if none is known: then 72 is written
    // Written as far as the format has a place for it; NULL for none. With a colour profile for red, green and blue the pixels
    // are converted to it, so that they look the same.
    const spx_metadata *metadata;
    // An XMP packet for a picture whose metadata has none; NULL for none.
    const char *xmp;
} spx_encode_options;

// Compressed bytes of the picture. Free with spx_bytes_free.
int spx_image_encode(
    const spx_image *image, const spx_encode_options *options, void **bytes, size_t *count, spx_error *error);
// Compressed bytes of an animation, as GIF or WebP. `frames` are at least one and of one size; `delays` are as many, in
// milliseconds; `loop` is how often it is shown, 0 for without end. Free with spx_bytes_free.
int spx_frames_encode(
    const spx_image *const *frames, int count, const int *delays, int loop, const spx_encode_options *options,
    void **bytes, size_t *size, spx_error *error);
void spx_bytes_free(void *bytes);

// MARK: Metadata

void spx_metadata_unref(spx_metadata *metadata);
// The block of that name as the file has it: "exif-data", "xmp-data", "iptc-data" or "icc-profile-data". NULL if there is
// none. Valid for as long as the metadata is.
const void *spx_metadata_block(const spx_metadata *metadata, const char *name, size_t *count);
// Puts other bytes into a block that is there, or drops it if `count` is 0.
void spx_metadata_set_block(spx_metadata *metadata, const char *name, const void *bytes, size_t count);
// Calls `each` with the name and the text of every field that has one: "exif-ifd0-Make", "png-comment-0-Copyright",
// "image-description".
void spx_metadata_map(
    const spx_metadata *metadata, void (*each)(const char *name, const char *text, void *context), void *context);
// How long each frame is shown, in milliseconds, and how often all are, 0 for without end. Returns how many delays were
// copied, at most `capacity`.
int spx_metadata_delays(const spx_metadata *metadata, int *delays, int capacity, int *loop);

// MARK: Making pictures

int spx_image_blank(int width, int height, spx_color color, spx_image **out, spx_error *error);
// `markup` is Pango markup. `width` >0 wraps lines at that many pixels. The picture is as small as the ink, and
// transparent around it.
int spx_image_text(
    const char *markup, const char *font, int width, int alignment, bool justify, int line_spacing, spx_color color,
    spx_image **out, spx_error *error);

// MARK: Geometry

int spx_image_resize(const spx_image *image, int width, int height, int mode, spx_image **out, spx_error *error);
int spx_image_crop(const spx_image *image, int x, int y, int width, int height, spx_image **out, spx_error *error);
int spx_image_embed(
    const spx_image *image, int x, int y, int width, int height, spx_color background, spx_image **out,
    spx_error *error);
// The box of everything that differs from `background` by more than `threshold` (0…255); of everything not transparent
// if the picture has an alpha channel. A picture without any such pixel gives width 0.
int spx_image_find_trim(
    const spx_image *image, spx_color background, double threshold, int *x, int *y, int *width, int *height,
    spx_error *error);
int spx_image_rotate(const spx_image *image, double degrees, spx_color background, spx_image **out, spx_error *error);
// The picture side by side and row under row, every other row shifted by half of it, until `width` × `height` are covered.
int spx_image_tile(const spx_image *image, int width, int height, spx_image **out, spx_error *error);
int spx_image_flip(const spx_image *image, bool vertically, spx_image **out, spx_error *error);

// MARK: Colour and effects

int spx_image_flatten(const spx_image *image, spx_color background, spx_image **out, spx_error *error);
// `blend` is a libvips blend mode's name, e.g. "over". The result has the size of `base`, and alpha only if `base` has.
int spx_image_composite(
    const spx_image *base, const spx_image *overlay, int x, int y, const char *blend, double opacity, spx_image **out,
    spx_error *error);
int spx_image_blur(const spx_image *image, double sigma, spx_image **out, spx_error *error);
int spx_image_sharpen(const spx_image *image, double sigma, spx_image **out, spx_error *error);
int spx_image_grayscale(const spx_image *image, spx_image **out, spx_error *error);
// The picture's silhouette filled with one colour; alpha is kept and scaled by the colour's.
int spx_image_silhouette(const spx_image *image, spx_color color, spx_image **out, spx_error *error);
// CIELAB (D65) of the colour bands, three floats a pixel, into memory for width × height × 3 of them.
int spx_image_copy_lab(const spx_image *image, float *lab, spx_error *error);

#ifdef __cplusplus
}
#endif

#endif
