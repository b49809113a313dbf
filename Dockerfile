# One image, one process, no root. Not yet run by us: see docs/runbook.md.
FROM python:3.11-slim

# The address of an index with PyTorch for the CPU; empty: pip's usual index.
ARG TORCH_INDEX=""

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PYTHONUNBUFFERED=1

WORKDIR /srv/yorisoi

# What changes seldom comes first. PyTorch alone, then all else; see docs/decisions/0002-packaging.md.
COPY constraints.txt pyproject.toml ./
RUN pip install --no-deps ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "$(grep '^torch==' constraints.txt)"
RUN python -c 'import tomllib; p = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
print("\n".join(p["dependencies"] + p["optional-dependencies"]["postgresql"]))' > /tmp/requirements.txt \
    && pip install --constraint constraints.txt --requirement /tmp/requirements.txt \
    && rm /tmp/requirements.txt

COPY . .
RUN pip install --no-deps --editable .

# Data and models lie outside the code and belong to the account that runs.
ENV YORISOI_DATA_DIR=/var/lib/yorisoi/data \
    YORISOI_MODELS_DIR=/var/lib/yorisoi/models \
    YORISOI_HOST=0.0.0.0 \
    YORISOI_PORT=8000
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/yorisoi --create-home yorisoi \
    && install -d -o yorisoi -g yorisoi -m 700 "$YORISOI_DATA_DIR" "$YORISOI_MODELS_DIR"
USER 10001:10001

# The embedder comes with the image, so that a closed network needs no index when it starts.
RUN yorisoi models pull e5-small

VOLUME ["/var/lib/yorisoi/data"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["yorisoi", "run"]
