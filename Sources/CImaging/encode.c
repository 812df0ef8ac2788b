#include <string.h>

#include "internal.h"

static void *copy_field(VipsImage *image, const char *name, GValue *value, void *to)
{
    (void)image;
    // An animation's timing is its caller's to say, and the profile goes with the pixels.
    if (strcmp(name, "delay") != 0 && strcmp(name, "loop") != 0 &&
        strcmp(name, VIPS_META_ICC_NAME) != 0)
        vips_image_set(to, name, value);
    return NULL;
}

// Whether a profile is one for red, green and blue (ICC.1:2022, 7.2.6): the pixels are.
static bool is_rgb_profile(const void *profile, size_t count)
{
    return count > 128 && memcmp((const char *)profile + 16, "RGB ", 4) == 0;
}

// `in`, in sRGB, in the colours of a profile, which it has then. NULL if the profile has no way there. Uses three slots of `s`
// from `slot` on.
static VipsImage *in_profile(VipsImage *in, const void *profile, size_t count, spx_steps *s, int slot)
{
    VipsImage **t = &s->at[slot];

    if (vips_icc_import(in, &t[0], "input_profile", "srgb", "intent", VIPS_INTENT_RELATIVE, NULL) ||
        vips_copy(t[0], &t[1], NULL))
        return NULL;
    vips_image_set_blob_copy(t[1], VIPS_META_ICC_NAME, profile, count);
    return vips_icc_export(t[1], &t[2], "depth", 8, "intent", VIPS_INTENT_RELATIVE, NULL) ? NULL : t[2];
}

// `in` with a copy of the metadata's fields. Uses four slots of `s` from `slot` on; NULL if libvips failed.
static VipsImage *with_metadata(VipsImage *in, const spx_encode_options *options, spx_steps *s, int slot)
{
    const spx_metadata *metadata = options->metadata;
    size_t count;
    const void *profile = spx_metadata_block(metadata, VIPS_META_ICC_NAME, &count);
    VipsImage *colored = NULL;

    if (profile && is_rgb_profile(profile, count)) {
        colored = in_profile(in, profile, count, s, slot);
        // Without a profile the pixels are sRGB, which is what they are taken for.
        vips_error_clear();
    }
    if (vips_copy(colored ? colored : in, &s->at[slot + 3], NULL))
        return NULL;
    vips_image_map((VipsImage *)metadata, copy_field, s->at[slot + 3]);
    spx_drop_illegible(s->at[slot + 3]);
    if (options->xmp && !vips_image_get_typeof(s->at[slot + 3], VIPS_META_XMP_NAME))
        vips_image_set_blob_copy(s->at[slot + 3], VIPS_META_XMP_NAME, options->xmp, strlen(options->xmp));
    // libvips 8.14 writes a TIFF's IPTC with a length that is a quarter of what it should be.
    if (options->format == SPX_FORMAT_TIFF)
        vips_image_remove(s->at[slot + 3], VIPS_META_IPTC_NAME);
    vips_image_set_int(s->at[slot + 3], VIPS_META_ORIENTATION, 1);
    return s->at[slot + 3];
}

static double density_of(const spx_encode_options *options)
{
    // JPEG, PNG and TIFF get a density in any case. libvips' default is a pixel a millimetre, 25.4 dots per inch: page layout
    // programs place such a picture far too large.
    return options->dots_per_inch > 0 ? options->dots_per_inch : 72;
}

// Puts the density into a JPEG file that libvips has stripped: it leaves out the whole JFIF segment, where it would be.
static int add_density(void **bytes, size_t *count, double dots_per_inch)
{
    // ITU-T T.871, 10.1: the marker and the length, the name, version 1.01, dots per inch; then the density in both directions
    // and a thumbnail of 0 by 0 pixels.
    unsigned char segment[18] = {0xFF, 0xE0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 1};
    int density = (int)VIPS_CLIP(1, dots_per_inch + 0.5, 65535);
    unsigned char *file = *bytes, *with;

    // A version of libvips that writes one.
    if (*count < 4 || file[3] == 0xE0)
        return 0;
    segment[12] = segment[14] = (unsigned char)(density >> 8);
    segment[13] = segment[15] = (unsigned char)(density & 0xFF);
    if (!(with = g_try_malloc(*count + sizeof segment))) {
        vips_error("jpeg", "out of memory");
        return -1;
    }
    memcpy(with, file, 2);
    memcpy(with + 2, segment, sizeof segment);
    memcpy(with + 2 + sizeof segment, file + 2, *count - 2);
    g_free(file);
    *bytes = with;
    *count += sizeof segment;
    return 0;
}

