#include "internal.h"

int spx_image_encode(
    const spx_image *image, int format, int quality, double dots_per_inch, void **bytes, size_t *count,
    spx_error *error)
{
    spx_steps s = {0};
    double resolution = dots_per_inch > 0 ? dots_per_inch / 25.4 : 1.0;
    int failed = vips_copy(spx_vips(image), &s.at[0], "xres", resolution, "yres", resolution, NULL);
    VipsImage *in = s.at[0];

    if (!failed && format == SPX_FORMAT_JPEG && vips_image_hasalpha(in)) {
        // JPEG has no alpha, and black is what transparent pixels usually hide: white is what everyone expects.
        VipsArrayDouble *white = vips_array_double_newv(3, 255.0, 255.0, 255.0);
        failed = vips_flatten(in, &s.at[1], "background", white, NULL);
        vips_area_unref(VIPS_AREA(white));
        in = s.at[1];
    }
    // `strip` has a newer name in later versions of libvips and still works there.
    if (!failed)
        switch (format) {
        case SPX_FORMAT_JPEG:
            failed = vips_jpegsave_buffer(in, bytes, count, "Q", quality, "optimize_coding", TRUE, "strip", TRUE, NULL);
            break;
        case SPX_FORMAT_PNG:
            failed = vips_pngsave_buffer(in, bytes, count, "compression", 6, "strip", TRUE, NULL);
            break;
        case SPX_FORMAT_WEBP:
            failed = vips_webpsave_buffer(in, bytes, count, "Q", quality, "strip", TRUE, NULL);
            break;
        case SPX_FORMAT_GIF:
            failed = vips_gifsave_buffer(in, bytes, count, "strip", TRUE, NULL);
            break;
        case SPX_FORMAT_TIFF:
            failed = vips_tiffsave_buffer(
                in, bytes, count, "compression", VIPS_FOREIGN_TIFF_COMPRESSION_DEFLATE, "strip", TRUE, NULL);
            break;
        default:
            spx_release(&s);
            return spx_fail_with(error, SPX_UNSUPPORTED, "pictures are written as JPEG, PNG, WebP, GIF or TIFF");
        }
    spx_release(&s);
    return failed ? spx_fail(error) : SPX_OK;
}

void spx_bytes_free(void *bytes) { g_free(bytes); }
