#include <string.h>

#include "internal.h"

// A picture of one pixel whose fields are the metadata: libvips' own containers then hold, share and release them.

static VipsImage *fields_of(const spx_metadata *metadata) { return (VipsImage *)metadata; }

// More bytes than these in one block or text are no description of a picture any more, and would be kept in memory with each.
static const size_t block_limit = 4 << 20, text_limit = 64 << 10;

static bool is_block(const char *name)
{
    return strcmp(name, VIPS_META_EXIF_NAME) == 0 || strcmp(name, VIPS_META_XMP_NAME) == 0 ||
        strcmp(name, VIPS_META_IPTC_NAME) == 0 || strcmp(name, VIPS_META_ICC_NAME) == 0;
}

// A PNG's texts are named so, with a number and a keyword behind it; a TIFF has one.
static bool is_text(const char *name)
{
    return strncmp(name, "exif-ifd", 8) == 0 || strncmp(name, "png-comment-", 12) == 0 ||
        strcmp(name, VIPS_META_IMAGEDESCRIPTION) == 0;
}

// What survives. Not the orientation: the pixels are upright. Not the embedded thumbnail, nor its directory (IFD1): it shows
// the picture as it was.
static bool is_kept(const char *name)
{
    if (strncmp(name, "exif-ifd1", 9) == 0 || strcmp(name, "exif-ifd0-Orientation") == 0)
        return false;
    return is_block(name) || is_text(name) || strcmp(name, "delay") == 0 || strcmp(name, "loop") == 0;
}

// Whether a text is not UTF-8, as many an old camera's and program's: libvips then has only a substitute of its own.
static bool is_illegible(VipsImage *image, const char *name)
{
    const char *text;

    return is_text(name) && !vips_image_get_string(image, name, &text) && strcmp(text, "<invalid utf-8 string>") == 0;
}

static void *copy_field(VipsImage *image, const char *name, GValue *value, void *to)
{
    const void *bytes;
    const char *text;
    size_t count;

    if (!is_kept(name))
        return NULL;
    if (is_text(name) && (vips_image_get_string(image, name, &text) || strlen(text) > text_limit))
        return NULL;
    if (is_block(name) && (vips_image_get_blob(image, name, &bytes, &count) || count == 0 || count > block_limit))
        return NULL;
    vips_image_set(to, name, value);
    return NULL;
}

static void *find_field(VipsImage *image, const char *name, GValue *value, void *unused)
{
    (void)value, (void)unused;
    return is_kept(name) ? image : NULL;
}

static void *collect_unkept(VipsImage *image, const char *name, GValue *value, void *list)
{
    (void)value;
    if (!is_kept(name) || is_illegible(image, name))
        g_ptr_array_add(list, g_strdup(name));
    return NULL;
}

static void *collect_illegible(VipsImage *image, const char *name, GValue *value, void *list)
{
    (void)value;
    if (is_illegible(image, name))
        g_ptr_array_add(list, g_strdup(name));
    return NULL;
}

static void drop(VipsImage *image, VipsImageMapFn collect)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

    vips_image_map(image, collect, names);
    for (guint i = 0; i < names->len; i++)
        vips_image_remove(image, names->pdata[i]);
    g_ptr_array_free(names, TRUE);
}

// Whoever gives a picture an EXIF block gives it every field and the thumbnail that is in it (libvips does so).
static void drop_unkept(VipsImage *fields) { drop(fields, collect_unkept); }

void spx_drop_illegible(VipsImage *image) { drop(image, collect_illegible); }

spx_metadata *spx_metadata_of(VipsImage *header)
{
    VipsImage *fields = NULL;

    if (!vips_image_map(header, find_field, NULL))
        return NULL;
    // A picture that cannot be described is still one.
    if (vips_black(&fields, 1, 1, NULL)) {
        vips_error_clear();
        return NULL;
    }
    vips_image_map(header, copy_field, fields);
    drop_unkept(fields);
    vips_error_clear();
    return (spx_metadata *)fields;
}

void spx_metadata_unref(spx_metadata *metadata)
{
    if (metadata)
        g_object_unref(fields_of(metadata));
}

const void *spx_metadata_block(const spx_metadata *metadata, const char *name, size_t *count)
{
    const void *bytes = NULL;

    *count = 0;
    if (!vips_image_get_typeof(fields_of(metadata), name) ||
        vips_image_get_blob(fields_of(metadata), name, &bytes, count))
        return NULL;
    return bytes;
}

void spx_metadata_set_block(spx_metadata *metadata, const char *name, const void *bytes, size_t count)
{
    if (count == 0)
        vips_image_remove(fields_of(metadata), name);
    else
        vips_image_set_blob_copy(fields_of(metadata), name, bytes, count);
    drop_unkept(fields_of(metadata));
}

typedef struct {
    void (*each)(const char *name, const char *text, void *context);
    void *context;
} text_visitor;

static void *visit_text(VipsImage *image, const char *name, GValue *value, void *data)
{
    const text_visitor *visitor = data;
    const char *text;

    (void)value;
    if (is_text(name) && !vips_image_get_string(image, name, &text))
        visitor->each(name, text, visitor->context);
    return NULL;
}

void spx_metadata_map(
    const spx_metadata *metadata, void (*each)(const char *name, const char *text, void *context), void *context)
{
    text_visitor visitor = {each, context};

    vips_image_map(fields_of(metadata), visit_text, &visitor);
}

int spx_metadata_delays(const spx_metadata *metadata, int *delays, int capacity, int *loop)
{
    VipsImage *fields = fields_of(metadata);
    int *found = NULL, count = 0;

    *loop = 0;
    if (vips_image_get_typeof(fields, "loop") && vips_image_get_int(fields, "loop", loop))
        *loop = 0;
    if (!vips_image_get_typeof(fields, "delay") || vips_image_get_array_int(fields, "delay", &found, &count))
        return 0;
    count = count < capacity ? count : capacity;
    memcpy(delays, found, (size_t)count * sizeof *delays);
    return count;
}
