#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

// Formats by the name of the loader that recognised the first bytes; a file's name says nothing.
static int format_of_loader(const char *loader)
{
    static const struct {
        const char *prefix;
        int format;
    } known[] = {
        {"VipsForeignLoadJpeg", SPX_FORMAT_JPEG}, {"VipsForeignLoadPng", SPX_FORMAT_PNG},
        {"VipsForeignLoadWebp", SPX_FORMAT_WEBP}, {"VipsForeignLoadNsgif", SPX_FORMAT_GIF},
        {"VipsForeignLoadTiff", SPX_FORMAT_TIFF}, {"VipsForeignLoadHeif", SPX_FORMAT_HEIF},
    };

    for (size_t i = 0; loader && i < sizeof known / sizeof *known; i++)
        if (strncmp(loader, known[i].prefix, strlen(known[i].prefix)) == 0)
            return known[i].format;
    return SPX_FORMAT_NONE;
}

VipsFailOn spx_fail_on(int format, bool allow_damaged)
{
    if (allow_damaged)
        return VIPS_FAIL_ON_NONE;
    // libvips files every complaint of the GIF decoder but an early end under warnings. That decoder has no warnings:
    // what it complains of is content that is missing or broken.
    if (format == SPX_FORMAT_GIF)
        return VIPS_FAIL_ON_WARNING;
    // Not only VIPS_FAIL_ON_TRUNCATED: TIFF strips that end early, and checksums of PNG, count as errors from libvips
    // 8.15 and 8.17 on. Not VIPS_FAIL_ON_WARNING: that refuses photos that every viewer shows, such as those of whole
    // phone models with odd numbers in a JPEG's scan header, and TIFF files with a tag that libtiff does not know.
    return VIPS_FAIL_ON_ERROR;
}

static bool has_frames(int format) { return format == SPX_FORMAT_GIF || format == SPX_FORMAT_WEBP; }

