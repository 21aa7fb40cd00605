"""No container engine is needed to know that the two files tell the truth about the house."""

import ctypes
import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import yaml

from festival import jobs
from festival.jobs import QUEUES
from festival.settings import VARIABLES, Settings
from ops import pulse

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if "build" in one}
WORKERS = ("worker-fast", "worker-letters", "worker-plans", "worker-heavy", "worker-backups")
IMAGE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
PROFILE = ROOT / "ops" / "compose" / "seccomp.json"
KEYS = {
    "image", "build", "init", "restart", "read_only", "tmpfs", "cap_drop", "cap_add", "security_opt",
    "environment", "volumes", "networks", "depends_on", "logging", "command", "healthcheck", "ports",
    "profiles", "shm_size", "stop_signal", "stop_grace_period",
}  # fmt: skip
# What restic reads itself: no part of the house has it but the one that runs it.
OF_BACKUPS = {
    "worker-backups": {"BACKUP_PASSWORD", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "RESTIC_CACHE_DIR"}
}
GIVEN = {
    "POSTGRES_PASSWORD": "a-password-for-the-test",
    "HOUSE_PASSWORD": "another-password-for-the-test",
    "DOMAIN": "festival.example",
    "SECRET_KEY": "forty-letters-that-are-not-the-usual-one",
    "SMTP_URL": "smtp://mail.example:587",
    "MAIL_FROM": "Cinéma for Space <bonjour@festival.example>",
}


def filled(text: str) -> str:
    """What compose makes of `${NAME:-else}` and `${NAME:?message}`."""
    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        return GIVEN.get(name, rest if kind == ":-" else "") or ""

    return re.sub(r"\$\{(\w+)(?:(:[-?])([^}]*))?\}", value, text)


def programs(service: dict) -> list[list[str]]:
    """The command and the health check, without compose's own first word."""
    check = service["healthcheck"]["test"][1:] if "healthcheck" in service else []
    return [argv for argv in (service["command"], check) if argv]


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


def stages() -> list[str]:
    return re.split(r"(?m)^FROM ", IMAGE)[1:]


def test_services_use_only_known_keys_and_things_that_are_declared():
    for name, service in SERVICES.items():
        assert set(service) <= KEYS, name
        assert set(service["networks"]) <= set(COMPOSE["networks"]), name
        named = {v.split(":")[0] for v in service.get("volumes", []) if not v.startswith("./")}
        assert named <= set(COMPOSE["volumes"]), name
        for kept in (v for v in service.get("volumes", []) if v.startswith("./")):
            assert (ROOT / kept.split(":")[0]).is_file(), kept


def test_a_service_waits_only_for_what_can_come_about():
    for service in SERVICES.values():
        for other, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[other]
            else:
                assert SERVICES[other]["restart"] == "no"


def test_everything_that_stays_has_a_health_check_and_time_to_end():
    staying = {name: one for name, one in SERVICES.items() if one["restart"] != "no"}

    assert [name for name, one in staying.items() if "healthcheck" not in one] == []
    assert [name for name, one in staying.items() if "stop_grace_period" not in one] == []


def test_every_command_names_a_module_that_exists():
    for service in OURS.values():
        for argv in programs(service):
            assert argv[0] == "python"
            if argv[1] == "-c":
                compile(argv[2], "health check", "exec")
                continue
            assert argv[1] == "-m"
            assert find_spec(argv[2]) is not None, argv


def test_the_door_that_is_served_is_the_one_that_is_written():
    for argv in (SERVICES["api"]["command"], json.loads(re.findall(r"(?m)^CMD (.*)$", IMAGE)[-1])):
        module, _, name = argv[3].partition(":")
        assert (argv[2], module, name) == ("uvicorn", "api.app", "app")
        assert find_spec(module) is not None


def test_every_queue_has_a_worker_and_no_worker_listens_in_vain():
    heard = {
        queue
        for name in WORKERS
        for queue in SERVICES[name]["command"][SERVICES[name]["command"].index("-Q") + 1].split(",")
    }

    assert heard == set(QUEUES)


def test_planning_stands_before_no_letter_and_no_film():
    listens = {
        name: set(SERVICES[name]["command"][SERVICES[name]["command"].index("-Q") + 1].split(","))
        for name in WORKERS
    }

    assert listens == {f"worker-{name}": set(worker.queues) for name, worker in jobs.WORKERS.items()}
    assert listens["worker-plans"] == {"plans"}
    assert listens["worker-letters"] == {"control", "letters"}


