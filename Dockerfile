# Sync Portal: web and worker are the same image (compose.yaml). docs/deployment.md says what of this was proved, and how.

# --- front end: packages of package-lock.json ------------------------------------------------------------------------------
FROM node:24-bookworm-slim AS assets
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

# --- Python packages, static files -----------------------------------------------------------------------------------------
FROM debian:bookworm-slim AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/venv
WORKDIR /app
COPY requirements.txt ./
RUN /opt/venv/bin/pip install --no-cache-dir --only-binary :all: --requirement requirements.txt
COPY . .
COPY --from=assets /build/node_modules node_modules
RUN python3 bin/assets && rm -rf node_modules
# Keys for this step alone: nothing is encrypted or signed while static files are collected.
RUN SECRET_KEY=build CREDENTIALS_KEYS= DATA_DIR=/tmp /opt/venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && /opt/venv/bin/python -m compileall -q /app /opt/venv

# --- what runs -------------------------------------------------------------------------------------------------------------
FROM debian:bookworm-slim
# unixODBC with the drivers that Debian has: FreeTDS for Sage on SQL Server, SQLite for the sandbox.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates libodbc2 libsqliteodbc odbcinst python3 tdsodbc tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin portal \
    && install -d -o portal -g portal /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data
USER portal
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["python", "bin/healthcheck", "database"]
# A request is short (long work is a job), so a few threads serve many people; /dev/shm: a slow disk must not look like a dead
# worker to gunicorn.
CMD ["gunicorn", "sync_portal.wsgi", "--bind=0.0.0.0:8000", "--workers=2", "--threads=4", "--access-logfile=-", "--worker-tmp-dir=/dev/shm"]
