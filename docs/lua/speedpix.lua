---@meta
-- Made of the API's own description: do not edit.

--- One run of a workflow, as it was last heard of.
---@class Prediction
---@field id string
---@field status "waiting"|"running"|"succeeded"|"failed"|"canceled"
---@field workflow_id string?
---@field label string? what the script calls it
---@field reused boolean an attempt of this run before has created it, and paid for it
---@field info any? what the service said beside the output; of a success without any output it says so
---@field input table?
---@field output table<string, any>? files in it are output files
---@field error string?
---@field logs string
---@field metrics {predict_time: number?, total_time: number?} seconds
---@field progress number 0 to 1
---@field eta number? seconds that are left
---@field queue_length integer?
---@field preview string? the URL of a picture of how far it is, while it runs
---@field created_at string? ISO 8601
---@field started_at string?
---@field completed_at string?
---@field files OutputFile[] all of the output
local Prediction = {}

---@class Prediction.wait.options
---@field timeout? number seconds; the prediction goes on when they are over, unless cancel_on says otherwise. Default: none, as long as the service has said within the last 30 minutes that it goes on
---@field polling_interval? number seconds; default: adaptive
---@field on_progress? fun(job: Prediction) called whenever something changed
---@field cancel_on? "timeout"|"stop"|false when giving up ends it at the service, too; default: --cancel-on-stop says

--- Waits until it has succeeded; raises if it did not.
--- Raises: prediction_failed, timeout, auth, configuration, throttled, network, api_error, invalid_response.
---@param options? Prediction.wait.options
---@return Prediction
function Prediction:wait(options) end

--- Asks how it stands.
--- Raises: auth, configuration, throttled, network, api_error, invalid_response.
---@return Prediction
function Prediction:reload() end

--- Ends it at the service. One that has ended already stays as it is.
--- Raises: unsupported, auth, configuration, throttled, network, api_error, invalid_response.
---@return Prediction
function Prediction:cancel() end

---@class Prediction.save_all.options
---@field on_conflict? "error"|"rename"|"replace" where another result of this run was saved under this name: refuse it, save as name-2.jpg, or overwrite; default error

--- Saves every file of the output into a folder; returns the paths. Files of one output that have the same name get numbers before it.
--- Raises: network, file_not_found, not_allowed, file_system.
---@param folder string
---@param options? Prediction.save_all.options
---@return string[]
function Prediction:save_all(folder, options) end

--- A file among results: what the service tells of it. It goes into the next step's input as it is.
---@class OutputFile
---@field url string it expires; tostring(file) gives it, too
---@field filename string
---@field format string?
---@field mime_type string
---@field size integer? bytes
---@field width integer? pixels
---@field height integer? pixels
---@field dpi number?
---@field color_space string?
---@field duration number? seconds
---@field frame_rate number?
---@field codec string?
---@field has_audio boolean?
---@field audio_codec string?
---@field sample_rate integer?
---@field bitrate integer?
---@field channels integer?
---@field pages integer?
---@field language string?
---@field author string?
local OutputFile = {}

---@class OutputFile.save.options
---@field on_conflict? "error"|"rename"|"replace" where another result of this run was saved under this name: refuse it, save as name-2.jpg, or overwrite; default error

--- Streams it to disk, in one step, with the folders on the way; returns the full path. A folder keeps the file's own name. Another result of the same run is not overwritten: two that would take one name are an error.
--- Raises: network, file_not_found, not_allowed, file_system.
---@param path? string default ./
---@param options? OutputFile.save.options
---@return string
function OutputFile:save(path, options) end

--- Its bytes.
--- Raises: network, api_error.
---@return string
function OutputFile:read() end

--- Width divided by height; nil if unknown.
---@return number?
function OutputFile:aspect_ratio() end

--- Nil if its size is unknown.
---@return boolean?
function OutputFile:is_square() end

--- Nil if its size is unknown.
---@return boolean?
function OutputFile:is_portrait() end

--- Nil if its size is unknown.
---@return boolean?
function OutputFile:is_landscape() end

--- Whether the shorter side has 720 pixels or more.
---@return boolean?
function OutputFile:is_hd() end

--- Whether the shorter side has 2,160 pixels or more.
---@return boolean?
function OutputFile:is_4k() end

--- Such as "1920x1080".
---@return string?
function OutputFile:resolution() end

--- An uploaded file.
---@class File
---@field url string what goes into an input
---@field filename string
---@field size integer bytes
---@field mime_type string
---@field object_key string
---@field created_at string ISO 8601
---@field expires_at string? ISO 8601
local File = {}

--- What a string is meant as: made by speedpix.file, speedpix.bytes and speedpix.text.
---@class Source
local Source = {}

--- A function that runs beside the script.
---@class Task
---@field status "running"|"succeeded"|"failed"|"canceled"
local Task = {}

--- Waits for it, and gives its results or raises its error.
---@return any
function Task:join() end

--- Ends it, and all that it started.
function Task:cancel() end

