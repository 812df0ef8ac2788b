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

// Colours to 8 bit sRGB with at most one alpha channel.
static VipsImage *to_srgb(VipsImage *in, spx_steps *s)
{
    VipsImage *image = in;

    // A broken profile is no reason to refuse a picture whose pixels are whole: fall through to the plain conversion.
    if (vips_image_get_typeof(image, VIPS_META_ICC_NAME) &&
        !vips_icc_transform(image, &s->at[0], "srgb", "embedded", TRUE, "depth", 8, NULL))
        image = s->at[0];
    vips_error_clear();

    if (vips_colourspace(image, &s->at[1], VIPS_INTERPRETATION_sRGB, NULL))
        return NULL;
    image = s->at[1];
    if (image->BandFmt != VIPS_FORMAT_UCHAR) {
        if (vips_cast(image, &s->at[2], VIPS_FORMAT_UCHAR, NULL))
            return NULL;
        image = s->at[2];
    }
    if (image->Bands > 4) {
        if (vips_extract_band(image, &s->at[3], 0, "n", 4, NULL))
            return NULL;
        image = s->at[3];
    }
    if (image->Bands < 3) {
        vips_error("open", "%d colour channels instead of three", image->Bands);
        return NULL;
    }
    return image;
}

static void *collect_field(VipsImage *image, const char *name, GValue *value, void *list)
{
    (void)image, (void)value;
    g_ptr_array_add(list, g_strdup(name));
    return NULL;
}

// Drops what the file said about itself. A left-over orientation or profile would be applied a second time by a later
// operation, and a photograph's position or author must not end up in a result.
static void drop_metadata(VipsImage *image)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

    vips_image_map(image, collect_field, names);
    for (guint i = 0; i < names->len; i++)
        vips_image_remove(image, names->pdata[i]);
    g_ptr_array_free(names, TRUE);
}

// Pixels of an opened but not yet decoded picture: upright, sRGB, in memory.
static int decode(VipsImage *header, spx_image **out, spx_error *error)
{
    spx_steps color = {0}, turn = {0}, clean = {0};
    VipsImage *image = to_srgb(header, &color);
    int status = SPX_FAILED;

    if (!image) {
        status = spx_fail(error);
    } else {
        // Decoders run from top to bottom, so the picture has to be whole before it can be turned.
        int orientation = vips_image_get_orientation(image);
        if (orientation > 1) {
            turn.at[0] = vips_image_copy_memory(image);
            image = turn.at[0] && !vips_autorot(turn.at[0], &turn.at[1], NULL) ? turn.at[1] : NULL;
        }

        if (image && !vips_copy(image, &clean.at[0], "interpretation", VIPS_INTERPRETATION_sRGB, NULL)) {
            drop_metadata(clean.at[0]);
            status = spx_finish(clean.at[0], out, error);
        } else {
            status = spx_fail(error);
        }
    }
    spx_release(&clean);
    spx_release(&turn);
    spx_release(&color);
    return status;
}

// The strictest setting: a broken picture must be an error and never a grey area in a product shot (sharp does the
// same).
#define STRICT "fail_on", VIPS_FAIL_ON_WARNING

static int read_header(VipsSource *source, int64_t limit, VipsImage **header, spx_info *info, spx_error *error)
{
    info->format = format_of_loader(vips_foreign_find_load_source(source));
    if (info->format == SPX_FORMAT_NONE) {
        vips_error_clear();
        return spx_fail_with(error, SPX_UNSUPPORTED, "the content is not a JPEG, PNG, WebP, GIF, TIFF or HEIF picture");
    }
    *header = vips_image_new_from_source(source, "", "access", VIPS_ACCESS_SEQUENTIAL, STRICT, NULL);
    if (!*header)
        return spx_fail(error);

    VipsImage *image = *header;
    info->stored_width = image->Xsize;
    info->stored_height = image->Ysize;
    info->orientation = vips_image_get_orientation(image);
    // One pixel a millimetre is libvips' way of saying that the file gives no density.
    info->dots_per_inch = image->Xres == 1.0 ? 0 : image->Xres * 25.4;
    info->color_space = vips_enum_nick(VIPS_TYPE_INTERPRETATION, vips_image_guess_interpretation(image));
    // Some formats can hold any number of channels; none that a picture needs has more than five (CMYK and alpha).
    if ((int64_t)image->Xsize * image->Ysize > limit || image->Bands > 5) {
        char text[128];
        g_snprintf(text, sizeof text, "%d × %d pixels in %d channels", image->Xsize, image->Ysize, image->Bands);
        return spx_fail_with(error, SPX_TOO_LARGE, text);
    }
    return SPX_OK;
}

typedef VipsSource *make_source(const void *context);

static int open_source(
    make_source *make, const void *context, const spx_open_options *options, spx_image **out, spx_info *info,
    spx_error *error)
{
    VipsImage *header = NULL;
    VipsSource *source = make(context);
    int status = source ? read_header(source, options->pixel_limit, &header, info, error) : spx_fail(error);

    if (status == SPX_OK && options->box_width > 0) {
        // A decoder can often produce a smaller picture far faster than the whole one, but only if asked from the
        // start: begin anew.
        VipsImage *small = NULL;
        g_clear_object(&header);
        g_object_unref(source);
        source = make(context);
        if (source && !vips_thumbnail_source(source, &small, options->box_width, "height", options->box_height, "size",
                                             VIPS_SIZE_DOWN, STRICT, NULL))
            status = decode(small, out, error);
        else
            status = spx_fail(error);
        g_clear_object(&small);
    } else if (status == SPX_OK) {
        status = decode(header, out, error);
    }

    g_clear_object(&header);
    g_clear_object(&source);
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
    int descriptor, const spx_open_options *options, spx_image **out, spx_info *info, spx_error *error)
{
    return open_source(source_of_descriptor, &descriptor, options, out, info, error);
}

int spx_describe_descriptor(int descriptor, spx_info *info, spx_details *details, spx_error *error)
{
    VipsImage *header = NULL;
    VipsSource *source = source_of_descriptor(&descriptor);
    int status = source ? read_header(source, INT64_MAX, &header, info, error) : spx_fail(error);

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
    spx_error *error)
{
    memory m = {bytes, count};
    return open_source(source_of_memory, &m, options, out, info, error);
}

int spx_read_info_bytes(const void *bytes, size_t count, int64_t pixel_limit, spx_info *info, spx_error *error)
{
    memory m = {bytes, count};
    VipsImage *header = NULL;
    VipsSource *source = source_of_memory(&m);
    int status = source ? read_header(source, pixel_limit, &header, info, error) : spx_fail(error);

    g_clear_object(&header);
    g_clear_object(&source);
    return status;
}

int spx_open_svg(const char *markup, size_t count, int64_t pixel_limit, spx_image **out, spx_error *error)
{
    VipsImage *header = NULL;
    int status;

    // From a buffer librsvg has no base address, so references to files or the network lead nowhere.
    if (vips_svgload_buffer((void *)markup, count, &header, NULL))
        return spx_fail(error);
    if ((int64_t)header->Xsize * header->Ysize > pixel_limit)
        status = spx_fail_with(error, SPX_TOO_LARGE, "the drawing's size is over the limit");
    else
        status = decode(header, out, error);
    g_object_unref(header);
    return status;
}