static VipsImage *open_header(VipsSource *source, int format, bool allow_damaged, bool all_frames, int page)
{
    VipsFailOn fail_on = spx_fail_on(format, allow_damaged);
    VipsImage *image = NULL;
    char which[32] = "";

    // JPEG and PNG have no such option, and refuse it.
    if (all_frames && has_frames(format))
        g_snprintf(which, sizeof which, "[n=-1]");
    else if (page > 0 && format != SPX_FORMAT_JPEG && format != SPX_FORMAT_PNG)
        g_snprintf(which, sizeof which, "[page=%d]", page);

    // A hundred warnings are an error of the JPEG loader's, unless it may be lenient without limit.
    if (allow_damaged && format == SPX_FORMAT_JPEG)
        image = vips_image_new_from_source(
            source, "[unlimited]", "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", fail_on, NULL);
    if (!image)
        image = vips_image_new_from_source(source, which, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", fail_on, NULL);
    return image;
}

// The first bytes of TIFF and BigTIFF in either order (TIFF 6.0, section 2).
static bool is_tiff(VipsSource *source)
{
    static const unsigned char marks[][4] = {
        {'I', 'I', '*', 0}, {'M', 'M', 0, '*'}, {'I', 'I', '+', 0}, {'M', 'M', 0, '+'},
    };
    const unsigned char *bytes = vips_source_sniff(source, 4);

    for (size_t i = 0; bytes && i < sizeof marks / sizeof *marks; i++)
        if (memcmp(bytes, marks[i], 4) == 0)
            return true;
    vips_error_clear();
    return false;
}

static int read_header(
    VipsSource *source, const spx_open_options *options, VipsImage **header, spx_info *info, spx_error *error)
{
    info->format = format_of_loader(vips_foreign_find_load_source(source));
    if (info->format == SPX_FORMAT_NONE) {
        vips_error_clear();
        // libtiff finds everything by a file's directory, which is often at the end, and missing from a file that is cut off.
        if (is_tiff(source)) {
            info->format = SPX_FORMAT_TIFF;
            return spx_fail_with(error, SPX_FAILED, "its directory cannot be found");
        }
        return spx_fail_with(error, SPX_UNSUPPORTED, "the content is not a JPEG, PNG, WebP, GIF, TIFF or HEIF picture");
    }
    *header = open_header(source, info->format, options->allow_damaged, options->all_frames, options->page);
    if (!*header)
        return spx_fail(error);

    VipsImage *image = *header;
    info->stored_width = image->Xsize;
    info->stored_height = image->Ysize;
    info->frame_height = vips_image_get_page_height(image);
    info->orientation = vips_image_get_orientation(image);
    // One pixel a millimetre is libvips' way of saying that the file gives no density.
    info->dots_per_inch = image->Xres == 1.0 ? 0 : image->Xres * 25.4;
    info->color_space = vips_enum_nick(VIPS_TYPE_INTERPRETATION, vips_image_guess_interpretation(image));
    // Some formats can hold any number of channels; none that a picture needs has more than five (CMYK and alpha).
    if ((int64_t)image->Xsize * image->Ysize > options->pixel_limit || image->Bands > 5 ||
        image->Xsize > options->side_limit || info->frame_height > options->side_limit) {
        char text[128];
        g_snprintf(
            text, sizeof text, "%d × %d pixels in %d channels%s", image->Xsize, image->Ysize, image->Bands,
            info->frame_height < image->Ysize ? ", of all frames together" : "");
        return spx_fail_with(error, SPX_TOO_LARGE, text);
    }
    if (info->metadata)
        *info->metadata = spx_metadata_of(image);
    return SPX_OK;
}

typedef VipsSource *make_source(const void *context);

// A decoder can often produce a smaller picture far faster than the whole one, but only if asked from the start.
static int open_small(
    VipsSource *source, const spx_open_options *options, const spx_info *info, spx_image **out, spx_error *error)
{
    VipsImage *small = NULL;
    // Turned afterwards, by spx_decode: libvips would decode with several workers here (see decode.c). 5 to 8 are the
    // orientations with rows and columns exchanged.
    bool sideways = info->orientation >= 5;
    int width = sideways ? options->box_height : options->box_width;
    int height = sideways ? options->box_width : options->box_height;
    // The argument of that name is ignored by vips_thumbnail_source (8.14 to 8.17); the loader's own option is not.
    bool strictest = spx_fail_on(info->format, false) == VIPS_FAIL_ON_WARNING;
    const char *loading = strictest ? "[fail_on=warning]" : "[fail_on=error]";
    int status = SPX_FAILED;

    if (source && !vips_thumbnail_source(source, &small, width, "height", height, "size", VIPS_SIZE_DOWN, "no_rotate",
                                         TRUE, "option_string", loading, NULL))
        status = spx_decode(small, false, out, error);
    else
        status = spx_fail(error);
    g_clear_object(&small);
    return status;
}

// What there is of a picture has to be found in its full size: a pipeline that shrinks fails as a whole.
static int open_partial(VipsImage *header, const spx_open_options *options, spx_image **out, spx_error *error)
{
    spx_image *whole = NULL;
    VipsImage *small = NULL;
    int status = spx_decode(header, true, &whole, error);

    if (status != SPX_OK || options->box_width <= 0 || options->all_frames) {
        *out = whole;
        return status;
    }
    if (!vips_thumbnail_image(spx_vips(whole), &small, options->box_width, "height", options->box_height, "size",
                              VIPS_SIZE_DOWN, NULL))
        status = spx_finish(small, out, error);
    else
        status = spx_fail(error);
    g_clear_object(&small);
    spx_image_unref(whole);
    return status;
}

static int open_source(
    make_source *make, const void *context, const spx_open_options *options, spx_image **out, spx_info *info,
    spx_warnings *warnings, spx_error *error)
{
    vips_error_clear();
    spx_collect_warnings(warnings);
    VipsImage *header = NULL;
    VipsSource *source = make(context);
    int status = source ? read_header(source, options, &header, info, error) : spx_fail(error);

    if (status == SPX_OK && options->allow_damaged) {
        status = open_partial(header, options, out, error);
    } else if (status == SPX_OK && options->box_width > 0 && !options->all_frames) {
        g_clear_object(&header);
        g_object_unref(source);
        source = make(context);
        status = open_small(source, options, info, out, error);
    } else if (status == SPX_OK) {
        status = spx_decode(header, false, out, error);
    }

    if (status != SPX_OK && info->metadata && *info->metadata) {
        spx_metadata_unref(*info->metadata);
        *info->metadata = NULL;
    }
    g_clear_object(&header);
    g_clear_object(&source);
    spx_collect_warnings(NULL);
    // What a decoder complained of and went on is not part of the next error.
    vips_error_clear();
    return status;
}

static VipsSource *source_of_descriptor(const void *context)
{
    int descriptor = *(const int *)context;

    // The source works on a duplicate, and duplicates share one position.
    if (lseek(descriptor, 0, SEEK_SET) < 0) {
        vips_error_system(0, "open", "%s", "cannot rewind");
        return NULL;
    }
    return vips_source_new_from_descriptor(descriptor);
}

int spx_open_descriptor(
    int descriptor, const spx_open_options *options, spx_image **out, spx_info *info, spx_warnings *warnings,
    spx_error *error)
{
    return open_source(source_of_descriptor, &descriptor, options, out, info, warnings, error);
}

static int describe(
    VipsSource *source, int64_t limit, int side_limit, bool allow_damaged, spx_info *info, spx_details *details,
    spx_error *error)
{
    spx_open_options options = {.pixel_limit = limit, .side_limit = side_limit, .allow_damaged = allow_damaged};
    VipsImage *header = NULL;
    int status = source ? read_header(source, &options, &header, info, error) : spx_fail(error);

    if (status == SPX_OK) {
        // 5 to 8 are the orientations with rows and columns exchanged (EXIF 2.3, tag 0x0112).
        details->upright = vips_image_get_orientation(header) < 5;
        details->has_alpha = vips_image_hasalpha(header);
        details->pages = vips_image_get_n_pages(header);
    }
    g_clear_object(&header);
    g_clear_object(&source);
    return status;
}

int spx_describe_descriptor(int descriptor, spx_info *info, spx_details *details, spx_error *error)
{
    return describe(source_of_descriptor(&descriptor), INT64_MAX, INT_MAX, false, info, details, error);
}

typedef struct {
    const void *bytes;
    size_t count;
} memory;

static VipsSource *source_of_memory(const void *context)
{
    const memory *m = context;
    return vips_source_new_from_memory(m->bytes, m->count);
}

int spx_open_bytes(
    const void *bytes, size_t count, const spx_open_options *options, spx_image **out, spx_info *info,
    spx_warnings *warnings, spx_error *error)
{
    memory m = {bytes, count};
    return open_source(source_of_memory, &m, options, out, info, warnings, error);
}

int spx_describe_bytes(
    const void *bytes, size_t count, int64_t pixel_limit, int side_limit, bool allow_damaged, spx_info *info,
    spx_details *details, spx_error *error)
{
    memory m = {bytes, count};
    return describe(source_of_memory(&m), pixel_limit, side_limit, allow_damaged, info, details, error);
}

// From a buffer librsvg has no base address, so references to files or the network lead nowhere.
static VipsImage *svg_header(const char *markup, size_t count, double scale)
{
    VipsImage *header = NULL;

    return vips_svgload_buffer((void *)markup, count, &header, "scale", scale, NULL) ? NULL : header;
}

int spx_open_svg(
    const char *markup, size_t count, double scale, int64_t pixel_limit, spx_image **out, spx_error *error)
{
    VipsImage *header = svg_header(markup, count, scale);
    int status;

    if (!header)
        return spx_fail(error);
    if ((int64_t)header->Xsize * header->Ysize > pixel_limit)
        status = spx_fail_with(error, SPX_TOO_LARGE, "the drawing's size is over the limit");
    else
        status = spx_decode(header, false, out, error);
    g_object_unref(header);
    return status;
}

int spx_describe_svg(const char *markup, size_t count, int *width, int *height, spx_error *error)
{
    VipsImage *header = svg_header(markup, count, 1);

    if (!header)
        return spx_fail(error);
    *width = header->Xsize;
    *height = header->Ysize;
    g_object_unref(header);
    return SPX_OK;
}
