"""The test's small ComfyUI, as its own page uses it."""

import json
import urllib.request
import uuid

# A picture that is made, changed and saved.
PICTURE = {
    "1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0}},
    "2": {
        "class_type": "TestSampler", "inputs": {"image": ["1", 0], "seed": 1, "steps": 4, "denoise": 1.0, "tiled": False},
        "_meta": {"title": "Second pass"},
    },
    "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "ComfyUI"}, "_meta": {"title": "Saved"}},
}  # fmt: skip


def post(stage, graph):
    """Has ComfyUI run a workflow."""
    body = {"prompt": graph, "prompt_id": str(uuid.uuid4()), "client_id": "its own page"}
    request = urllib.request.Request(
        f"{stage.values['comfyui']}/api/prompt", method="POST", data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )  # fmt: skip
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)["prompt_id"]


def changed(**nodes):
    """The picture's workflow with other nodes."""
    return {**PICTURE, **{name.lstrip("_"): node for name, node in nodes.items()}}


def publish(stage, id="scene"):
    """Publishes what ComfyUI has run last."""
    stage.speedpix(
        "workflows", "publish", "--last", "1", "--id", id, "--alias", "main", "--input", "seed=2.seed", "--output",
        "images=3.images", "--comfyui", stage.values["comfyui"],
    )  # fmt: skip
