# One image for every service: the arguments choose the command (serve, worker, migrate, …).
FROM python:3.13-slim AS packages
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv .venv \
    && .venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.13-slim
RUN useradd --system --no-create-home --shell /usr/sbin/nologin xinfeng
WORKDIR /app
# A volume that is mounted here is the user's.
RUN install --directory --owner=xinfeng /media
COPY --from=packages /app/.venv .venv
COPY cli.py settings.py pyproject.toml ./
COPY api api
COPY commands commands
COPY docs docs
COPY domain domain
COPY outgoing outgoing
COPY sandbox sandbox
COPY schema schema
COPY workers workers
USER xinfeng
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 XINFENG_HOST=0.0.0.0
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app/.venv/bin/python", "/app/cli.py"]
CMD ["serve"]