static int save(VipsImage *in, const spx_encode_options *options, void **bytes, size_t *count)
{
    // `strip` has a newer name in later versions of libvips and still works there.
    gboolean strip = !options->metadata;

    switch (options->format) {
    case SPX_FORMAT_JPEG:
        return vips_jpegsave_buffer(
                   in, bytes, count, "Q", options->quality, "optimize_coding", TRUE, "strip", strip, NULL) ||
            (strip && add_density(bytes, count, density_of(options)));
    case SPX_FORMAT_PNG:
        return vips_pngsave_buffer(in, bytes, count, "compression", 6, "strip", strip, NULL);
    case SPX_FORMAT_WEBP:
        return vips_webpsave_buffer(in, bytes, count, "Q", options->quality, "strip", strip, NULL);
    case SPX_FORMAT_GIF:
        return vips_gifsave_buffer(in, bytes, count, "strip", strip, NULL);
    default:
        return vips_tiffsave_buffer(
            in, bytes, count, "compression", VIPS_FOREIGN_TIFF_COMPRESSION_DEFLATE, "strip", strip, NULL);
    }
}

static bool is_writable(int format)
{
    return format == SPX_FORMAT_JPEG || format == SPX_FORMAT_PNG || format == SPX_FORMAT_WEBP ||
        format == SPX_FORMAT_GIF || format == SPX_FORMAT_TIFF;
}

// Uses nine slots of `s` from `slot` on, and releases all.
static int encode(
    VipsImage *image, const spx_encode_options *options, spx_steps *s, int slot, void **bytes, size_t *count,
    spx_error *error)
{
    VipsImage **t = &s->at[slot], *in = image;
    double resolution = density_of(options) / 25.4;
    int failed = 0;

    if (options->format == SPX_FORMAT_JPEG && vips_image_hasalpha(in)) {
        // JPEG has no alpha, and black is what transparent pixels usually hide: white is what everyone expects.
        VipsArrayDouble *white = vips_array_double_newv(3, 255.0, 255.0, 255.0);
        failed = vips_flatten(in, &t[0], "background", white, NULL);
        vips_area_unref(VIPS_AREA(white));
        in = t[0];
    }
    // GIF has a place for none of it.
    if (!failed && options->metadata && options->format != SPX_FORMAT_GIF)
        failed = !(in = with_metadata(in, options, s, slot + 1));
    if (!failed)
        failed = vips_copy(in, &t[5], "xres", resolution, "yres", resolution, NULL) ||
            save(t[5], options, bytes, count);
    spx_release(s);
    return failed ? spx_fail(error) : SPX_OK;
}

int spx_image_encode(
    const spx_image *image, const spx_encode_options *options, void **bytes, size_t *count, spx_error *error)
{
    spx_steps s = {0};

    if (!is_writable(options->format))
        return spx_fail_with(error, SPX_UNSUPPORTED, "pictures are written as JPEG, PNG, WebP, GIF or TIFF");
    return encode(spx_vips(image), options, &s, 0, bytes, count, error);
}

int spx_frames_encode(
    const spx_image *const *frames, int count, const int *delays, int loop, const spx_encode_options *options,
    void **bytes, size_t *size, spx_error *error)
{
    spx_steps s = {0};

    if (options->format != SPX_FORMAT_GIF && options->format != SPX_FORMAT_WEBP)
        return spx_fail_with(error, SPX_UNSUPPORTED, "animations are written as GIF or WebP");
    if (vips_arrayjoin((VipsImage **)frames, &s.at[0], count, "across", 1, NULL) ||
        vips_copy(s.at[0], &s.at[1], NULL)) {
        spx_release(&s);
        return spx_fail(error);
    }
    vips_image_set_int(s.at[1], VIPS_META_PAGE_HEIGHT, spx_image_height(frames[0]));
    vips_image_set_int(s.at[1], "loop", loop);
    vips_image_set_array_int(s.at[1], "delay", delays, count);
    return encode(s.at[1], options, &s, 2, bytes, size, error);
}

void spx_bytes_free(void *bytes) { g_free(bytes); }