def test_backups_have_a_part_of_their_own_that_alone_can_read_them():
    told = [name for name, one in OURS.items() if "BACKUP_PASSWORD" in str(one["environment"])]
    mine = SERVICES["worker-backups"]

    assert told == ["worker-backups"]
    assert {volume.split(":")[0] for volume in mine["volumes"]} == {"films", "backups"}
    assert "out" in mine["networks"]
    assert filled(mine["environment"]["BACKUP_TARGET"]) == "/srv/backups/house"
    assert all(filled(str(OURS[name]["environment"]["BACKUP_TARGET"])) for name in ("api", "beat", "worker-letters"))


def test_the_image_brings_what_backups_and_drills_ask_for():
    last = stages()[-1]
    server = SERVICES["postgres"]["image"].partition(":")[2]

    assert " restic " in last
    assert f"postgresql-{server} " in last
    assert "create_main_cluster = false" in last
    assert last.index("createcluster.conf") < last.index("pgdg/*.sh") < last.index(f"postgresql-{server} ")


def test_the_health_of_a_worker_is_asked_under_the_name_it_bears():
    for name in WORKERS:
        argv = SERVICES[name]["command"]
        asked = SERVICES[name]["healthcheck"]["test"][-1]
        assert argv[argv.index("-n") + 1] == f"{asked}@%h"


def test_only_migrations_know_who_owns_the_tables():
    told = [name for name, one in OURS.items() if "POSTGRES_PASSWORD" in str(one["environment"])]

    assert told == ["migrate"]


def test_every_variable_is_known_to_the_settings():
    for name, service in OURS.items():
        assert set(service["environment"]) <= VARIABLES | OF_BACKUPS.get(name, set()), name


def test_the_settings_accept_the_house_as_composed():
    environ = {name: filled(value) for name, value in OURS["api"]["environment"].items()}

    settings = Settings.read(environ)

    assert (settings.in_production, settings.public_url) == (True, "https://festival.example")


def test_no_secret_has_a_value_in_the_file():
    for name in ("POSTGRES_PASSWORD", "HOUSE_PASSWORD", "SECRET_KEY", "SMTP_URL", "DOMAIN", "MAIL_FROM"):
        uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", (ROOT / "docker-compose.yml").read_text())
        assert uses
        assert all(use.startswith(":?") for use in uses), name


def test_films_and_their_free_space_are_on_one_volume():
    media = Path(OURS["api"]["environment"]["MEDIA_ROOT"])

    for name, service in OURS.items():
        assert f"films:{media.parent}" in service["volumes"], name


def test_the_broker_refuses_rather_than_forgets():
    command = SERVICES["redis"]["command"]

    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"
    assert command[command.index("--appendonly") + 1] == "yes"


def test_postgresql_18_keeps_its_data_where_that_image_puts_it():
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]


def test_a_worker_is_told_to_give_its_work_back_and_has_the_time_to():
    from workers.app import celery

    for name in WORKERS:
        assert SERVICES[name]["stop_signal"] == "SIGQUIT"
        least = celery.conf.worker_soft_shutdown_timeout + 15
        assert seconds(SERVICES[name]["stop_grace_period"]) >= least


def test_the_house_believes_the_proxy_and_nobody_else():
    address = SERVICES["proxy"]["networks"]["door"]["ipv4_address"]
    net = COMPOSE["networks"]["door"]["ipam"]["config"][0]["subnet"]

    assert OURS["api"]["environment"]["TRUSTED_PROXY"] == address
    assert ip_address(address) in ip_network(net)
    assert [name for name, one in SERVICES.items() if "door" in one["networks"]] == ["proxy", "api", "public", "freight"]
    assert "--no-proxy-headers" in SERVICES["api"]["command"]


def test_only_the_proxy_has_ports_and_only_three_parts_reach_the_world():
    assert [name for name, one in SERVICES.items() if "ports" in one] == ["proxy"]
    assert [name for name, one in SERVICES.items() if "out" in one["networks"]] == [
        "proxy",
        "worker-letters",
        "worker-backups",
    ]
    assert COMPOSE["networks"]["back"]["internal"] is True


def test_the_proxy_passes_every_byte_on_to_the_door():
    lines = [line.strip() for line in (ROOT / "ops/compose/Caddyfile").read_text().splitlines()]
    words = [line for line in lines if line and not line.startswith("#")]
    argv = SERVICES["api"]["command"]

    assert f"reverse_proxy api:{argv[argv.index('--port') + 1]} {{" in words
    assert "protocols h1 h2" in words
    assert not {"request_body", "request_buffers", "response_buffers", "flush_interval"} & {
        line.split()[0] for line in words
    }


