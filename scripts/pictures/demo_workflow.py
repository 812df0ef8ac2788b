"""A workflow of ComfyUI as somebody has built it: a picture of a product from a prompt."""


def node(display_name, inputs, outputs, is_output=False):
    return {
        "input": {"required": dict(inputs)}, "input_order": {"required": [name for name, _ in inputs]}, "output": outputs,
        "output_is_list": [False] * len(outputs), "output_name": outputs, "display_name": display_name, "description": "",
        "python_module": "nodes", "category": "demo", "output_node": is_output, "api_node": False,
    }  # fmt: skip


def whole(default, least, most, **more):
    return ["INT", {"default": default, "min": least, "max": most, **more}]


def choice(*options):
    return ["COMBO", {"options": list(options)}]


MODELS = ["juggernautXL_v9.safetensors", "sd_xl_base_1.0.safetensors"]
CLASSES = {
    "CheckpointLoaderSimple": node("Load Checkpoint", [("ckpt_name", choice(*MODELS))], ["MODEL", "CLIP", "VAE"]),
    "CLIPTextEncode": node(
        "CLIP Text Encode (Prompt)", [("text", ["STRING", {"multiline": True, "default": ""}]), ("clip", ["CLIP"])],
        ["CONDITIONING"]),
    "EmptyLatentImage": node(
        "Empty Latent Image",
        [("width", whole(1024, 16, 16384, step=8)), ("height", whole(1024, 16, 16384, step=8)), ("batch_size", whole(1, 1, 64))],
        ["LATENT"],
    ),
    "KSampler": node(
        "KSampler",
        [
            ("seed", whole(0, 0, 2**64 - 1, control_after_generate=True)), ("steps", whole(20, 1, 100)),
            ("cfg", ["FLOAT", {"default": 8.0, "min": 0.0, "max": 30.0, "step": 0.1}]),
            ("sampler_name", choice("euler", "dpmpp_2m", "ddim")), ("scheduler", choice("normal", "karras")),
            ("denoise", ["FLOAT", {"default": 1.0, "min": 0.0, "max": 1.0, "step": 0.01}]),
            ("model", ["MODEL"]), ("positive", ["CONDITIONING"]), ("negative", ["CONDITIONING"]), ("latent_image", ["LATENT"]),
        ],
        ["LATENT"],
    ),
    "VAEDecode": node("VAE Decode", [("samples", ["LATENT"]), ("vae", ["VAE"])], ["IMAGE"]),
    "SaveImage": node(
        "Save Image", [("images", ["IMAGE"]), ("filename_prefix", ["STRING", {"default": "ComfyUI"}])], [], is_output=True),
}  # fmt: skip


def graph(prompt, seed):
    """The workflow with a prompt and a seed, in API format."""

    def one(class_type, title, **inputs):
        return {"class_type": class_type, "inputs": inputs, "_meta": {"title": title}}

    return {
        "4": one("CheckpointLoaderSimple", "Load Checkpoint", ckpt_name=MODELS[0]),
        "5": one("EmptyLatentImage", "Empty Latent Image", width=1024, height=768, batch_size=1),
        "6": one("CLIPTextEncode", "Prompt", text=prompt, clip=["4", 1]),
        "7": one("CLIPTextEncode", "Not to be seen", text="text, watermark", clip=["4", 1]),
        "3": one(
            "KSampler", "KSampler", seed=seed, steps=20, cfg=7.5, sampler_name="dpmpp_2m", scheduler="karras", denoise=1.0,
            model=["4", 0], positive=["6", 0], negative=["7", 0], latent_image=["5", 0],
        ),
        "8": one("VAEDecode", "VAE Decode", samples=["3", 0], vae=["4", 2]),
        "9": one("SaveImage", "Save Image", images=["8", 0], filename_prefix="shop"),
    }  # fmt: skip
