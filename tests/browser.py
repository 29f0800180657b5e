"""Drives the distribution's Chromium without a window, by the DevTools protocol over a pipe: no port, no driver, no package.

    with browser.open(path_or_url, width=1280, height=900) as page:
        page.wait("document.querySelector('#done')")
        page.text("#answer"), page.click("#go"), page.evaluate("1 + 1"), page.screenshot("page.png"), page.errors
"""
import base64
import contextlib
import fcntl
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

CHROMIUM = shutil.which("chromium")
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-background-networking",
         "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND", "--remote-debugging-pipe"]


class Page:
    def __init__(self, write, read):
        self.write, self.read, self.number, self.pending, self.answers = write, read, 0, b"", {}
        self.session = None
        self.errors = []    # exceptions, console errors, refused requests
        self.requests = []  # addresses asked for, but for the page itself, blob: and data:
        self.downloaded = []

    def _listen(self, deadline):
        """Takes in what has come, at least one message."""
        while b"\0" not in self.pending:
            if not select.select([self.read], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise TimeoutError("Chromium did not answer")
            part = os.read(self.read, 1 << 20)
            if not part:
                raise ConnectionError("Chromium ended")
            self.pending += part
        *messages, self.pending = self.pending.split(b"\0")
        for message in map(json.loads, messages):
            if "id" in message:
                self.answers[message["id"]] = message
            else:
                self._event(message["method"], message.get("params", {}))

    def _event(self, name, params):
        if name == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description", details["text"]))
        elif name == "Runtime.consoleAPICalled" and params["type"] in ("error", "assert"):
            self.errors.append(" ".join(str(a.get("value", a.get("description"))) for a in params["args"]))
        elif name == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.errors.append(params["entry"]["text"])
        elif name == "Network.requestWillBeSent" and not params["request"]["url"].startswith(("blob:", "data:", "file:")):
            self.requests.append(params["request"]["url"])
        elif name == "Browser.downloadProgress" and params["state"] == "completed":
            self.downloaded.append(params["guid"])

    def send(self, method, timeout=60, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params} | ({"sessionId": self.session} if self.session else {})
        os.write(self.write, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + timeout
        while self.number not in self.answers:
            self._listen(deadline)
        answer = self.answers.pop(self.number)
        assert "error" not in answer, f"{method}: {answer.get('error')}"
        return answer["result"]

    def evaluate(self, expression, timeout=60):
        """The value of a JavaScript expression; promises are awaited."""
        got = self.send("Runtime.evaluate", timeout, expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in got, got["exceptionDetails"].get("exception", got["exceptionDetails"])
        return got["result"].get("value")

    def wait(self, expression, timeout=60):
        """Until the expression is true; what it then is."""
        deadline = time.monotonic() + timeout
        while not (value := self.evaluate(f"Promise.resolve({expression}).then(v => typeof v === 'object' ? !!v : v)")):
            assert time.monotonic() < deadline, f"{timeout} s and not yet: {expression}"
            time.sleep(0.05)
        return value

    def text(self, selector):
        return self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText")

    def click(self, selector):
        """A real click in the middle of an element."""
        box = self.evaluate(f"""(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'center'}});
            const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", buttons=1, clickCount=1)

    def key(self, key, code=None, number=0, text=None):
        """A real key press: key("ArrowRight", number=39), key(" ", "Space", 32, " ")."""
        more = {"text": text} if text else {}
        self.send("Input.dispatchKeyEvent", type="keyDown", key=key, code=code or key, windowsVirtualKeyCode=number, **more)
        self.send("Input.dispatchKeyEvent", type="keyUp", key=key, code=code or key, windowsVirtualKeyCode=number)

    def size(self, width, height, mobile=False, scale=1):
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=mobile)

    def media(self, **features):
        """media(prefers_color_scheme="dark")"""
        self.send("Emulation.setEmulatedMedia", features=[{"name": n.replace("_", "-"), "value": v} for n, v in features.items()])

    def screenshot(self, path, whole=False):
        """A .png, or a .jpg, of what is in view or of the whole page."""
        kind = {"format": "jpeg", "quality": 85} if str(path).endswith(".jpg") else {"format": "png"}
        got = self.send("Page.captureScreenshot", captureBeyondViewport=whole, **kind)
        pathlib.Path(path).write_bytes(base64.b64decode(got["data"]))

    def download(self, selector, folder, timeout=30):
        """Clicks and returns the text of the file that comes."""
        before = len(self.downloaded)
        self.send("Browser.setDownloadBehavior", behavior="allowAndName", downloadPath=str(folder), eventsEnabled=True)
        self.click(selector)
        deadline = time.monotonic() + timeout
        while len(self.downloaded) == before:
            self._listen(deadline)
        return (pathlib.Path(folder) / self.downloaded[-1]).read_text()


def high_pipe():
    """Ends of a pipe clear of 3 and 4, where Chromium wants its own."""
    ends = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
    for end in ends:
        os.close(end)
    return high


@contextlib.contextmanager
def open(address, width=1280, height=900, **media):  # noqa: A001
    """A page in a Chromium of its own; `address` is a path or a URL."""
    address = str(address) if "://" in str(address) else pathlib.Path(address).resolve().as_uri()
    theirs_read, write, read, theirs_write = high_pipe() + high_pipe()

    def ends():
        os.dup2(theirs_read, 3)
        os.dup2(theirs_write, 4)

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen([CHROMIUM, f"--user-data-dir={profile}", *FLAGS], preexec_fn=ends, pass_fds=(3, 4), start_new_session=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=os.environ | {"HOME": profile})
        os.close(theirs_read)
        os.close(theirs_write)
        try:
            page = Page(write, read)
            target = page.send("Target.createTarget", url="about:blank")["targetId"]
            page.session = page.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Runtime", "Log", "Network"):
                page.send(f"{domain}.enable")
            page.size(width, height)
            page.media(**media)
            page.send("Page.navigate", url=address)
            page.wait("document.readyState === 'complete' && location.href !== 'about:blank'")
            yield page
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            os.close(write)
            os.close(read)


def main():
    """browser.py PAGE PICTURE [WIDTH [HEIGHT [JAVASCRIPT...]]]: a picture (.png, .jpg) of a page, after each expression has become true.

    Numbers and texts among the expressions are printed."""
    address, picture, *more = sys.argv[1:]
    width, height = (int(n) for n in (more + ["1280", "900"][len(more):])[:2])
    with open(address, width, height, prefers_reduced_motion="reduce", prefers_color_scheme="light") as page:
        for expression in more[2:]:
            value = page.wait(expression)
            if value is not True and isinstance(value, (int, float, str)):
                print(value)
        page.screenshot(picture)
        for error in page.errors:
            print(error, file=sys.stderr)
    sys.exit(bool(page.errors))


if __name__ == "__main__":
    main()