def test_who_names_nobody_has_a_door_of_their_own_and_the_other_stands_in():
    """As `api/handing.py` tells them apart where there is no proxy."""
    written = (ROOT / "ops/compose/Caddyfile").read_text()
    told = written.partition("@public {\n")[2].partition("}")[0].split("\n")

    assert [line.strip() for line in told if line.strip()] == [
        "method GET HEAD",
        "not header Authorization *",
        "not header Cookie *session=*",
    ]
    assert "reverse_proxy @public public:8000 api:8000 {\n\t\tlb_policy first\n" in written
    for name in ("public", "freight"):
        apart, api = SERVICES[name], SERVICES["api"]
        assert {part for part in apart if apart[part] != api[part]} == {"environment"}
        assert set(apart["environment"]) - set(api["environment"]) == {"POOL_SIZE"}


def test_the_bytes_of_films_have_a_door_of_their_own_and_people_s_stands_in():
    written = (ROOT / "ops/compose/Caddyfile").read_text()
    told = written.partition("@freight {\n")[2].partition("}")[0].split("\n")

    assert [line.strip() for line in told if line.strip()] == ["method PATCH", "path /api/v1/*/uploads/*"]
    assert "reverse_proxy @freight freight:8000 api:8000 {\n\t\tlb_policy first\n" in written


def test_in_clear_people_are_led_on_and_programs_are_refused():
    written = (ROOT / "ops/compose/Caddyfile").read_text()
    in_clear = written.partition("\nhttp://{$DOMAIN} {\n")[2].partition("\n}\n")[0]
    of_its_own = written.partition("handle_errors {")[2].partition("\n\t}\n")[0]

    assert in_clear.split("handle /api/* {")[1].split("}")[0].split() == ["respond", '"https', 'only"', "403"]
    assert "redir https://{host}{uri} 308" in in_clear
    for rule in ("Strict-Transport-Security", "X-Content-Type-Options nosniff", "frame-ancestors 'none'"):
        assert rule in of_its_own


def test_the_image_holds_what_the_one_command_installs():
    listed = re.search(r"apt tools (.*) \"\$@\"", (ROOT / "run").read_text())
    assert listed is not None
    installed = set(re.findall(r"recommends (.*?)&&", stages()[-1])[0].split())

    assert set(listed[1].split()) <= installed


def test_the_image_ends_without_node_and_without_root():
    last = stages()[-1]

    assert "node" not in last.replace("no node", "")
    assert re.findall(r"(?m)^USER (.*)$", last) == ["cinema"]
    assert "requirements.lock" not in last


def test_what_the_image_copies_exists_and_is_let_in():
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"}
    copied = re.findall(r"(?m)^COPY (?!--from)(.*) \S+$", IMAGE)
    files = {file for line in copied for file in line.split()} - {"."}

    assert all((ROOT / file).exists() for file in files | let_in)
    assert {file.split("/")[0] for file in files} <= let_in
    assert {p.parent.name for p in ROOT.glob("*/__init__.py")} - {"tests", "bench"} <= let_in


def test_the_image_installs_the_locked_packages_with_their_hashes():
    installs = re.findall(r"uv pip install .*", IMAGE)

    assert len(installs) == 2
    assert all("--require-hashes" in one and "-c requirements.lock" in one for one in installs)


# The sandbox inside the container: our profile is loaded for real, as an ordinary person.