--- A picture, or an animated GIF or WebP, of which every frame is changed alike; what takes one picture refuses an animation. Every method makes a new one; none changes the picture it is called on.
---@class Picture
---@field width integer pixels
---@field height integer pixels
---@field format string? jpeg, png, webp, gif, tiff or heif; nil for one that was made
---@field dpi number? dots per inch
---@field color_space string of the file; the pixels are always sRGB
---@field has_alpha boolean? nil until the pixels are decoded
---@field frames integer of an animated GIF or WebP, all of which every change is made to; pages of a TIFF or HEIF, of which the first counts; else 1
---@field metadata {copyright?: string, artist?: string, description?: string, exif?: {[string]: string}, profile?: string, xmp?: string} what the file says of itself, a table: copyright, artist, description, exif (tags by name), profile, xmp; each is nil if it says nothing, and cut off after 1000 bytes (xmp: 64 KiB)
---@field confidence number? of a cut-out: how sure it is, 0 to 1; 1 if there is nothing to warn of and every edge is clear
---@field warnings string[]? of a cut-out, why it may be wrong: touches_border, several_parts, coverage_low (under 5 % of the picture), coverage_high (over 90 %), weak_edges (the backdrop's colour along much of its edge)
local Picture = {}

---@class Picture.resize.options
---@field width? integer pixels; follows from the height if not given
---@field height? integer pixels; follows from the width if not given
---@field fit? "fit"|"cover"|"exact" within the box, filling it, or exactly it; default fit
---@field metadata? "keep"|"strip" whether EXIF (with the place it was taken at), colour profile, copyright and the like go along. TIFF keeps the colour profile, XMP and, as XMP, copyright, artist and description; GIF keeps nothing. Default keep

--- Another size, up or down.
--- Raises: image_too_large.
---@param options? Picture.resize.options
---@return Picture
---@overload fun(self: Picture, width: integer, height: integer, options?: Picture.resize.options): Picture
function Picture:resize(options) end

---@class Picture.fit.options
---@field width? integer of the canvas, in pixels
---@field height? integer of the canvas, in pixels; the width if not given
---@field fill? number what the side takes that comes nearer to its end, above 0 to 1; 0.85 leaves a margin of 7.5 % on either side; default 1
---@field background? string colour of the canvas; default white
---@field metadata? "keep"|"strip" whether EXIF (with the place it was taken at), colour profile, copyright and the like go along. TIFF keeps the colour profile, XMP and, as XMP, copyright, artist and description; GIF keeps nothing. Default keep

--- On a canvas of exactly this size, in its middle; enlarged or shrunk. Of a picture with alpha, such as a cut-out, it is what is not transparent that counts.
--- Raises: image_too_large.
---@param options? Picture.fit.options
---@return Picture
---@overload fun(self: Picture, width: integer, height: integer, options?: Picture.fit.options): Picture
function Picture:fit(options) end

---@class Picture.thumbnail.options
---@field width? integer pixels
---@field height? integer pixels; the width if not given
---@field metadata? "keep"|"strip" whether EXIF (with the place it was taken at), colour profile, copyright and the like go along. TIFF keeps the colour profile, XMP and, as XMP, copyright, artist and description; GIF keeps nothing. Default keep

--- Shrunk to fit a box, never enlarged; straight from the file, which is fast.
--- Raises: image_damaged.
---@param options? Picture.thumbnail.options
---@return Picture
---@overload fun(self: Picture, width: integer, height: integer, options?: Picture.thumbnail.options): Picture
function Picture:thumbnail(options) end

---@class Picture.crop.options
---@field x? integer pixels from the left
---@field y? integer pixels from the top
---@field width? integer pixels
---@field height? integer pixels
---@field metadata? "keep"|"strip" whether EXIF (with the place it was taken at), colour profile, copyright and the like go along. TIFF keeps the colour profile, XMP and, as XMP, copyright, artist and description; GIF keeps nothing. Default keep

--- A rectangle out of it.
---@param options? Picture.crop.options
---@return Picture
---@overload fun(self: Picture, x: integer, y: integer, width: integer, height: integer, options?: Picture.crop.options): Picture
function Picture:crop(options) end

---@class Picture.rotate.options
---@field degrees? number any angle
---@field background? string colour of the corners; default transparent

--- Turned clockwise.
--- Raises: image_too_large.
---@param options? Picture.rotate.options
---@return Picture
---@overload fun(self: Picture, degrees: number, options?: Picture.rotate.options): Picture
function Picture:rotate(options) end

---@class Picture.flip.options
---@field direction? "horizontal"|"vertical" default horizontal

--- Mirrored.
---@param options? Picture.flip.options
---@return Picture
---@overload fun(self: Picture, direction: "horizontal"|"vertical", options?: Picture.flip.options): Picture
function Picture:flip(options) end

---@class Picture.extend.options
---@field top? integer pixels
---@field right? integer pixels
---@field bottom? integer pixels
---@field left? integer pixels
---@field color? string default white

--- With a margin.
--- Raises: image_too_large.
---@param options? Picture.extend.options
---@return Picture
function Picture:extend(options) end

---@class Picture.trim.options
---@field color? string of the margin; default: the top left pixel's
---@field threshold? number 0 to 255; default 10

--- Without its even margin. It takes one picture, not an animation.
---@param options? Picture.trim.options
---@return Picture
function Picture:trim(options) end

---@class Picture.cutout.options
---@field feather? number softness of the edge; default 0.6

--- The subject, cut out of its backdrop. How sure it is, is told by `confidence` and `warnings` of the result. It takes one picture, not an animation.
--- Raises: no_subject.
---@param options? Picture.cutout.options
---@return Picture
function Picture:cutout(options) end

---@class Picture.blur.options
---@field sigma? number pixels, 0.3 to 200

--- Out of focus.
---@param options? Picture.blur.options
---@return Picture
---@overload fun(self: Picture, sigma: number, options?: Picture.blur.options): Picture
function Picture:blur(options) end

---@class Picture.sharpen.options
---@field sigma? number size of the detail, 0.3 to 10; default 0.8

--- Crisper.
---@param options? Picture.sharpen.options
---@return Picture
---@overload fun(self: Picture, sigma: number, options?: Picture.sharpen.options): Picture
function Picture:sharpen(options) end

--- In shades of grey.
---@return Picture
function Picture:grayscale() end

---@class Picture.silhouette.options
---@field color? string default black

--- Its outline filled with one colour.
---@param options? Picture.silhouette.options
---@return Picture
---@overload fun(self: Picture, color: string, options?: Picture.silhouette.options): Picture
function Picture:silhouette(options) end

---@class Picture.background.options
---@field color? string default white

--- On a background: nothing stays transparent.
---@param options? Picture.background.options
---@return Picture
---@overload fun(self: Picture, color: string, options?: Picture.background.options): Picture
function Picture:background(options) end

---@class Picture.composite.options
---@field x? integer pixels from the left; default 0
---@field y? integer pixels from the top; default 0
---@field at? "top-left"|"top"|"top-right"|"left"|"center"|"right"|"bottom-left"|"bottom"|"bottom-right" a place by name, instead of x and y
---@field margin? integer pixels between it and the edges that it stands at; default 0
---@field blend? "over"|"multiply"|"screen"|"overlay"|"darken"|"lighten"|"add"|"soft-light"|"hard-light"|"difference"|"color-dodge"|"color-burn" default over
---@field opacity? number 0 to 1; default 1

--- With another picture laid on it.
---@param other Picture
---@param options? Picture.composite.options
---@return Picture
function Picture:composite(other, options) end

---@class Picture.text.options
---@field x? integer pixels from the left
---@field y? integer pixels from the top
---@field at? "top-left"|"top"|"top-right"|"left"|"center"|"right"|"bottom-left"|"bottom"|"bottom-right" a place by name, instead of x and y; default center
---@field margin? integer pixels between the text and the edges that it stands at; default 4 % of the shorter side
---@field font? string families in order of preference, separated by commas
---@field weight? string such as "Bold" or "Light Italic"
---@field size? number pixels, 4 to 1000; default 32
---@field color? string #rgb, #rrggbb, #rrggbbaa or a name; default black
---@field width? integer wraps lines at this many pixels
---@field fit_width? integer sets the text smaller until it is no wider than this
---@field align? "left"|"center"|"right" of lines to each other; default left
---@field spacing? integer pixels between lines beyond the font's own; default 0

--- With text on it, in the middle unless told otherwise.
--- Raises: image_too_large.
---@param text string
---@param options? Picture.text.options
---@return Picture
function Picture:text(text, options) end

---@class Picture.watermark.options
---@field style? "logo"|"tiled" once at a place, or all over; default logo
---@field at? "top-left"|"top"|"top-right"|"left"|"center"|"right"|"bottom-left"|"bottom"|"bottom-right" where a logo stands; default bottom-right
---@field margin? integer pixels between a logo and the edge; default 4 % of the shorter side
---@field size? number of the mark's longer side to the picture's shorter one, above 0 to 1; default 0.25
---@field opacity? number 0 to 1; default 0.8 for a logo, 0.15 for tiles
---@field angle? number degrees clockwise; default 0 for a logo, -30 for tiles
---@field gap? integer pixels between tiles, 0 to 10000; default half of the mark

--- With a mark on it: a picture, or a file, which may be an SVG of at most 1 MiB without embedded pictures; what an SVG refers to is not read.
--- Raises: file_not_found, not_allowed, unsupported_format, image_too_large, image_damaged.
---@param mark Picture|string|OutputFile|File|Source a picture, a path or a file
---@param options? Picture.watermark.options
---@return Picture
function Picture:watermark(mark, options) end

--- One frame of an animation, or one page of a TIFF or HEIF, as a picture.
--- Raises: image_too_large, image_damaged.
---@param number integer from 1 to `frames`
---@return Picture
function Picture:frame(number) end

---@class Picture.convert.options
---@field metadata? "keep"|"strip" whether EXIF (with the place it was taken at), colour profile, copyright and the like go along. TIFF keeps the colour profile, XMP and, as XMP, copyright, artist and description; GIF keeps nothing. Default keep

--- The same picture, to be written as another format. An animation is written as gif or webp; for another format take one frame of it.
---@param format "jpeg"|"png"|"webp"|"gif"|"tiff"
---@param options? Picture.convert.options
---@return Picture
function Picture:convert(format, options) end

---@class Picture.bytes.options
---@field format? "jpeg"|"png"|"webp"|"gif"|"tiff" default: the picture's own, else png
---@field quality? integer 1 to 100, for JPEG and WebP; default 90
---@field metadata? "keep"|"strip" whether EXIF (with the place it was taken at), colour profile, copyright and the like go along. TIFF keeps the colour profile, XMP and, as XMP, copyright, artist and description; GIF keeps nothing. Default keep

--- The content of a file.
---@param options? Picture.bytes.options
---@return string
---@overload fun(self: Picture, format: "jpeg"|"png"|"webp"|"gif"|"tiff", options?: Picture.bytes.options): string
function Picture:bytes(options) end

---@class Picture.save.options
---@field format? "jpeg"|"png"|"webp"|"gif"|"tiff" instead of the extension's
---@field quality? integer 1 to 100, for JPEG and WebP; default 90
---@field metadata? "keep"|"strip" whether EXIF (with the place it was taken at), colour profile, copyright and the like go along. TIFF keeps the colour profile, XMP and, as XMP, copyright, artist and description; GIF keeps nothing. Default keep
---@field on_conflict? "error"|"rename"|"replace" where another result of this run was saved under this name: refuse it, save as name-2.jpg, or overwrite; default error

--- Writes a file in one step, with the folders on its way; returns its full path.
--- Raises: not_allowed, file_system.
---@param path string its extension names the format
---@param options? Picture.save.options
---@return string
function Picture:save(path, options) end

--- An open file of `io.open`.
---@class FileHandle
local FileHandle = {}

--- As formats say: l, L, a, n, or a number of bytes.
---@param ... string|integer
---@return any
function FileHandle:read(...) end

--- Iterates over lines, or what formats say.
---@param ... string|integer
---@return fun(): any
function FileHandle:lines(...) end

--- Writes strings and numbers; returns the file.
---@param ... string|number
---@return FileHandle
function FileHandle:write(...) end

--- Moves, and returns the position from the start.
---@param whence? string set, cur or end
---@param offset? integer
---@return integer
function FileHandle:seek(whence, offset) end

--- Hands what was written to the system.
---@return FileHandle
function FileHandle:flush() end

--- Does nothing: the host decides on buffers.
---@param mode? string
---@return boolean
function FileHandle:setvbuf(mode) end

--- Closes it; a <close> variable does so by itself.
---@return boolean
function FileHandle:close() end

---@class Error
---@field code "prediction_failed"|"timeout"|"canceled"|"api_error"|"auth"|"throttled"|"network"|"unknown_outcome"|"output_expired"|"invalid_response"|"unsupported"|"configuration"|"file_not_found"|"file_system"|"not_allowed"|"module"|"invalid_json"|"invalid_csv"|"invalid_text"|"unsupported_format"|"image_too_large"|"image_damaged"|"no_subject"|"imaging_failed"|"invalid_argument"|"journal_failed"|"busy"|"too_large"|"cannot_wait"|"internal"
---@field message string
---@field hint string?
---@field retryable boolean
---@field http_status integer?
---@field service_code string?
---@field request_id string?
---@field prediction Prediction?
---@field where string?
---@field traceback string?

--- Writes its arguments to standard output, separated by tabs.
---@param ... any
function print(...) end

---@class show.options
---@field width? integer columns of the terminal; default: as many as fit, 80 at most

--- Shows pictures in the terminal, and a line about each: kind, size, bytes. Where standard output is not a terminal, or one without pictures, only the line.
--- Raises: file_not_found, not_allowed, file_system, network, image_damaged, image_too_large.
---@param picture string|File|OutputFile|Picture|Prediction|table a picture, a file, a path, a prediction or a list of them
---@param options? show.options
function show(picture, options) end

--- Loads a `.lua` file from the script's folder, once: `require "lib.shapes"` is `lib/shapes.lua` or `lib/shapes/init.lua`. Its first line may already wait for things.
--- Raises: module, file_not_found, not_allowed.
---@param module string
---@return any
function require(module) end

--- The service: workflows, files, and many of them at once.
speedpix = {}

--- JSON's null, which a table cannot hold as nil
---@type lightuserdata
speedpix.null = nil

--- of speedpix
---@type string
speedpix.version = nil

--- the folder in which the script lies, for files beside it, also if the script was started through a link; in a session the working folder; nil for one from standard input or a pipe
---@type string
speedpix.script_dir = nil

---@class speedpix.run.options
---@field alias_id? string which published version; default "main" unless version_id is given
---@field version_id? string one version, published or not
---@field randomise_seeds? boolean new seeds for every run
---@field return_temp_files? boolean intermediate results, too
---@field resource_config_id? string|string[] where it may run
---@field label? string what rows, errors, reports and downloads call it; default: the item of `map` (its text, or its sku, id or name), else the input file's name, else the prompt's first words
---@field timeout? number seconds; the prediction goes on when they are over, unless cancel_on says otherwise. Default: none, as long as the service has said within the last 30 minutes that it goes on
---@field polling_interval? number seconds; default: adaptive
---@field on_progress? fun(job: Prediction) called whenever something changed
---@field cancel_on? "timeout"|"stop"|false when giving up ends it at the service, too; default: --cancel-on-stop says

--- Creates a prediction, waits for it and returns its output. Files anywhere in the input, named by a path such as "./shoe.jpg", are uploaded, the same content once. Of the local gateway, `text-to-image` draws by the words that it knows: mountains, forests, the sea, lakes, deserts, cities, flowers, mugs, vases, bottles, bowls, abstract patterns, a stage for a product, with hour, weather and colour; `info` says when a prompt had none of them.
--- Raises: prediction_failed, timeout, unknown_outcome, output_expired, auth, configuration, throttled, network, api_error, invalid_response, file_not_found, not_allowed, file_system.
---@param workflow string its id
---@param input? table by the workflow's names
---@param options? speedpix.run.options
---@return table<string, any>
function speedpix.run(workflow, input, options) end

---@class speedpix.create.options
---@field alias_id? string which published version; default "main" unless version_id is given
---@field version_id? string one version, published or not
---@field randomise_seeds? boolean new seeds for every run
---@field return_temp_files? boolean intermediate results, too
---@field resource_config_id? string|string[] where it may run
---@field label? string what rows, errors, reports and downloads call it; default: the item of `map` (its text, or its sku, id or name), else the input file's name, else the prompt's first words

--- Creates a prediction and returns at once.
--- Raises: unknown_outcome, output_expired, auth, configuration, throttled, network, api_error, invalid_response, file_not_found, not_allowed, file_system.
---@param workflow string its id
---@param input? table by the workflow's names
---@param options? speedpix.create.options
---@return Prediction
function speedpix.create(workflow, input, options) end

---@class speedpix.wait.options
---@field timeout? number seconds; the prediction goes on when they are over, unless cancel_on says otherwise. Default: none, as long as the service has said within the last 30 minutes that it goes on
---@field polling_interval? number seconds; default: adaptive
---@field on_progress? fun(job: Prediction) called whenever something changed
---@field cancel_on? "timeout"|"stop"|false when giving up ends it at the service, too; default: --cancel-on-stop says

--- Waits until a prediction has succeeded; raises if it did not.
--- Raises: prediction_failed, timeout, auth, configuration, throttled, network, api_error, invalid_response.
---@param job Prediction
---@param options? speedpix.wait.options
---@return Prediction
function speedpix.wait(job, options) end

---@class speedpix.upload.options
---@field filename? string the name the service sees
---@field content_type? string default: by the name's extension, else by the content
---@field on_progress? function called with the bytes sent so far, and all of them

--- Uploads a file, or bytes, unless the same content was uploaded before.
--- Raises: auth, configuration, throttled, network, api_error, invalid_response, file_not_found, not_allowed, file_system.
---@param source string|Source a path or speedpix.bytes(…)
---@param options? speedpix.upload.options
---@return File
function speedpix.upload(source, options) end

--- A prediction by its id, such as one of an earlier run; of one that this run created, the beginning will do.
--- Raises: auth, configuration, throttled, network, api_error, invalid_response.
---@param id string
---@return Prediction
function speedpix.get(id) end

--- Ends a prediction at the service, by its id. One that has ended already stays as it is.
--- Raises: unsupported, auth, configuration, throttled, network, api_error, invalid_response.
---@param id string
---@return Prediction
function speedpix.cancel(id) end

--- The workflows that a gateway offers, each a table as `workflow` gives it, in the order of their ids. The service gives no list of its own: `unsupported`.
--- Raises: unsupported, auth, configuration, throttled, network, api_error, invalid_response.
---@return table[]
function speedpix.workflows() end

--- What a workflow of a gateway takes and gives: a table with id, title, summary, kind, version, versions, aliases, inputs, a list of tables with name, type, required, default, minimum, maximum, choices and help, and outputs, a list of tables with name, type and always_array. Of the service: `unsupported`.
--- Raises: unsupported, auth, configuration, throttled, network, api_error, invalid_response.
---@param id string
---@return table
function speedpix.workflow(id) end

---@class speedpix.map.options
---@field concurrency? integer at the same time; default 8
---@field on_error? string "wait", the default, finishes what is under way; "finish" does all items and then raises the first error; "cancel" ends what is under way at once

--- Calls a function for every value of a list, several at a time; results in order. After the first error no further item is begun; those under way are finished, and the error is raised. If it is one of this host's, `e.results` has what was finished, by item.
---@param list any[]
---@param fn fun(value: any, i: integer): any
---@param options? speedpix.map.options
---@return any[]
function speedpix.map(list, fn, options) end

---@class speedpix.settle.options
---@field concurrency? integer at the same time; default 8

--- Like map, but never raises: `{ ok = true, value = … }` or `{ ok = false, error = … }` for each.
---@param list any[]
---@param fn fun(value: any, i: integer): any
---@param options? speedpix.settle.options
---@return {ok: boolean, value: any, error: any}[]
function speedpix.settle(list, fn, options) end

---@class speedpix.all.options
---@field on_error? string "wait", the default, finishes what is under way; "finish" does all items and then raises the first error; "cancel" ends what is under way at once

--- Waits for all of a table of jobs; results under the same keys. The first error is raised when all have ended; `e.results` has the others' results.
---@param jobs table<any, Prediction|Task>
---@param options? speedpix.all.options
---@return table<any, any>
function speedpix.all(jobs, options) end

--- Waits for the first job that succeeds and cancels the others.
---@param jobs (Prediction|Task)[]
---@return any
function speedpix.first(jobs) end

--- Iterates over jobs as they end, whichever way.
---@param jobs (Prediction|Task)[]
---@return fun(): Prediction|Task
function speedpix.completed(jobs) end

--- Starts a function beside the script. It ends before the task that started it does; in a `<close>` variable, at the end of the block.
---@param fn function
---@param ... any its arguments
---@return Task
function speedpix.spawn(fn, ...) end

--- Calls a function and stops it when the time is over.
--- Raises: timeout.
---@param seconds number
---@param fn function
---@param ... any its arguments
---@return any
function speedpix.timeout(seconds, fn, ...) end

--- Waits; other tasks go on.
---@param seconds number
function speedpix.sleep(seconds) end

--- Calls a function once in a run, and gives its value every time: also when the run is resumed (`--resume`). For what would be another one each time: the time, a token, a choice. The value is what JSON can say.
--- Raises: journal_failed.
---@param name string
---@param fn fun(): any
---@return any
function speedpix.once(name, fn) end

--- What the script takes from the command line as `name=value`; `--help` after the script lists it. Each has `type` (string, integer, number, boolean, file), `required`, `default`, `min`, `max` and `help`. A value that is missing, wrong or of no parameter ends the script with that list and exit status 2. The result has these names alone: reading another one is an error.
--- Raises: file_not_found, not_allowed, file_system.
---@param parameters table<string, table>
---@return table<string, any>
function speedpix.params(parameters) end

--- A path that is meant as a file, whatever it looks like.
---@param path string
---@return Source
function speedpix.file(path) end

--- Bytes to upload as a file.
---@param data string
---@param filename string
---@return Source
function speedpix.bytes(data, filename) end

--- Text that is not a path, whatever it looks like.
---@param text string
---@return Source
function speedpix.text(text) end

--- A table as JSON's array, also when it is empty.
---@param table? any[]
---@return any[]
function speedpix.array(table) end

--- A table as JSON's object.
---@param table? table
---@return table
function speedpix.object(table) end

--- A whole number from 0 to 2^64 - 1, such as a seed, by its digits. Up to 2^63 - 1 it is one of Lua's integers. A larger one, for which Lua has no number, is an object that prints, compares, calculates (`+ - * // %`, with integers) and is sent as the number it is; `type` calls it userdata. `json.decode` and results have the same. As a numeral in a script, or by `tonumber`, it would be rounded: the one does not compile, and what came of the other is refused as an input.
---@param number string|integer decimal digits, or 0x and hexadecimal ones, in quotes
---@return integer
function speedpix.uint64(number) end

run = speedpix.run

create = speedpix.create

wait = speedpix.wait

upload = speedpix.upload

uint64 = speedpix.uint64

--- JSON as text. Arrays and objects keep what they are, null is `speedpix.null`.
json = {}

--- the same as speedpix.null
---@type lightuserdata
json.null = nil

--- Reads a document. Whole numbers of 64 bits keep their digits (from 2^63 on as `uint64` makes them); a longer one is an error and not rounded.
--- Raises: invalid_json.
---@param text string
---@return any
function json.decode(text) end

---@class json.encode.options
---@field indent? integer spaces for each level, 0 to 16; default 0: all in one line
---@field sort_keys? boolean the same value always gives the same text; default false

--- Writes a value. A file stands for its URL.
---@param value any
---@param options? json.encode.options
---@return string
function json.encode(value, options) end

--- Tables as spreadsheets exchange them. Values that are read are strings. Of a workbook (.xlsx, .numbers) save the sheet as text first: "CSV UTF-8" in Excel, Export To > CSV in Numbers.
csv = {}

---@class csv.read.options
---@field delimiter? string one character; default: what a line sep=; says, or comma, semicolon or tab, whichever it has
---@field encoding? string utf-8, utf-16, gb18030 (gbk, gb2312), big5, shift_jis or windows-1252; default: recognised. UTF-8 or UTF-16; anything else is taken for GB18030
---@field header? boolean false: rows are lists; default true

--- Reads a file: a list of rows by the names in its first line. Columns without a name that have nothing in them are left out, and so are rows with nothing in them.
--- Raises: invalid_csv, file_not_found, not_allowed, file_system.
---@param path string
---@param options? csv.read.options
---@return table[]
function csv.read(path, options) end

---@class csv.parse.options
---@field delimiter? string one character; default: what a line sep=; says, or comma, semicolon or tab, whichever it has
---@field encoding? string utf-8, utf-16, gb18030 (gbk, gb2312), big5, shift_jis or windows-1252; default: recognised. UTF-8 or UTF-16; anything else is taken for GB18030
---@field header? boolean false: rows are lists; default true

--- The same for text.
--- Raises: invalid_csv.
---@param text string
---@param options? csv.parse.options
---@return table[]
function csv.parse(text, options) end

---@class csv.format.options
---@field columns? string[] all of them, in their order; default: sorted
---@field delimiter? string one character; default comma
---@field bom? boolean true: begins with a byte order mark; default false

--- Rows as text, in UTF-8.
---@param rows table[] by name, or lists
---@param options? csv.format.options
---@return string
function csv.format(rows, options) end

---@class csv.write.options
---@field columns? string[] all of them, in their order; default: sorted
---@field delimiter? string one character; default comma
---@field bom? boolean whether it begins with a byte order mark; default: if the name ends in .csv and not everything is ASCII, since Excel needs it then

--- Writes rows to a file in one step, in UTF-8; returns its full path.
--- Raises: not_allowed, file_system.
---@param path string
---@param rows table[] by name, or lists
---@param options? csv.write.options
---@return string
function csv.write(path, rows, options) end

--- Files that the script may see, and those it may make.
fs = {}

--- Whether there is a file or folder.
--- Raises: not_allowed.
---@param path string
---@return boolean
function fs.exists(path) end

--- Whether it is a regular file.
--- Raises: not_allowed.
---@param path string
---@return boolean
function fs.is_file(path) end

--- Whether it is a folder.
--- Raises: not_allowed.
---@param path string
---@return boolean
function fs.is_dir(path) end

--- Bytes of a file.
--- Raises: file_not_found, not_allowed, file_system.
---@param path string
---@return integer
function fs.size(path) end

--- The names in a folder, as the system has them, in the order of their bytes: capitals before small letters. A name need not be UTF-8, and names that look the same may differ in their Unicode form.
--- Raises: file_not_found, not_allowed, file_system.
---@param folder? string default: the working folder
---@return string[]
function fs.list(folder) end

--- Paths that match a pattern, in the order of their bytes. `*` is any part of a name and `?` one character, `[a-z]` one of these and `[!a-z]` any other, `{jpg,png}` either; `**` stands for folders at any depth. A character in brackets stands for itself: `[*]`, `[?]`, `[{]`, `[[]`. Names that begin with a dot must be asked for with a dot. Capitals count, but not where the last name is only an extension: `*.jpg` and `*.{jpg,png}` find DSC_0042.JPG. Letters match in each of their Unicode forms. The paths start with ./ and so go into an input as files.
--- Raises: not_allowed.
---@param pattern string
---@return string[]
function fs.glob(pattern) end

--- Makes a folder, and those on its way; it may be there already. Returns its full path.
--- Raises: not_allowed, file_system.
---@param folder string
---@return string
function fs.mkdir(folder) end

--- Removes a file or an empty folder.
--- Raises: file_not_found, not_allowed, file_system.
---@param path string
---@return boolean
function fs.remove(path) end

--- The pictures in a folder, by their extension in any case or by their content: what `image.open` can read, unless it is damaged. Paths that go into an input as files, in the order of `fs.list`. Without those in folders below, and without names that begin with a dot.
--- Raises: file_not_found, not_allowed, file_system.
---@param folder? string default: the working folder
---@return string[]
function fs.images(folder) end

--- The content of a file, byte for byte.
--- Raises: file_not_found, not_allowed, file_system.
---@param path string
---@return string
function fs.read(path) end

---@class fs.lines.options
---@field encoding? string utf-8, utf-16, gb18030 (gbk, gb2312), big5, shift_jis or windows-1252; default: recognised. UTF-8 or UTF-16; anything else is taken for GB18030

--- The lines of a text file, such as a list of prompts: without their ends (CR LF, LF or CR) and without a byte order mark. The last line need not have an end.
--- Raises: invalid_text, file_not_found, not_allowed, file_system.
---@param path string
---@param options? fs.lines.options
---@return string[]
function fs.lines(path, options) end

--- Writes a file in one step, with the folders on its way; returns its full path.
--- Raises: not_allowed, file_system.
---@param path string
---@param content string
---@return string
function fs.write(path, content) end

--- Copies a file; returns the full path of the copy.
--- Raises: file_not_found, not_allowed, file_system.
---@param path string
---@param new_path string
---@return string
function fs.copy(path, new_path) end

--- Paths as text; nothing here looks at the disk.
path = {}

--- Parts with slashes between them.
---@param ... string
---@return string
function path.join(...) end

--- "shoe.jpg" of "photos/shoe.jpg".
---@param path string
---@return string
function path.basename(path) end

--- "photos" of "photos/shoe.jpg".
---@param path string
---@return string
function path.dirname(path) end

--- "shoe" of "photos/shoe.jpg".
---@param path string
---@return string
function path.stem(path) end

--- The same as text, for tables and captions: each byte of a name that is not UTF-8 as `\xB0`. It names no file.
---@param path string
---@return string
function path.text(path) end

--- "jpg" of "photos/shoe.jpg"; "" if there is none.
---@param path string
---@return string
function path.extension(path) end

--- Lines on standard error, apart from the results. Arguments are joined by spaces.
log = {}

--- Shown only with --verbose.
---@param ... any
function log.debug(...) end

--- What goes on.
---@param ... any
function log.info(...) end

--- What should be looked at.
---@param ... any
function log.warn(...) end

--- What went wrong; it does not end the script.
---@param ... any
function log.error(...) end

--- Local picture work. Nothing is sent to the service; every call lets other tasks run meanwhile.
image = {}

---@class image.open.options
---@field width? integer shrinks it to fit while it is decoded, which is much faster
---@field height? integer the same for its height
---@field damaged? "refuse"|"allow" allow opens what there is of a truncated or broken one; default refuse

--- Opens a JPEG, PNG, WebP, GIF, TIFF or HEIF picture; its content decides, not its name. The pixels are decoded when they are first needed; that a picture is truncated or broken may come out only then. `image.check` tells before. A result is downloaded for it, and counts as saved once a picture made from it is saved.
--- Raises: file_not_found, not_allowed, unsupported_format, image_too_large, image_damaged, file_system.
---@param source string|OutputFile|File|Source a path, a result, an upload, or the bytes of a picture
---@param options? image.open.options
---@return Picture
function image.open(source, options) end

--- Decodes everything in a picture's file, every frame to the end, and tells what it found. A damaged picture is no error here: `ok` is false, and `problem` begins with `truncated:` or `damaged:`. `warnings` are what the decoder complained of although every pixel is there; with nothing else, `ok` is true. It is stricter than `image.open`: a file without the mark at its end is not ok, even if all pixels are there.
--- Raises: file_not_found, not_allowed, unsupported_format, image_too_large, file_system.
---@param source string|OutputFile|File|Source a path, a result, an upload, or the bytes of a picture
---@return {ok: boolean, format: string, width?: integer, height?: integer, frames?: integer, problem?: string, warnings: string[]}
function image.check(source) end

---@class image.blank.options
---@field width? integer pixels
---@field height? integer pixels
---@field color? string default white

--- A picture of one colour.
--- Raises: image_too_large.
---@param options? image.blank.options
---@return Picture
---@overload fun(width: integer, height: integer, color: string, options?: image.blank.options): Picture
function image.blank(options) end

---@class image.text.options
---@field font? string families in order of preference, separated by commas
---@field weight? string such as "Bold" or "Light Italic"
---@field size? number pixels, 4 to 1000; default 32
---@field color? string #rgb, #rrggbb, #rrggbbaa or a name; default black
---@field width? integer wraps lines at this many pixels
---@field fit_width? integer sets the text smaller until it is no wider than this
---@field align? "left"|"center"|"right" of lines to each other; default left
---@field spacing? integer pixels between lines beyond the font's own; default 0

--- Text on nothing: a picture as small as the ink, transparent around it.
--- Raises: image_too_large.
---@param text string
---@param options? image.text.options
---@return Picture
function image.text(text, options) end

---@class image.contact_sheet.options
---@field columns? integer pictures in a row; default: about a square
---@field labels? string[] a line under each picture
---@field cell? integer pixels a side, 16 to 2000; default 256
---@field gap? integer pixels between pictures; default 16
---@field background? string colour; default white
---@field color? string of the labels; default black

--- Many pictures on one sheet, in rows.
--- Raises: file_not_found, not_allowed, unsupported_format, image_too_large, image_damaged.
---@param list (Picture|string|OutputFile|File|Source)[] pictures, paths or files
---@param options? image.contact_sheet.options
---@return Picture
function image.contact_sheet(list, options) end

--- How far two pictures of one size are apart: `difference` 0 to 1, `changed` (share of pixels), `psnr` in decibels, `same`, and `picture` of the differences.
---@param a Picture
---@param b Picture
---@return {difference: number, changed: number, psnr: number, same: boolean, picture: Picture}
function image.compare(a, b) end

--- What a picture is like, for a gate before it is published. Each figure is from 0 to 1. `sharpness`: 0 is out of focus or of one colour, 1 as crisp as pixels are; it is 1 less the blur of Crété-Roffet (2007), on a copy of at most 1024 pixels a side. `exposure`: how light the subject is, its mean L* by 100, 0 black and 1 white; of the whole picture if nothing stands out. `coverage`: the share of the picture that the subject takes; 0 if nothing stands out. `squareness`: the shorter side by the longer one; 1 is a square. A transparent picture lies on white, and what is not transparent is its subject. It takes one picture, not an animation.
---@param picture Picture
---@return {sharpness: number, exposure: number, coverage: number, squareness: number}
function image.quality(picture) end

--- Lua's own, for files that the script may open. `popen`, `tmpfile`, `input` and `output` are missing.
io = {}

--- has read and lines
---@type any
io.stdin = nil

--- has write
---@type any
io.stdout = nil

--- has write
---@type any
io.stderr = nil

--- Opens a file; nil, a message and a number if it cannot be opened.
--- Raises: not_allowed.
---@param path string
---@param mode? string r, w, a, r+, w+ or a+; default r
---@return FileHandle?, string?, integer?
function io.open(path, mode) end

--- Iterates over the lines of a file, or of standard input.
--- Raises: file_not_found, not_allowed, file_system.
---@param path? string
---@param ... string|integer
---@return fun(): any
function io.lines(path, ...) end

--- Reads from standard input.
---@param ... string|integer
---@return any
function io.read(...) end

--- Writes to standard output.
---@param ... string|number
---@return any
function io.write(...) end

--- Closes a file.
---@param handle FileHandle
---@return boolean
function io.close(handle) end

--- "file", "closed file" or nil.
---@param value any
---@return string?
function io.type(value) end

--- Lua's own, for time and for files that the script may write. `execute`, `exit` and `setlocale` are missing: a script ends with its last line, or with `error`.
os = {}

--- Seconds since 1970.
---@param table? table
---@return integer
function os.time(table) end

--- A date as text or as a table.
---@param format? string
---@param time? integer
---@return string|table
function os.date(format, time) end

--- Seconds of processor time.
---@return number
function os.clock() end

--- Seconds between two times.
---@param t2 integer
---@param t1 integer
---@return number
function os.difftime(t2, t1) end

--- An environment variable that --allow-env names; nil if it is not set.
--- Raises: not_allowed.
---@param name string
---@return string?
function os.getenv(name) end

--- Removes a file or an empty folder; nil and a message if it cannot be removed.
--- Raises: not_allowed.
---@param path string
---@return boolean?, string?, integer?
function os.remove(path) end

--- Renames or moves; nil and a message if that is not possible.
--- Raises: not_allowed.
---@param path string
---@param new_path string
---@return boolean?, string?, integer?
function os.rename(path, new_path) end

--- Makes an empty file in the folder of results and returns its path. The script removes it.
--- Raises: not_allowed, file_system.
---@return string
function os.tmpname() end
