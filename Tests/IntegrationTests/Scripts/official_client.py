"""Drives the official client against a gateway; prints "all good" at the end."""

import asyncio
import sys

from speedpix import Client
from speedpix.exceptions import PredictionError


def first(value):
    """The file of an output: an object with a url, or an array of them. The client wraps each URL string in it."""
    value = value[0] if isinstance(value, list) else value
    return value["url"]


def main(endpoint: str) -> None:
    client = Client(endpoint=endpoint, app_key="key", app_secret="secret")

    # Upload, run, download: the picture workflow of the official guide.
    with open("dahlia.jpg", "rb") as picture:
        file = client.files.create(picture)
    assert file.access_url.startswith(endpoint), file.access_url
    output = client.run(
        workflow_id="white-background",
        input={"image": file.access_url, "text": "一朵花"},
        polling_interval=0.05,
    )
    first(output["images"]).save("white.png")
    with open("white.png", "rb") as picture:
        assert picture.read(8) == b"\x89PNG\r\n\x1a\n"
    # What is told of the run stands beside the outputs, which are all that this client reads of a result.
    assert "info" not in output, output

    # Text to image, with the file read instead of saved.
    output = client.run(
        workflow_id="text-to-image",
        input={"prompt": "一幅美丽的山水画", "width": 256, "height": 192},
        polling_interval=0.05,
    )
    assert first(output["images"]).read()[:4] == b"\x89PNG"

    # A path anywhere in the input: the client uploads it by itself.
    output = client.run(workflow_id="echo", input={"image": open("dahlia.jpg", "rb")}, polling_interval=0.05)
    with open("dahlia.jpg", "rb") as picture:
        assert first(output["images"]).read() == picture.read()

    # Without waiting, and asynchronously.
    prediction = client.predictions.create(workflow_id="echo", input={"text": "later"})
    assert prediction.wait(polling_interval=0.05).output["text"] == "later"

    async def many():
        jobs = [
            client.async_run(workflow_id="echo", input={"text": str(i)}, polling_interval=0.05) for i in range(8)
        ]
        return [output["text"] for output in await asyncio.gather(*jobs)]

    assert asyncio.run(many()) == [str(i) for i in range(8)]

    # What it makes of refusals.
    failed = client.predictions.create(workflow_id="echo", input={"fail": "on purpose"}).wait(polling_interval=0.05)
    assert failed.status == "failed", failed.status
    canceled = client.predictions.create(workflow_id="echo", input={"duration": 3600})
    client.post("/scc/comfy_cancel", json={"taskId": canceled.id})
    canceled.wait(polling_interval=0.05)
    assert (canceled.status, canceled.error) == ("failed", "the prediction was canceled"), canceled
    assert canceled.error_code == "TaskCanceled", canceled
    for wrong in (Client(endpoint=endpoint, app_key="key", app_secret="wrong"), client):
        try:
            wrong.run(workflow_id="nope", input={})
        except PredictionError as error:
            raise AssertionError("a refused create is no failed prediction") from error
        except Exception as error:  # each layer of the client has its own
            assert str(error), error
        else:
            raise AssertionError("a refusal went unnoticed")
    print("all good")


if __name__ == "__main__":
    main(sys.argv[1])