JAILED = r"""
import ctypes, json, os, subprocess, sys
from media import tools

lib = ctypes.CDLL("libseccomp.so.2", use_errno=True)
lib.seccomp_init.restype = ctypes.c_void_p

class Compare(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int),
                ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]

ALLOW, ERRNO, EQUAL = 0x7FFF0000, 0x00050000, 4
profile = json.load(open(sys.argv[1]))
found = tools.find_tools()
if os.getuid() == 0:
    os.chdir("/")
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
filter_ = ctypes.c_void_p(lib.seccomp_init(ERRNO | profile["defaultErrnoRet"]))
for rule in profile["syscalls"]:
    tests = [Compare(t["index"], EQUAL, t["value"], 0) for t in rule.get("args", [])]
    for name in rule["names"]:
        number = lib.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            array = (Compare * len(tests))(*tests)
            assert lib.seccomp_rule_add_array(filter_, ALLOW, number, len(tests), array) == 0, name
assert lib.seccomp_load(filter_) == 0
libc = ctypes.CDLL(None, use_errno=True)

def refused(number, *args):
    return libc.syscall(number, *args) == -1 and ctypes.get_errno() == profile["defaultErrnoRet"]

def number(name):
    return lib.seccomp_syscall_resolve_name(name.encode())

walls = [found.bwrap, "--unshare-all", "--die-with-parent", "--new-session", "--clearenv",
         "--uid", "65534", "--gid", "65534", "--ro-bind", "/usr", "/usr",
         "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
         "--ro-bind-try", "/etc/alternatives", "/etc/alternatives",
         "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--remount-ro", "/", "--"]
encode = [found.ffmpeg, "-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc=d=0.4:s=160x120",
          "-f", "lavfi", "-i", "sine=d=0.4", "-c:v", "libx264", "-c:a", "aac", "-f", "null", "-"]
done = subprocess.run([*walls, *encode], capture_output=True, text=True, stdin=subprocess.DEVNULL)
print(json.dumps({
    "encode": done.returncode, "said": done.stderr,
    "refused": {name: refused(number(name), 0, 0, 0, 0, 0) for name in sys.argv[2:]},
    "vsock": refused(number("socket"), 40, 1, 0),
}))
"""
DANGEROUS = ["ptrace", "bpf", "keyctl", "add_key", "perf_event_open", "userfaultfd", "io_uring_setup",
             "kexec_load", "init_module", "open_by_handle_at", "process_vm_readv", "setns", "chroot"]  # fmt: skip


def test_ffmpeg_runs_in_its_cell_under_the_committed_profile():
    done = subprocess.run(
        [sys.executable, "-c", JAILED, str(PROFILE), *DANGEROUS],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.stderr == ""

    told = json.loads(done.stdout)

    assert told == {
        "encode": 0,
        "said": "",
        "refused": dict.fromkeys(DANGEROUS, True),
        "vsock": True,
    }


def test_every_call_in_the_profile_is_one_that_exists():
    library = ctypes.CDLL("libseccomp.so.2")
    newer = {"fchmodat2"}  # than Debian 12's library, which passes over it
    arches = (0xC000003E, 0xC00000B7)
    names = {n for rule in json.loads(PROFILE.read_text())["syscalls"] for n in rule["names"]}

    unknown = {
        name
        for name in names
        if all(library.seccomp_syscall_resolve_name_arch(a, name.encode()) == -1 for a in arches)
    }

    assert unknown <= newer


@pytest.mark.parametrize("name", ["worker-fast", "worker-heavy"])
def test_workers_that_run_ffmpeg_carry_the_profile(name: str):
    options = dict(o.replace("=", ":", 1).split(":", 1) for o in SERVICES[name]["security_opt"])

    assert ROOT / options["seccomp"] == PROFILE
    assert options["systempaths"] == "unconfined"
    assert SERVICES[name]["cap_drop"] == ["ALL"]


# The pulse


def test_a_worker_that_was_heard_is_alive_and_another_is_not():
    from redis import Redis

    url = os.environ["REDIS_URL"]
    with Redis.from_url(url) as redis:
        redis.set("pulse.worker.fast@here", "1", ex=15)

    assert pulse.worker_beats("fast", redis_url=url, host="here")
    assert not pulse.worker_beats("heavy", redis_url=url, host="here")
    assert not pulse.worker_beats("fast", redis_url=url, host="elsewhere")


async def test_a_relay_that_is_silent_for_long_is_not_alive(house: object):
    from festival.db import rows

    async def felt(ago: str) -> bool:
        await rows(
            f"""INSERT INTO pulse (part, at) VALUES ('relay', now() - interval '{ago}')
                ON CONFLICT (part) DO UPDATE SET at = EXCLUDED.at RETURNING part"""
        )
        return await pulse.relay_beats(os.environ["DATABASE_URL"])

    assert not await felt("1 minute")
    assert await felt("1 second")


def test_the_calendar_beats_while_its_file_is_young(tmp_path: Path):
    file = tmp_path / "beat"
    assert not pulse.calendar_beats(file, now=0)

    (tmp_path / "beat.db").touch()
    written = (tmp_path / "beat.db").stat().st_mtime

    assert pulse.calendar_beats(file, now=written + 60)
    assert not pulse.calendar_beats(file, now=written + 3600)
