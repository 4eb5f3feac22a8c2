"""`python server.py --port 0 --seed SCENARIO [--log FILE]`: a local AWS for the tests, moto with our overlay."""

import argparse
import importlib
import json
import os
import signal
import sys
import threading
import time

os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
os.environ["MOTO_S3_DEFAULT_MAX_KEYS"] = "1000"
SCENARIOS = ("seeded", "clean", "empty", "remote", "demo")


def end_with_parent(parent):
    """A test that was killed leaves no server behind."""
    while os.getppid() == parent:
        time.sleep(2)
    os._exit(0)


def main():
    """Seeds, listens, prints where."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", default="empty", help="a scenario; `demo@2026-Q1`: as it was at one of its moments")
    parser.add_argument("--log", help="append every exchange, whole, as JSON lines")
    parser.add_argument("--expected", help="write the verdicts the scenario must get")
    arguments = parser.parse_args()
    seed, _, moment = arguments.seed.partition("@")
    if seed not in SCENARIOS:
        parser.error(f"--seed: one of {', '.join(SCENARIOS)}")
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    scenario = importlib.import_module(f"scenarios.{seed}")
    os.environ["MOTO_ACCOUNT_ID"] = scenario.ACCOUNT

    # moto reads its settings when it is imported.
    import freezegun
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    from overlay.app import Overlay
    from overlay.world import World

    class Handler(MotoRequestHandler):
        """Keeps connections open as AWS does, and is silent."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def date_time_string(self, timestamp=None):
            # The clock that signatures are held against does not stand still, whatever the scenario's does.
            return super().date_time_string(timestamp or freezegun.api.real_time())

        def log_request(self, *args):
            pass

        def log(self, *args):
            pass

    world = World(scenario.ACCOUNT)
    world.build(scenario, moment)
    overlay = Overlay(DomainDispatcherApplication(create_backend_app), world, arguments.log)
    server = make_server("127.0.0.1", arguments.port, overlay, threaded=True, request_handler=Handler)
    server.daemon_threads = True
    world.url = f"http://127.0.0.1:{server.server_port}"
    if arguments.expected:
        with open(arguments.expected, "w", encoding="utf-8") as file:
            json.dump(world.expected(), file, indent=1, sort_keys=True)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
    print(f"listening on {world.url}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
