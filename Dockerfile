# One image for the door and the workers: ffmpeg and its sandbox inside, no node, no build tools.

FROM debian:12-slim AS packages
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-pip \
 && rm -rf /var/lib/apt/lists/*
RUN python3 -m pip install --no-cache-dir --break-system-packages uv==0.13.9
WORKDIR /house
COPY pyproject.toml requirements.lock ./
# What runs, without the groups for development: the lock says which versions, with their hashes.
RUN uv venv .venv \
 && uv pip install --require-hashes -r pyproject.toml -c requirements.lock

FROM packages AS front
RUN uv pip install --require-hashes --group local -c requirements.lock
COPY package.json package-lock.json .npmrc ./
COPY ops/__init__.py ops/vendor.py ops/
RUN .venv/bin/python -m ops.vendor

FROM debian:12-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 ca-certificates ffmpeg bubblewrap \
      util-linux libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
 && rm -rf /var/lib/apt/lists/*
# PostgreSQL's own packages, of the server's version: pg_dump for backups, a server for drills; none of it starts.
RUN apt-get update \
 && apt-get install -y --no-install-recommends restic postgresql-common \
 && mkdir -p /etc/postgresql-common && echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf \
 && /usr/share/postgresql-common/pgdg/*.sh -y \
 && apt-get install -y --no-install-recommends postgresql-18 \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /tmp --no-create-home --shell /usr/sbin/nologin cinema \
 && install -d -o cinema -g cinema -m 0700 /srv/house /srv/backups
WORKDIR /house
COPY --from=packages /house/.venv .venv
COPY . .
COPY --from=front /house/api/static/vendor api/static/vendor
ENV PATH=/house/.venv/bin:/usr/local/bin:/usr/bin:/bin \
    PICCOLO_CONF=piccolo_conf \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_CACHE_HOME=/tmp
RUN python -m compileall -q festival media submissions reviews screenings keeping api workers ops units
USER cinema
EXPOSE 8000
CMD ["python", "-m", "uvicorn", "api.app:app", "--host", "0.0.0.0", "--port", "8000", "--http", "api.line:Line", "--no-proxy-headers"]
